"""The content of feeds, independent of their format: pages of items with links and credits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aggregator.model import Carrier, Document, Entry, Link, Moment, Precision, Site, Snapshot
from aggregator.model.licences import licence
from aggregator.publish.feeds.feed_sources import FeedSource, FeedSources
from aggregator.publish.presentation.paths import document_page_path, document_url, web_url
from aggregator.publish.presentation.rows import body_name
from aggregator.publish.presentation.text import (
    UNDETERMINED_LANGUAGE,
    clean_line,
    clean_media_type,
    clean_title,
    display_name,
    language_tag,
)
from aggregator.values.text import remove_unwanted

# The language of the text that we add to items of any language.
OWN_LANGUAGE: Final = "en-GB"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCategory:
    """A category of an item."""

    # `body`, `type`, `topic`, `plan` or `status`.
    kind: str
    term: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLink:
    """A link of an item, with the language of the page that it leads to, if known."""

    link: Link
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAuthor:
    """The body that published a document."""

    name: str
    uri: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """An item of a feed; its texts are clean and limited, so a format only has to escape them."""

    id: str
    title: str
    url: str
    updated: datetime
    # How exactly its publisher gave the date that `updated` comes from.
    updated_precision: Precision = Precision.SECOND
    published: Moment | None = None
    # Any date of the publisher's that has come: `published`, or what stands for it in a format of one date.
    dated: Moment | None = None
    language: str = OWN_LANGUAGE
    summary: str = ""
    # HTML that is safe already.
    content: str = ""
    rights: str = ""
    author: FeedAuthor | None = None
    categories: tuple[FeedCategory, ...] = ()
    # Every link except `url`; no two have the same relation and address.
    links: tuple[ItemLink, ...] = ()
    source: FeedSource | None = None

    @property
    def enclosures(self) -> tuple[Link, ...]:
        """The attachments."""
        return tuple(item.link for item in self.links if item.link.rel == "enclosure")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHeading:
    """The name and texts of a feed."""

    # Its path without the suffix.
    name: str
    title: str
    subtitle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPage:
    """One file of a feed, independent of its format: the newest items, or a page of the archive."""

    heading: FeedHeading
    site: Site
    # The feed's id; its archive pages have the same one (RFC 5005, 4).
    id: str
    updated: datetime
    items: tuple[FeedItem, ...]
    # Links with the relations `alternate`, `self`, `hub`, `current` and `prev-archive`.
    links: tuple[Link, ...]
    is_archive: bool = False

    def link(self, rel: str) -> str | None:
        """The address of the first link with this relation."""
        return next((link.href for link in self.links if link.rel == rel), None)


def document_item(
    document: Document,
    entry: Entry,
    carriers: Sequence[Carrier],
    updated: datetime,
    snapshot: Snapshot,
    feed_sources: FeedSources,
) -> FeedItem:
    """The item of a document, with the content of `entry` and credit for `carriers`.

    `entry` is the document's own, or that of an earlier revision.
    """
    # Without an open licence only title, link and dates may be published.
    terms = licence(entry.licence)
    return FeedItem(
        id=entry.id,
        title=clean_title(entry.title),
        url=document_url(snapshot.site, entry),
        updated=updated,
        updated_precision=entry.moment_at(updated).precision,
        published=entry.published,
        dated=entry.dated if entry.dated and entry.dated.at <= updated else entry.published,
        language=language_tag(entry.language),
        summary=clean_line(entry.summary, max_length=5000) if terms.open else "",
        content=remove_unwanted(entry.content).strip() if terms.open else "",
        rights=terms.rights,
        author=_author(entry, snapshot),
        categories=tuple(_categories(document, entry, snapshot)),
        links=tuple(_links(entry, carriers, snapshot, feed_sources)),
        source=feed_sources.source_of(entry),
    )


def _author(entry: Entry, snapshot: Snapshot) -> FeedAuthor | None:
    """The body that published the document; None for a record, which we wrote: the feed's author applies."""
    body = snapshot.bodies.get(entry.body)
    if body is None or entry.licence == "own":
        return None
    return FeedAuthor(name=clean_title(body.name), uri=web_url(body.url))


def _categories(document: Document, entry: Entry, snapshot: Snapshot) -> Iterator[FeedCategory]:
    labels = document.labels
    yield FeedCategory(kind="body", term=clean_line(entry.body), label=body_name(snapshot, entry.body))
    yield FeedCategory(
        kind="type", term=clean_line(labels.type), label=display_name(labels.type, snapshot.types)
    )
    for topic in labels.topics:
        yield FeedCategory(kind="topic", term=clean_line(topic), label=display_name(topic, snapshot.topics))
    for plan in labels.plans:
        yield FeedCategory(kind="plan", term=clean_line(plan), label=display_name(plan, snapshot.plans))
    if entry.removal:
        yield FeedCategory(
            kind="status", term=str(entry.removal.kind), label=display_name(str(entry.removal.kind), {})
        )


def _links(
    entry: Entry, carriers: Sequence[Carrier], snapshot: Snapshot, feed_sources: FeedSources
) -> Iterator[ItemLink]:
    """Links to the official page and cited pages (`via`), the licence, attachments, carriers and our page."""
    official_url, licence_url = web_url(entry.url), licence(entry.licence).url
    language = tag if (tag := language_tag(entry.language)) != UNDETERMINED_LANGUAGE else None
    links = [Link(href=official_url, rel="via")] if official_url else []
    links += [Link(href=url, rel="via") for claim in entry.claims if (url := web_url(claim.source))]
    links += [Link(href=licence_url, rel="license")] if licence_url else []  # RFC 4946
    # Hostile addresses (`javascript:`) are dropped, not shown as text.
    links += [_attached_link(link, href) for link in entry.links if (href := web_url(link.href))]
    links += _carrier_links(entry, carriers, feed_sources)
    links += [_own_page_link(entry, snapshot)]
    # A record often cites the same page in several claims.
    unique: dict[tuple[str, str], Link] = {}
    for link in links:
        unique.setdefault((link.rel, link.href), link)
    for link in unique.values():
        yield ItemLink(link=link, language=language if link.href == official_url else None)
    yield from _language_links(entry)


def _language_links(entry: Entry) -> Iterator[ItemLink]:
    """The document's pages in each of its languages (RFC 4287, 4.1.2 allows one for each).

    Its own comes last: some readers open the last alternate, the others the first, which is the item's `url`.
    """
    pages = [(one.language, web_url(one.url), one.title) for one in entry.translations]
    if any(href for _, href, _ in pages):
        for language, href, title in (*pages, (entry.language, web_url(entry.url), entry.title)):
            tag = language_tag(language)
            if href and tag != UNDETERMINED_LANGUAGE:
                named = clean_title(title) if title else None
                link = Link(href=href, rel="alternate", type="text/html", title=named)
                yield ItemLink(link=link, language=tag)


def _attached_link(link: Link, href: str) -> Link:
    """A link of the publisher with a relation that an item may repeat."""
    # An entry may have one `alternate` for each type and language (RFC 4287, 4.1.2), and ours is `url`.
    return Link(
        href=href,
        rel=link.rel if link.rel in {"enclosure", "via"} else "related",
        type=clean_media_type(link.type),
        title=clean_line(link.title or "") or None,
        length=link.length,
    )


def _carrier_links(entry: Entry, carriers: Sequence[Carrier], feed_sources: FeedSources) -> Iterator[Link]:
    """A link for each carrier of the document, except the one that is the item's `source`."""
    for carrier in carriers:
        carried = carrier.entry
        source = feed_sources.by_source.get(carried.source)
        # For a relayed entry `source` is the original feed, so the instance that relayed it is credited here.
        if source is None or (carried.source == entry.source and not entry.relayed):
            continue
        own_page = web_url(carried.url) if carried.url != entry.url else None
        href = own_page or source.page or source.address
        if href:
            yield Link(href=href, rel="related", title=clean_line(f"Also carried by {source.title}"))


def _own_page_link(entry: Entry, snapshot: Snapshot) -> Link:
    href = snapshot.site.base_url + document_page_path(entry)
    return Link(
        href=href, rel="describedby", type="text/html", title="Dates, sources and revisions of this document"
    )
