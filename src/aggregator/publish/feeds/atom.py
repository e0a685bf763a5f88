"""Writes a document of a feed as Atom (RFC 4287) or RSS 2.0, by feedgen and its extensions."""

from __future__ import annotations

from typing import Any, Final

from feedgen.feed import FeedGenerator

from aggregator import VERSION
from aggregator.model import SCHEME, Link, Site
from aggregator.publish.feeds.atom_extension import EntryParts, FeedParts
from aggregator.publish.feeds.items import Category, FeedPage, Item
from aggregator.publish.presentation.paths import web
from aggregator.publish.presentation.text import line, titled

GENERATOR: Final = "UK open government updates"
_RIGHTS: Final = "Each item states its own licence. Words of our own: CC0 1.0."
_RSS_ONLY: Final = {"alternate", "self"}
"""The links of a channel that feedgen writes itself."""


def write_atom(document: FeedPage) -> bytes:
    """The document as Atom."""
    written = _head(document)
    for item in document.items:
        # feedgen puts each entry before the last one unless it is told otherwise.
        _fill(written.add_entry(order="append"), item)
    made: bytes = written.atom_str(pretty=True)
    return made


def write_rss(document: FeedPage) -> bytes:
    """The document as RSS 2.0; what RSS has no word for stands in elements of Atom and Dublin Core."""
    written = _head(document)
    written.parts.links = tuple(link for link in document.links if link.rel not in _RSS_ONLY)
    for item in document.items:
        entry = written.add_entry(order="append")
        _fill(entry, item)
        # An RSS item has one date only, and readers sort by it.
        entry.published(item.published or item.updated)
        if origin := item.origin:
            entry.source(url=origin.address or origin.id, title=origin.title)
        if enclosed := item.enclosures[:1]:
            _enclose(entry, enclosed[0])
    made: bytes = written.rss_str(pretty=True)
    return made


def _head(document: FeedPage) -> Any:
    written = FeedGenerator()
    written.register_extension("parts", FeedParts, EntryParts)
    written.parts.archive = document.archive
    written.id(document.id)
    written.title(titled(document.heading.title))
    written.subtitle(line(document.heading.subtitle))
    written.description(line(document.heading.subtitle))
    written.language("en-GB")
    # RSS takes the last link for its own.
    for link in sorted(document.links, key=lambda link: link.rel == "alternate"):
        written.link(href=link.href, rel=link.rel, type=link.type)
    written.author(_operator(document.site))
    written.rights(_RIGHTS)
    written.generator(GENERATOR, version=VERSION)
    written.updated(document.updated)  # feedgen would say now
    return written


def _operator(site: Site) -> dict[str, str]:
    person = {"name": line(site.operator) or titled(site.title)}
    if "@" in site.contact:
        person["email"] = line(site.contact)
    elif address := web(site.contact):
        person["uri"] = address
    return person


def _fill(entry: Any, item: Item) -> None:
    entry.id(item.id)
    entry.title(item.title)
    entry.updated(item.updated)
    if item.published:
        entry.published(item.published)
    entry.link(href=item.url)
    if item.categories:
        entry.category([_filed(category) for category in item.categories])
    entry.rights(item.rights)
    if item.author:
        entry.author({"name": item.author.name, "uri": item.author.uri})
    if item.summary:
        entry.summary(item.summary, type="text")
    if item.content:
        entry.content(item.content, type="html")
    entry.parts.item = item


def _filed(category: Category) -> dict[str, str]:
    return {"scheme": SCHEME + category.kind, "term": category.term, "label": category.label}


def _enclose(entry: Any, link: Link) -> None:
    """RSS demands a type and a length; 0 says that it is not known (RSS Best Practices Profile)."""
    entry.enclosure(url=link.href, length=str(link.length or 0), type=link.type or "application/octet-stream")
