"""Reads the feeds and the JSON of a Discourse forum: one entry for each topic, whatever led to it.

The document is the topic's first post. Replies are no entries and change nothing; no name of a member is read.
"""

from __future__ import annotations

from dataclasses import replace

from aggregator.errors import SourceError
from aggregator.model import Fetched, Page, RawEntry, Reject, Request, Source
from aggregator.parse import discourse_json, feed
from aggregator.parse.discourse_post import Topic, find_topic, read_post
from aggregator.parse.json_answer import ACCEPT


def request(source: Source, address: str) -> Request:
    """One plain request: for JSON where the address's path ends in `.json`, else for a feed."""
    asked = feed.request(source, address)
    return replace(asked, accept=ACCEPT) if discourse_json.is_json(address) else asked


def read(source: Source, fetched: Fetched) -> Page:
    """The topics of `latest.rss`, `/c/….rss`, `posts.rss`, `/t/….rss`, `latest.json` or `/t/….json`.

    A list in JSON has no texts, so each of its first topics is asked for too (`follow`). Raises SourceError as
    the kind `feed` does, and NOT_A_FEED for JSON of another form.
    """
    if discourse_json.is_json(fetched.url):
        return discourse_json.read(source, fetched)
    page = feed.read(source, fetched)
    found = [_entry(entry) for entry in page.entries]
    return replace(
        page,
        entries=tuple(entry for entry in found if isinstance(entry, RawEntry)),
        rejects=page.rejects + tuple(reject for reject in found if isinstance(reject, Reject)),
    )


def _entry(item: RawEntry) -> RawEntry | Reject | None:
    """An item as its topic; None for a reply."""
    topic = find_topic(item.link or "")
    if topic is None:
        return Reject(where=item.where, why="its link leads to no topic of a forum")
    return _first_post(item, topic) if topic.post == 1 else None


def _first_post(item: RawEntry, topic: Topic) -> RawEntry | Reject:
    try:
        post = read_post(item.content or item.summary or "", topic)
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
