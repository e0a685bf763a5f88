"""Reads Atom 1.0 and 0.3, RSS 0.9x, 1.0 and 2.0.

Also reads the categories by which another instance of this program labels the items that it republishes.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

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
from aggregator.parse.decode.encoding import NOT_XML, decode
from aggregator.parse.decode.entities import find_entities
from aggregator.parse.decode.feed_markup import FeedMarkup, parse_markup
from aggregator.parse.decode.own_dates import known_part
from aggregator.parse.decode.plain_text import looks_like_html
from aggregator.parse.feed_paging import older_address
from aggregator.parse.html.hidden import without_hidden
from aggregator.values.web_addresses import is_web_address

# Links that belong to the document. An instance adds links to carriers (`related`) and to its own page of the
# document: taken over, they would circulate among instances for ever.
REPUBLISHED_RELS: Final = {"alternate", "enclosure", "via"}

# The prefix of the elements of another instance, as feedparser names them.
OWN_PREFIX: Final = "ogu"

LABEL_KINDS: Final = ("topic", "plan")
REMOVAL_BY_STATUS: Final = {kind.value: kind for kind in RemovalKind}


ACCEPT: Final = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
HTML_TYPES: Final = {"text/html", "application/xhtml+xml"}


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
    parsed = _parse(fetched)
    metadata = _metadata(parsed.feed)
    entries = list(_entries(source, parsed, metadata))
    _refuse_ended_feed(entries)
    whole = entries[:-1] if entries and parsed.is_cut_short else entries
    if not whole and parsed.fault:
        raise _broken_error(parsed.fault)
    why = "the feed breaks off inside this item; the next poll may bring it whole"
    cut = tuple(Reject(item_name=entry.item_name, why=why) for entry in entries[len(whole) :])
    return ParsedPage(entries=tuple(whole), feed_metadata=metadata, rejects=cut)


def request_older(source: Source, fetched: Fetched, page: ParsedPage) -> Request | None:
    """The request for the items before `page`, which was read from `fetched`; None if no older page is known.

    Follows the feed's links (RFC 5005), else the paging of WordPress and of the Northern Ireland departments.
    """
    about = _parse(fetched).feed
    named = (_text(about, "generator"), _text(_detail(about, "generator_detail"), "href"))
    address = older_address(fetched, _links(about), " ".join(filter(None, named)), page.entries)
    return request(source, address) if address else None


def _parse(fetched: Fetched) -> FeedMarkup:
    text = decode(fetched.payload, fetched.headers.get("content-type", ""))
    start = find_feed(text)
    prologue, markup = text[:start], text[start:]
    entities = find_entities(prologue, markup)
    try:
        # The line breaks keep the lines of error messages right.
        parsed = parse_markup("\n" * prologue.count("\n") + markup, entities)
    except MemoryError:
        raise
    except Exception as error:  # the publisher's bytes broke feedparser: the fault of the source, not a bug
        raise _broken_error(error) from error
    if not parsed.version:
        raise SourceError(
            Cause.NOT_A_FEED,
            "XML that is neither Atom nor RSS",
            "compare the address with the publisher's list of feeds",
        )
    return parsed


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


def _broken_error(fault: object) -> SourceError:
    reason = snippet(getattr(fault, "getMessage", lambda: f"{type(fault).__name__}: {fault}")())
    line, column = (getattr(fault, name, lambda: None)() for name in ("getLineNumber", "getColumnNumber"))
    where = f" near line {line - 1}, column {column}" if line else ""
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


def _entries(source: Source, parsed: FeedMarkup, metadata: FeedMetadata) -> Iterator[RawEntry]:
    """The items that have anything in them."""
    for number, item in enumerate(parsed.items, 1):
        if item:
            yield _entry(source, number, item, metadata, parsed.version)


def _entry(source: Source, number: int, item: Any, metadata: FeedMetadata, version: str) -> RawEntry:
    content = _content(item)
    title, summary = (_detail(item, name) for name in ("title_detail", "summary_detail"))
    described = [part for part in (content, summary, title) if part]
    language = _text(item, "language") or _first(described, "language") or metadata.language
    links = _links(item)
    link = _page_link(links, language or source.language) or _other_address(item, links, version)
    translations = _translations(links, link, language or source.language)
    verbatim = version == "atom10" and title.get("type") == "text/plain"
    entry = RawEntry(
        item_name=f"item {number}",
        id=_text(item, "id"),
        link=link,
        title=_title(item, verbatim and not title.get("type_is_stated")),
        title_is_html=title.get("type") in HTML_TYPES,
        title_is_verbatim=verbatim,
        summary=_summary(item, summary),
        summary_is_html=not summary or summary.get("type") in HTML_TYPES,
        summary_is_verbatim=version == "atom10" and _is_plain(summary),
        content=_markup(content),
        content_is_verbatim=version == "atom10" and _is_plain(content),
        published=_date(item, "published"),
        updated=_date(item, "updated"),
        categories=_categories(item),
        language=language,
        base=_first(described, "base"),
        links=tuple(one for one in links if one not in translations),
        translations=translations,
        link_language=next((one.language for one in links if one.href == link and translations), None),
    )
    labels = _instance_categories(item)
    if not labels:
        return entry
    return republished_item(entry, labels, _metadata(_detail(item, "source")), metadata)


def _title(item: Any, unescape: bool) -> str | None:
    """The title. Software that does not say how its titles are written often escapes them twice."""
    text = _text(item, "title") or _text(item, "dc_title")
    return html.unescape(text) if text and unescape else text


def _text(element: Any, key: str) -> str | None:
    """A non-empty string that the publisher gave, without characters that XML forbids."""
    # dict.get, because feedparser's own look-up falls back from `updated` to `published`.
    value = dict.get(element, key)
    # They come back as references: feedparser makes a character of `&#xffff;`.
    return (NOT_XML.sub("", value).strip() or None) if isinstance(value, str) else None


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


def _is_plain(text: Mapping[str, Any]) -> bool:
    """Whether a text is plain, so that tags in it are meant to be read.

    Software that says so of HTML, or says nothing of its type, is not believed.
    """
    return text.get("type") == "text/plain" and not looks_like_html(_text(text, "value") or "")


def _summary(item: Any, detail: dict[str, Any]) -> str | None:
    # feedparser copies the content into a missing summary, but without `summary_detail`.
    text = _text(item, "summary") if detail else _text(item, "dc_description")
    return without_hidden(text) if text and (not detail or detail.get("type") in HTML_TYPES) else text


def _markup(content: dict[str, Any]) -> str | None:
    """Content as HTML. Plain text is escaped."""
    text = _text(content, "value")
    if text is None or content.get("type") in HTML_TYPES:
        return text and without_hidden(text)
    return f"<p>{html.escape(text, quote=False)}</p>"


def _links(element: Any) -> tuple[RawLink, ...]:
    links = tuple(
        RawLink(
            href=href,
            rel=_text(link, "rel") or "alternate",
            type=_text(link, "type"),
            title=_text(link, "title"),
            length=_text(link, "length"),
            language=_text(link, "hreflang"),
        )
        for link in dict.get(element, "links") or ()
        if (href := _text(link, "href"))
    )
    # The link of an RSS item says no language, but may stand again among links that do.
    languages = {link.href: link.language for link in links if link.language}
    return tuple(replace(link, language=link.language or languages.get(link.href)) for link in links)


def _page_link(links: tuple[RawLink, ...], language: str | None = None) -> str | None:
    """The page for people, in this language if there are several: the first HTML alternate, else the first
    alternate."""
    # A link without rel is an alternate (RFC 4287, 4.2.7.2). legislation.gov.uk names its pages that way,
    # beside alternates in XML, RDF, XHTML and PDF (captures of December 2015).
    alternates = [link for link in links if link.rel == "alternate"]
    pages = [link for link in alternates if link.type == "text/html"]
    suitable = [link for link in pages if not link.language or _is_same_language(link.language, language)]
    return next((link.href for link in (*suitable, *pages, *alternates)), None)


def _translations(links: tuple[RawLink, ...], page: str | None, language: str | None) -> tuple[RawLink, ...]:
    """The links to the page in other languages than its own."""
    own = next((link.language for link in links if link.href == page and link.language), language)
    return tuple(
        link
        for link in links
        if link.rel == "alternate"
        and link.type == "text/html"
        and link.href != page
        and link.language
        and not _is_same_language(link.language, own)
    )


def _is_same_language(one: str, other: str | None) -> bool:
    """Whether two tags name one language, in whichever country."""
    return one.lower().partition("-")[0] == (other or "").lower().partition("-")[0]


def _other_address(item: Any, links: tuple[RawLink, ...], version: str) -> str | None:
    """The address of an item that links to no page: its id, its content's, itself, or its file."""
    identifier = _text(item, "id") or ""
    named = dict.get(item, "guid_is_permalink", True) if version.startswith("rss") else True
    if named and is_web_address(identifier):
        return identifier
    if elsewhere := _first(dict.get(item, "content") or (), "src"):
        return elsewhere
    files = (
        link.href
        for rel in ("self", "enclosure")
        for link in links
        if link.rel == rel and not (link.type or "").startswith("image/")
    )
    return next(files, None)


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
