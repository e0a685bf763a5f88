"""Reads a list of topics, or one topic, of a Discourse forum in JSON."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, urlsplit

from aggregator.errors import Cause, SourceError
from aggregator.model import Fetched, Page, RawEntry, Request, Source
from aggregator.parse.decoding import FORBIDDEN
from aggregator.parse.discourse_post import NUMBER, Topic, find_topic, read_post
from aggregator.parse.json_answer import ACCEPT, Object, object_of, objects_of, read_json, text

DETAILS: Final = 20
"""Topics of a list that are read: each costs a request of its own."""
POSTS: Final = 100

LISTS: Final = re.compile(r"/(?:latest|new|top|hot|categories|c|tags?|t|posts)(?=[/.])")
"""Where the address of a list starts, behind the folder in which a forum may stand."""


def is_json(address: str) -> bool:
    """Whether the path of an address ends in `.json`."""
    return urlsplit(address).path.endswith(".json")


def read(source: Source, fetched: Fetched) -> Page:
    """The first twenty topics of a list, with a request for the text of each; or one topic with its text.

    Both give a topic the same link, so that they are joined. Raises SourceError as any JSON does, NOT_A_FEED
    for JSON of another form, and TOO_LARGE for a post that nobody should read.
    """
    value = read_json(fetched)
    if isinstance(value, dict) and "topic_list" in value:
        return _list(source, fetched, value)
    if isinstance(value, dict) and "post_stream" in value:
        return Page(entries=_topic(fetched, value))
    raise SourceError(
        Cause.NOT_A_FEED,
        "JSON, but neither Discourse's list of topics nor one topic",
        "use the forum's /latest.json, or better its /latest.rss",
    )


def _list(source: Source, fetched: Fetched, value: Object) -> Page:
    listed = objects_of(object_of(value, "topic_list"), "topics", DETAILS)
    found = [(topic, each) for each in listed if (topic := _address(fetched, each))]
    return Page(
        entries=tuple(_told(topic, each) for topic, each in found),
        follow=tuple(
            Request(url=f"{_forum(fetched)}/t/{text(each, 'id')}.json", pause=source.pause, accept=ACCEPT)
            for _, each in found
        ),
    )


def _topic(fetched: Fetched, value: Object) -> tuple[RawEntry, ...]:
    """The topic with its first post; nothing where that is not among the posts that came."""
    topic = _address(fetched, value)
    posts = objects_of(object_of(value, "post_stream"), "posts", POSTS)
    first = next((post for post in posts if text(post, "post_number") == "1"), None)
    if topic is None or first is None:
        return ()
    post = read_post(text(first, "cooked") or "", topic)
    told = _told(topic, value)
    ...
