"""Reads Atom 1.0 and 0.3, RSS 0.9x, 1.0 and 2.0. The only file that imports feedparser.

Also reads the categories by which another instance of this program labels the items that it republishes.
"""

from __future__ import annotations

import html
import io
import re
from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

import feedparser
import feedparser.sgml

from aggregator.errors import Cause, SourceError
from aggregator.model import (
    SCHEME,
    FeedMetadata,
    Fetched,
    ParsedPage,
    RawEntry,
    RawLink,
    RawRemoval,
    Reject,
    RemovalKind,
    Request,
    Source,
)
from aggregator.parse.decode.detect import find_feed, snippet
from aggregator.parse.decode.encoding import decode
from aggregator.parse.decode.own_dates import known_part
from aggregator.parse.feed_paging import older_address
from aggregator.values.web_addresses import is_web_address

# Links that belong to the document. An instance adds links to carriers (`related`) and to its own page of the
# document: taken over, they would circulate among instances for ever.
REPUBLISHED_RELS: Final = {"alternate", "enclosure", "via"}

# The prefix of the elements of another instance, as feedparser names them.
OWN_PREFIX: Final = "ogu"

LABEL_KINDS: Final = ("topic", "plan")
REMOVAL_BY_STATUS: Final = {kind.value: kind for kind in RemovalKind}


ACCEPT: Final = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
DECLARATION: Final = "<?xml version='1.0' encoding='utf-8'?>\n"
HTML_TYPES: Final = {"text/html", "application/xhtml+xml"}

ENTRY_TAG: Final = re.compile(r"<(/?)(?:[\w.-]{1,40}:)?(?:item|entry)(?=[\s>])", re.IGNORECASE)
# Elements with names of persons, which we never republish, and with keywords. feedparser's time on both grows
# with the square of their length.
PERSON_TAG: Final = re.compile(
    r"<(/?)(?:[\w.-]{1,40}:)?(author|creator|contributor|managingeditor|webmaster|publisher|owner|keywords|tags)"
    r"(?=[\s>])[^<>]*(?<!/)>",
    re.IGNORECASE,
)


# Finds the end of a tag, as feedparser's own expression does, but takes back nothing that it has matched.
# Theirs keeps 165 bytes for each character of a tag that never ends (1.65 GB for 10 MB of white space).
TAG_END: Final = re.compile(
    r"""(?:[^'"<>]++|"[^"]*+"(?=>|/|\s|\w+=)|'[^']*+'(?=>|/|\s|\w+=))*+(?=[<>])|.*?(?=[<>])"""
)
feedparser.sgml.sgmllib.endbracket.endbracket = TAG_END


def republished_item(
    item: RawEntry,
    labels: Iterable[tuple[str, str]],
    feed_metadata: FeedMetadata,
    instance_metadata: FeedMetadata,
) -> RawEntry:
    """An item that another instance republishes, with the labels in its categories (kind and term).

    `feed_metadata` is from the item's `atom:source`. `instance_metadata` is the instance's own, and stands
    for the source feed of what the instance wrote itself.
    """
    terms: dict[str, list[str]] = {}
    for kind, term in labels:
        terms.setdefault(kind, []).append(term)
    removed = next(
        (REMOVAL_BY_STATUS[term] for term in terms.get("status", ()) if term in REMOVAL_BY_STATUS), None
    )
    return replace(
        item,
        body=next(iter(terms.get("body", ())), None),
        type=next(iter(terms.get("type", ())), None),
        categories=tuple(f"{kind}:{term}" for kind in LABEL_KINDS for term in terms.get(kind, ())),
        links=tuple(link for link in item.links if link.rel in REPUBLISHED_RELS),
        source_feed=feed_metadata if feed_metadata.id else instance_metadata,
        licence=next((link.href for link in item.links if link.rel == "license"), None),
        removal=RawRemoval(kind=removed) if removed else None,
    )


def request(source: Source, address: str) -> Request:
    """A plain request for a feed."""
    return Request(url=address, pause=source.pause, accept=ACCEPT)


def read(source: Source, fetched: Fetched) -> ParsedPage:
    """The items of a feed. An item in which the feed breaks off is rejected: half of its text is missing.

    Raises SourceError: EMPTY; NOT_A_FEED; BROKEN_FEED for XML of which no item can be read; ENDED for the
    notice of a retired GOV.UK finder.
    """
    text = decode(fetched.payload, fetched.headers.get("content-type", ""))
    start = find_feed(text)
    parsed = _parse(text[start:])
    metadata = _metadata(parsed.feed)
    rss = str(parsed.version).startswith("rss")
    entries = [_entry(n, item, metadata, rss) for n, item in enumerate(parsed.entries, 1)]
    _refuse_ended_feed(entries)
    whole = entries[:-1] if entries and _is_cut_short(text) else entries
    if not whole and parsed.bozo:
        raise _broken_error(parsed.get("bozo_exception"), text[:start].count("\n"))
    why = "the feed breaks off inside this item; the next poll may bring it whole"
    cut = tuple(Reject(item_name=entry.item_name, why=why) for entry in entries[len(whole) :])
    return ParsedPage(entries=tuple(whole), feed_metadata=metadata, rejects=cut)


def request_older(source: Source, fetched: Fetched, page: ParsedPage) -> Request | None:
    """The request for the items before `page`, which was read from `fetched`; None if no older page is known.

    Follows the feed's links (RFC 5005), else the paging of WordPress and of the Northern Ireland departments.
    """
    text = decode(fetched.payload, fetched.headers.get("content-type", ""))
    about = _parse(text[find_feed(text) :]).feed
    named = (_text(about, "generator"), _text(_detail(about, "generator_detail"), "href"))
    address = older_address(fetched, _links(about), " ".join(filter(None, named)), page.entries)
    return request(source, address) if address else None


def _parse(text: str) -> Any:
    markup = (DECLARATION + _without_persons(text)).encode()
    try:
        parsed = feedparser.parse(
            io.BytesIO(markup),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except MemoryError:
        raise
    except Exception as error:  # the publisher's bytes broke feedparser: the fault of the source, not a bug
        raise _broken_error(error, 0) from error
    if not parsed.version:
        raise SourceError(
            Cause.NOT_A_FEED,
            "XML that is neither Atom nor RSS",
            "compare the address with the publisher's list of feeds",
        )
    return parsed


def _without_persons(text: str) -> str:
    """The text with the elements about persons replaced by spaces, so that lines in error messages stay
    right."""
    pieces: list[str] = []
    done, name = 0, ""
    for tag in PERSON_TAG.finditer(text):
        if not tag[1] and not name:
            name = tag[2].lower()
            pieces.append(text[done : tag.start()])
            done = tag.start()
        elif tag[1] and tag[2].lower() == name:
            pieces.append(re.sub(r"[^\n]", " ", text[done : tag.end()]))
            done, name = tag.end(), ""
    return "".join((*pieces, text[done:]))


def _is_cut_short(text: str) -> bool:
    """Whether the feed ends inside an item."""
    tags = deque(ENTRY_TAG.finditer(text), maxlen=1)
    return any(not tag[1] for tag in tags)


def _refuse_ended_feed(entries: list[RawEntry]) -> None:
    """Refuse the feed of a retired GOV.UK finder.

    It answers 200 with one entry, `This feed has ended`, and no `updated` (alphagov/finder-frontend, August
    2026).
    """
    for entry in entries[:1]:
        if entry.title == "This feed has ended" and (entry.id or "").endswith("/feed-ended"):
            raise SourceError(
                Cause.ENDED,
                "the publisher says that this feed has ended",
                f"look for what takes its place: {entry.link}",
            )


def _broken_error(fault: object, lines_before: int) -> SourceError:
    reason = snippet(getattr(fault, "getMessage", lambda: f"{type(fault).__name__}: {fault}")())
    line, column = (getattr(fault, name, lambda: None)() for name in ("getLineNumber", "getColumnNumber"))
    where = f" near line {line - 1 + lines_before}, column {column}" if line else ""
    return SourceError(
        Cause.BROKEN_FEED,
        f"not well-formed XML{where}, and no item could be saved ({reason})",
        "wait for the next poll; if it lasts, tell the publisher the line",
    )


def _metadata(feed: Any) -> FeedMetadata:
    return FeedMetadata(
        id=_text(feed, "id"),
        title=_text(feed, "title"),
        link=_page_link(_links(feed)),
        updated=_text(feed, "updated"),
        rights=_text(feed, "rights"),
        language=_text(feed, "language"),
        self_url=next((link.href for link in _links(feed) if link.rel == "self"), None),
    )


def _entry(number: int, item: Any, metadata: FeedMetadata, rss: bool) -> RawEntry:
    links = _links(item)
    content = _content(item)
    title, summary = (_detail(item, name) for name in ("title_detail", "summary_detail"))
    described = [part for part in (content, summary, title) if part]
    entry = RawEntry(
        item_name=f"item {number}",
        id=_text(item, "id"),
        link=_page_link(links) or (_permalink(item) if rss else None),
        title=_text(item, "title"),
        title_is_html=title.get("type") in HTML_TYPES,
        # feedparser copies the content into a missing summary, but without `summary_detail`.
        summary=_text(item, "summary") if summary else None,
        summary_is_html=summary.get("type") in HTML_TYPES,
        content=_markup(content),
        published=_date(item, "published"),
        updated=_date(item, "updated"),
        categories=_categories(item),
        language=_text(item, "language") or _first(described, "language") or metadata.language,
        base=_first(described, "base"),
        links=links,
    )
    labels = _instance_categories(item)
    if not labels:
        return entry
    return republished_item(entry, labels, _metadata(_detail(item, "source")), metadata)


def _text(element: Any, key: str) -> str | None:
    """A non-empty string that the publisher gave."""
    # dict.get, because feedparser's own look-up falls back from `updated` to `published`.
    value = dict.get(element, key)
    return (value.strip() or None) if isinstance(value, str) else None


def _date(item: Any, key: str) -> str | None:
    """A date; from another instance only as much of it as is known."""
    return known_part(_text(item, key), _text(item, f"{OWN_PREFIX}_{key}-precision"))


def _detail(item: Any, key: str) -> dict[str, Any]:
    value = dict.get(item, key)
    return value if isinstance(value, dict) else {}


def _first(parts: Iterable[dict[str, Any]], key: str) -> str | None:
    return next((found for part in parts if (found := _text(part, key))), None)


def _content(item: Any) -> dict[str, Any]:
    """The first content that is text. An Atom entry may have others, such as an image in base64 or SVG."""
    parts = dict.get(item, "content") or ()
    readable = (part for part in parts if part.get("type") in {*HTML_TYPES, "text/plain"})
    return next(readable, {})


def _markup(content: dict[str, Any]) -> str | None:
    """Content as HTML. Plain text is escaped."""
    text = _text(content, "value")
    if text is None or content.get("type") in HTML_TYPES:
        return text
    return f"<p>{html.escape(text, quote=False)}</p>"


def _links(element: Any) -> tuple[RawLink, ...]:
    return tuple(
        RawLink(
            href=href,
            rel=_text(link, "rel") or "alternate",
            type=_text(link, "type"),
            title=_text(link, "title"),
            length=_text(link, "length"),
        )
        for link in dict.get(element, "links") or ()
        if (href := _text(link, "href"))
    )


def _page_link(links: tuple[RawLink, ...]) -> str | None:
    """The page for people: the first HTML alternate, else the first alternate."""
    # A link without rel is an alternate (RFC 4287, 4.2.7.2). legislation.gov.uk names its pages that way,
    # beside alternates in XML, RDF, XHTML and PDF (captures of December 2015).
    alternates = [link for link in links if link.rel == "alternate"]
    pages = [link for link in alternates if link.type == "text/html"]
    return next((link.href for link in (*pages, *alternates)), None)


def _permalink(item: Any) -> str | None:
    """An RSS item's guid if the publisher says that it is the page's address."""
    guid = _text(item, "id") or ""
    return guid if dict.get(item, "guidislink") and is_web_address(guid) else None


def _categories(item: Any) -> tuple[str, ...]:
    tags = dict.get(item, "tags") or ()
    return tuple(name for tag in tags if (name := _text(tag, "label") or _text(tag, "term")))


def _instance_categories(item: Any) -> tuple[tuple[str, str], ...]:
    """The labels that another instance of this program gives the item: kind and term."""
    tags = dict.get(item, "tags") or ()
    schemed = ((_text(tag, "scheme") or "", _text(tag, "term") or "") for tag in tags)
    return tuple(
        (scheme.removeprefix(SCHEME), term) for scheme, term in schemed if scheme.startswith(SCHEME) and term
    )
