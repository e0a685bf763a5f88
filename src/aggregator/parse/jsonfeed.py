"""Reads JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1 and /1.1)."""

from __future__ import annotations

import html
import re
from typing import Final

from aggregator.errors import Cause, SourceError
from aggregator.model import Fetched, Head, Page, RawEntry, RawLink, Reject, Request, Source
from aggregator.parse.decode.detect import shown
from aggregator.parse.decode.json_answer import (
    FORMS,
    Object,
    objects_of,
    read_json,
    sample_of,
    text,
    texts_of,
)
from aggregator.parse.feed_paging import link_back
from aggregator.values.web_addresses import is_web

ACCEPT: Final = "application/feed+json, application/json;q=0.9, */*;q=0.1"
VERSION: Final = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/\d")
ITEMS: Final = 10_000
ATTACHMENTS: Final = 50
NEWLINE: Final = "\n"

WORDPRESS: Final = frozenset({"date_gmt", "excerpt", "guid"})
"""The keys of a post in WordPress's own interface, which no kind reads."""


def request(source: Source, address: str) -> Request:
    """One plain request."""
    return Request(url=address, pause=source.pause, accept=ACCEPT)


def read(source: Source, fetched: Fetched) -> Page:
    """The items of a feed. An item without a title stays without one: a line of a microblog is no document.

    Older items behind `next_url` are asked for by `older` only, as the specification expects of readers.
    Raises SourceError: EMPTY, NOT_A_FEED with what it is instead, BROKEN_FEED with line and column, and ENDED
    for a feed that says `expired`, since its silence is no silence of the body.
    """
    feed = _feed(read_json(fetched))
    head = Head(
        id=text(feed, "feed_url"),
        title=text(feed, "title"),
        link=text(feed, "home_page_url"),
        language=text(feed, "language"),
    )
    items = enumerate(feed["items"][:ITEMS], 1)
    made = [_entry(number, item, head) for number, item in items]
    return Page(
        entries=tuple(entry for entry in made if isinstance(entry, RawEntry)),
        head=head,
        rejects=tuple(reject for reject in made if isinstance(reject, Reject)),
    )


def older(source: Source, fetched: Fetched, page: Page) -> Request | None:
    """What to ask for the items before those of `fetched`: its `next_url`; None when there is none."""
    address = link_back(fetched, text(_feed(read_json(fetched)), "next_url") or "")
    return request(source, address) if address else None


def _feed(value: object) -> Object:
    if not (isinstance(value, dict) and VERSION.match(text(value, "version") or "")):
        raise _not_a_feed(value)
    if value.get("expired") is True:
        raise SourceError(
            Cause.ENDED,
            "the feed says that it has expired and will not be updated again",
            f"look for what takes its place: {shown(text(value, 'home_page_url') or 'it names no page')}",
        )
    if not isinstance(value.get("items"), list):
        raise SourceError(
            Cause.BROKEN_FEED,
            "a JSON Feed without its list 'items'",
            "wait for the next poll; if it lasts, tell the publisher",
        )
    return value


def _not_a_feed(value: object) -> SourceError:
    sample = sample_of(value)
    for keys, kind, what in (*FORMS[1:], (WORDPRESS, "feed", "a list of posts of WordPress")):
        if keys <= sample.keys():
            hint = "with the site's /feed/" if keys == WORDPRESS else "for this source"
            said = f"{what} came in place of a JSON Feed"
            return SourceError(Cause.NOT_A_FEED, said, f"try kind {kind} {hint}")
    held = ", ".join(shown(key) for key in list(sample)[:5]) or "nothing"
    form = "a list" if isinstance(value, list) else "an object"
    return SourceError(
        Cause.NOT_A_FEED,
        f"JSON, but no JSON Feed: {form} that holds {held}",
        "open the address in a browser and compare it with the publisher's list of feeds",
    )


def _entry(number: int, item: object, head: Head) -> RawEntry | Reject:
    where = f"item {number}"
    if not isinstance(item, dict):
        return Reject(where=where, why="this item is no object with facts in it")
    return RawEntry(
        where=where,
        id=text(item, "id"),
        link=_link(item),
        title=text(item, "title"),
        summary=text(item, "summary"),
        summary_is_html=False,
        content=text(item, "content_html") or _paragraphs(text(item, "content_text")),
        published=text(item, "date_published"),
        updated=text(item, "date_modified"),
        categories=texts_of(item, "tags"),
        language=text(item, "language") or head.language,
        links=_links(item),
    )


def _link(item: Object) -> str | None:
    """The item's page; the page it speaks of, where it has none; its id, where that is an address."""
    identifier = text(item, "id") or ""
    permalink = identifier if is_web(identifier) else None
    return text(item, "url") or text(item, "external_url") or permalink


def _paragraphs(words: str | None) -> str | None:
    """Plain text as HTML that says the same: a blank line ends a paragraph."""
    if words is None:
        return None
    escaped = html.escape(words.replace("\r\n", "\n"), quote=False)
    return "".join(f"<p>{part.replace(NEWLINE, '<br>')}</p>" for part in re.split(r"\n\s*\n", escaped))


def _links(item: Object) -> tuple[RawLink, ...]:
    """The page that an item with a page of its own speaks of, and the item's attachments."""
    external = text(item, "external_url") if text(item, "url") else None
    spoken_of = (RawLink(href=external, rel="related"),) if external else ()
    return spoken_of + tuple(
        RawLink(
            href=href,
            rel="enclosure",
            type=text(each, "mime_type"),
            title=text(each, "title"),
            length=text(each, "size_in_bytes"),
        )
        for each in objects_of(item, "attachments", ATTACHMENTS)
        if (href := text(each, "url"))
    )
