"""Reads the feeds and the JSON of a Discourse forum: one entry for each topic, whatever led to it.

The document is the topic's first post. Replies are no entries and change nothing; names of members go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from aggregator.errors import Cause, SourceError
from aggregator.model import Fetched, Page, RawEntry, Reject, Request, Source
from aggregator.parse import discourse_json, feed
from aggregator.parse.discourse_post import Topic, find_topic, read_post
from aggregator.parse.json_answer import ACCEPT

ITEMS: Final = 500
TAGS: Final = 150_000
"""Items of a feed that are read, of which Discourse sends 30 to 50, and `<` in the posts of all: a tag
takes some 30 microseconds."""


def request(source: Source, address: str) -> Request:
    """One plain request: for JSON where the address's path ends in `.json`, else for a feed."""
    asked = feed.request(source, address)
    return replace(asked, accept=ACCEPT) if discourse_json.is_json(address) else asked


def read(source: Source, fetched: Fetched) -> Page:
    """The topics of `latest.rss`, `/c/….rss`, `posts.rss`, `/t/….rss`, `latest.json` or `/t/….json`.

    A list in JSON has no texts, so each of its first topics is asked for too (`follow`). Raises SourceError
    as the kind `feed` does, LAYOUT where no item is a topic, and NOT_A_FEED for JSON of another form.
    """
    if discourse_json.is_json(fetched.url):
        return discourse_json.read(source, fetched)
    page = feed.read(source, fetched)
    items = page.entries[:ITEMS]
    _refuse_excess(items)
    _refuse_other_links(items)
    found = [_entry(item) for item in items]
    return replace(
        page,
        entries=tuple(entry for entry in found if isinstance(entry, RawEntry)),
        rejects=page.rejects + tuple(reject for reject in found if isinstance(reject, Reject)),
    )


def _refuse_excess(items: Sequence[RawEntry]) -> None:
    tags = sum(_markup(item).count("<") for item in items)
    if tags > TAGS:
        raise SourceError(
            Cause.TOO_LARGE, f"posts with {tags:,} tags, more than is read", "look at the feed by hand"
        )


def _refuse_other_links(items: Sequence[RawEntry]) -> None:
    """Items of which not one is a topic mean another form of address, not an empty forum."""
    if items and not any(find_topic(item.link or "") for item in items):
        raise SourceError(
            Cause.LAYOUT,
            f"none of {len(items)} items leads to a topic (/t/…)",
            "compare the links in the feed with the forum; kind feed may read it",
        )


def _markup(item: RawEntry) -> str:
    return item.content or item.summary or ""


def _entry(item: RawEntry) -> RawEntry | Reject | None:
    """An item as its topic; None for a reply."""
    topic = find_topic(item.link or "")
    if topic is None:
        return Reject(where=item.where, why="its link leads to no topic of a forum")
    return _first_post(item, topic) if topic.post == 1 else None


def _first_post(item: RawEntry, topic: Topic) -> RawEntry | Reject:
    try:
        post = read_post(_markup(item), topic)
    except SourceError as error:
        return Reject(where=item.where, why=error.detail)
    return replace(
        item,
        id=topic.id,
        content_id=topic.id,
        link=topic.link,
        summary=None,
        content=post.markup or None,
        links=post.attachments,
    )
