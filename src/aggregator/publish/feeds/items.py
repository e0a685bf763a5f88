"""Feeds as content, whatever form they are written in: a document and its items, with links and credits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aggregator.model import Carrier, Document, Entry, Link, Site, Snapshot
from aggregator.model.licences import licence
from aggregator.publish.feeds.feed_sources import Origin, Origins
from aggregator.publish.presentation.paths import entry_page, permanent, web
from aggregator.publish.presentation.rows import body_name
from aggregator.publish.presentation.text import UNDETERMINED, line, media_type, named, tag, titled
from aggregator.values.text import tidy

OURS: Final = "en-GB"
"""The language of the words that we add to an entry of any language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """What an item is filed under: `kind` is body, type, topic, plan or status."""

    kind: str
    term: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A link of an item, with the language of what it leads to where that is known."""

    link: Link
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """The body that published a document."""

    name: str
    uri: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Everything that a feed says of one thing, clean and within its limits; writers only write it down."""

    id: str
    title: str
    url: str
    updated: datetime
    published: datetime | None = None
    language: str = OURS
    summary: str = ""
    content: str = ""
    """HTML, already safe."""
    rights: str = ""
    author: Author | None = None
    categories: tuple[Category, ...] = ()
    links: tuple[Target, ...] = ()
    """Every link but `url`; of one relation and address there is one only."""
    origin: Origin | None = None

    @property
    def enclosures(self) -> tuple[Link, ...]:
        """The attachments."""
        return tuple(target.link for target in self.links if target.link.rel == "enclosure")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A feed by its name (its address without a suffix) and its words."""

    name: str
    title: str
    subtitle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPage:
    """One document of a feed, the newest items or a page of its archive: all that a writer needs."""

    heading: Heading
    site: Site
    id: str
    """The feed's: the archive pages bear it, too (RFC 5005, 4)."""
    updated: datetime
    items: tuple[Item, ...]
    links: tuple[Link, ...]
    """`alternate`, `self`, `hub`, `current`, `prev-archive`."""
    archive: bool = False

    def link(self, rel: str) -> str | None:
        """The first address of a relation."""
        return next((link.href for link in self.links if link.rel == rel), None)


def tell_document(
    holding: Document,
    entry: Entry,
    carriers: Sequence[Carrier],
    updated: datetime,
    edition: Snapshot,
    origins: Origins,
) -> Item:
    """A document as `entry` has it; `carriers` are those that are credited."""
    terms = licence(entry.licence)
    return Item(
        id=entry.id,
        title=titled(entry.title),
        url=permanent(edition.site, entry),
        updated=updated,
        published=entry.published.at if entry.published else None,
        language=tag(entry.language),
        summary=line(entry.summary, longest=5000) if terms.open else "",
        content=tidy(entry.content).strip() if terms.open else "",
        rights=terms.rights,
        author=_author(entry, edition),
        categories=tuple(_categories(holding, entry, edition)),
        links=tuple(_links(entry, carriers, edition, origins)),
        origin=origins.of(entry),
    )


def _author(entry: Entry, edition: Snapshot) -> Author | None:
    """The body that published the document; of a record it is the feed's, since we wrote it."""
    body = edition.bodies.get(entry.body)
    if body is None or entry.licence == "own":
        return None
    return Author(name=titled(body.name), uri=web(body.url))


def _categories(holding: Document, entry: Entry, edition: Snapshot) -> Iterator[Category]:
    labels = holding.labels
    yield Category(kind="body", term=line(entry.body), label=body_name(edition, entry.body))
    yield Category(kind="type", term=line(labels.type), label=named(labels.type, edition.types))
    for topic in labels.topics:
        yield Category(kind="topic", term=line(topic), label=named(topic, edition.topics))
    for plan in labels.plans:
        yield Category(kind="plan", term=line(plan), label=named(plan, edition.plans))
    if entry.removal:
        yield Category(kind="status", term=str(entry.removal.kind), label=named(str(entry.removal.kind), {}))


def _links(
    entry: Entry, carriers: Sequence[Carrier], edition: Snapshot, origins: Origins
) -> Iterator[Target]:
    """The official record (`via`), the licence (RFC 4946), what belongs to the document, whom we thank."""
    official, terms = web(entry.url), licence(entry.licence).url
    language = known if (known := tag(entry.language)) != UNDETERMINED else None
    links = [Link(href=official, rel="via")] if official else []
    links += [Link(href=cited, rel="via") for claim in entry.claims if (cited := web(claim.source))]
    links += [Link(href=terms, rel="license")] if terms else []
    links += [_attached(link, href) for link in entry.links if (href := web(link.href))]
    links += _credits(entry, carriers, origins)
    links += [_explained(entry, edition)]
    once: dict[tuple[str, str], Link] = {}
    for link in links:
        once.setdefault((link.rel, link.href), link)
    for link in once.values():
        yield Target(link=link, language=language if link.href == official else None)


def _attached(link: Link, href: str) -> Link:
    """A link as it may stand in an entry, which may hold one alternate only (RFC 4287, 4.1.2)."""
    return Link(
        href=href,
        rel=link.rel if link.rel in {"enclosure", "via"} else "related",
        type=media_type(link.type),
        title=line(link.title or "") or None,
        length=link.length,
    )


def _credits(entry: Entry, carriers: Sequence[Carrier], origins: Origins) -> Iterator[Link]:
    """Every source that carries the document and is not its `source` already."""
    for carrier in carriers:
        told = carrier.entry
        origin = origins.sources.get(told.source)
        if origin is None or (told.source == entry.source and not entry.second_hand):
            continue
        own_page = web(told.url) if told.url != entry.url else None
        href = own_page or origin.page or origin.address
        if href:
            yield Link(href=href, rel="related", title=line(f"Also carried by {origin.title}"))


def _explained(entry: Entry, edition: Snapshot) -> Link:
    href = edition.site.base_url + entry_page(entry)
    return Link(
        href=href, rel="describedby", type="text/html", title="Dates, sources and revisions of this document"
    )
