"""Reads JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1 and /1.1)."""

from __future__ import annotations

import html
import re
from typing import Final

from aggregator.errors import Cause, SourceError
from aggregator.model import FeedMetadata, Fetched, ParsedPage, RawEntry, RawLink, Reject, Request, Source
from aggregator.parse.decode.detect import snippet
from aggregator.parse.decode.json_answer import (
    KNOWN_FORMATS,
    JsonObject,
    first_object,
    objects_at,
    read_json,
    text_at,
    texts_at,
)
from aggregator.parse.decode.own_dates import known_part
from aggregator.parse.decode.plain_text import looks_like_html
from aggregator.parse.feed_paging import older_link
from aggregator.parse.html.hidden import without_hidden
from aggregator.values.web_addresses import is_web_address

ACCEPT: Final = "application/feed+json, application/json;q=0.9, */*;q=0.1"
VERSION: Final = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/\d")
# What another instance of this program adds to its items.
INSTANCE_EXTENSION: Final = "_open_government"
MAX_ITEMS: Final = 10_000
MAX_ATTACHMENTS: Final = 50
NEWLINE: Final = "\n"

# The keys of a post in WordPress's REST API, which no kind reads.
WORDPRESS_KEYS: Final = frozenset({"date_gmt", "excerpt", "guid"})


def request(source: Source, address: str) -> Request:
    """A plain request for a JSON feed."""
    return Request(url=address, pause=source.pause, accept=ACCEPT)


def read(source: Source, fetched: Fetched) -> ParsedPage:
    """The items of a feed. An item without a title stays without one: a post of a microblog is no document.

    Older items behind `next_url` are read only on request (`request_older`), as the specification expects.
    Raises SourceError: EMPTY; NOT_A_FEED with what came instead; BROKEN_FEED with line and column; ENDED for
    a feed that says `expired`.
    """
    # An expired feed must fail: read as an empty feed, it would count as a silence of the body.
    feed = _feed(read_json(fetched))
    head = FeedMetadata(
        id=text_at(feed, "feed_url"),
        title=text_at(feed, "title"),
        link=text_at(feed, "home_page_url"),
        language=text_at(feed, "language"),
    )
    items = enumerate(feed["items"][:MAX_ITEMS], 1)
    made = [_entry(number, item, head) for number, item in items]
    return ParsedPage(
        entries=tuple(entry for entry in made if isinstance(entry, RawEntry)),
        feed_metadata=head,
        rejects=tuple(reject for reject in made if isinstance(reject, Reject)),
    )


def request_older(source: Source, fetched: Fetched, page: ParsedPage) -> Request | None:
    """The request for the items before those of `fetched`: its `next_url`; None if it has none."""
    address = older_link(fetched, text_at(_feed(read_json(fetched)), "next_url") or "")
    return request(source, address) if address else None


def _feed(value: object) -> JsonObject:
    if not (isinstance(value, dict) and VERSION.match(text_at(value, "version") or "")):
        raise _not_a_feed_error(value)
    home_page = text_at(value, "home_page_url")
    if value.get("expired") is True:
        raise SourceError(
            Cause.ENDED,
            "the feed says that it has expired and will not be updated again",
            f"look for what takes its place: {snippet(home_page or 'it names no page')}",
        )
    if not isinstance(value.get("items"), list):
        raise SourceError(
            Cause.BROKEN_FEED,
            "a JSON Feed without its list 'items'",
            "wait for the next poll; if it lasts, tell the publisher",
        )
    return value


def _not_a_feed_error(value: object) -> SourceError:
    sample = first_object(value)
    for keys, kind, what in (*KNOWN_FORMATS[1:], (WORDPRESS_KEYS, "feed", "a list of posts of WordPress")):
        if keys <= sample.keys():
            hint = "with the site's /feed/" if keys == WORDPRESS_KEYS else "for this source"
            detail = f"{what} came in place of a JSON Feed"
            return SourceError(Cause.NOT_A_FEED, detail, f"try kind {kind} {hint}")
    keys_found = ", ".join(snippet(key) for key in list(sample)[:5]) or "nothing"
    form = "a list" if isinstance(value, list) else "an object"
    return SourceError(
        Cause.NOT_A_FEED,
        f"JSON, but no JSON Feed: {form} that holds {keys_found}",
        "open the address in a browser and compare it with the publisher's list of feeds",
    )


def _entry(number: int, item: object, head: FeedMetadata) -> RawEntry | Reject:
    where = f"item {number}"
    if not isinstance(item, dict):
        return Reject(item_name=where, why="this item is no object with facts in it")
    markup, plain = text_at(item, "content_html"), text_at(item, "content_text")
    own = value if isinstance(value := item.get(INSTANCE_EXTENSION), dict) else {}
    return RawEntry(
        item_name=where,
        id=text_at(item, "id"),
        link=_link(item),
        # Plain text by the specification; software often leaves the references of HTML in it.
        title=html.unescape(text_at(item, "title") or "") or None,
        title_is_verbatim=True,
        summary=text_at(item, "summary"),
        summary_is_html=False,
        summary_is_verbatim=not looks_like_html(text_at(item, "summary") or ""),
        content=without_hidden(markup or "") or _paragraphs(plain),
        content_is_verbatim=not markup and not looks_like_html(plain or ""),
        published=known_part(text_at(item, "date_published"), text_at(own, "published_precision")),
        updated=known_part(text_at(item, "date_modified"), text_at(own, "updated_precision")),
        categories=texts_at(item, "tags"),
        language=text_at(item, "language") or head.language,
        links=_links(item),
    )


def _link(item: JsonObject) -> str | None:
    """The item's page, else the page that it is about (`external_url`), else its id if that is an address,
    else its file."""
    identifier = text_at(item, "id") or ""
    permalink = identifier if is_web_address(identifier) else None
    files = (
        text_at(each, "url")
        for each in objects_at(item, "attachments", MAX_ATTACHMENTS)
        if not (text_at(each, "mime_type") or "").startswith("image/")
    )
    return text_at(item, "url") or text_at(item, "external_url") or permalink or next(files, None)


def _paragraphs(plain: str | None) -> str | None:
    """Plain text as HTML. A blank line ends a paragraph."""
    if plain is None:
        return None
    escaped = html.escape(plain.replace("\r\n", "\n"), quote=False)
    return "".join(f"<p>{part.replace(NEWLINE, '<br>')}</p>" for part in re.split(r"\n\s*\n", escaped))


def _links(item: JsonObject) -> tuple[RawLink, ...]:
    """The page that an item with a page of its own is about, and the item's attachments."""
    external = text_at(item, "external_url") if text_at(item, "url") else None
    related = (RawLink(href=external, rel="related"),) if external else ()
    return related + tuple(
        RawLink(
            href=href,
            rel="enclosure",
            type=text_at(each, "mime_type"),
            title=text_at(each, "title"),
            length=text_at(each, "size_in_bytes"),
        )
        for each in objects_at(item, "attachments", MAX_ATTACHMENTS)
        if (href := text_at(each, "url"))
    )
