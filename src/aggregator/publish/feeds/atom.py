"""Writes a page of a feed as Atom (RFC 4287) or RSS 2.0, with feedgen and our extensions of it."""

from __future__ import annotations

from html import escape
from typing import Any, Final

from feedgen.feed import FeedGenerator

from aggregator import VERSION
from aggregator.model import SCHEME, Link, Site
from aggregator.publish.feeds.atom_extension import FeedgenEntryExtension, FeedgenFeedExtension
from aggregator.publish.feeds.items import FeedCategory, FeedItem, FeedPage
from aggregator.publish.presentation.paths import web_url
from aggregator.publish.presentation.text import clean_line, clean_title

GENERATOR: Final = "UK open government updates"
_RIGHTS: Final = "Each item states its own licence. Words of our own: CC0 1.0."
# The relations of a channel's links that feedgen writes itself.
_RSS_ONLY: Final = {"alternate", "self"}


def write_atom(feed_page: FeedPage) -> bytes:
    """The page as Atom."""
    generator = _feed_generator(feed_page)
    for item in feed_page.items:
        # By default feedgen puts each entry before the last one.
        _fill_entry(generator.add_entry(order="append"), item)
    payload: bytes = generator.atom_str(pretty=True)
    return payload


def write_rss(feed_page: FeedPage) -> bytes:
    """The page as RSS 2.0; what RSS has no element for is in elements of Atom and Dublin Core."""
    generator = _feed_generator(feed_page)
    generator.parts.links = tuple(link for link in feed_page.links if link.rel not in _RSS_ONLY)
    for item in feed_page.items:
        entry = generator.add_entry(order="append")
        _fill_entry(entry, item)
        # A description is HTML, so that a tag which is meant to be read must be escaped.
        if "<" in item.summary:
            entry.description(escape(item.summary, quote=False))
        # An RSS item has one date only, and feed readers sort by it. Our first sight is no date of the
        # document's: an item without a date comes without one.
        if dated := item.published or item.dated:
            entry.published(dated.written_at)
        if source := item.source:
            entry.source(url=source.address or source.id, title=source.title)
        # One enclosure at most (RSS Best Practices Profile); the others are Atom links.
        if enclosures := item.enclosures[:1]:
            _add_enclosure(entry, enclosures[0])
    payload: bytes = generator.rss_str(pretty=True)
    return payload


def _feed_generator(feed_page: FeedPage) -> Any:
    generator = FeedGenerator()
    generator.register_extension("parts", FeedgenFeedExtension, FeedgenEntryExtension)
    generator.parts.is_archive = feed_page.is_archive
    generator.id(feed_page.id)
    generator.title(clean_title(feed_page.heading.title))
    generator.subtitle(clean_line(feed_page.heading.subtitle))
    generator.description(clean_line(feed_page.heading.subtitle))
    generator.language("en-GB")
    # feedgen takes the last link for the channel's own in RSS.
    for link in sorted(feed_page.links, key=lambda link: link.rel == "alternate"):
        generator.link(href=link.href, rel=link.rel, type=link.type)
    generator.author(_feed_author(feed_page.site))
    generator.rights(_RIGHTS)
    generator.generator(GENERATOR, version=VERSION)
    generator.updated(feed_page.updated)  # feedgen's default is now
    return generator


def _feed_author(site: Site) -> dict[str, str]:
    # Never without a name: Atom demands an author where an entry has none (RFC 4287, 4.1.1).
    person = {"name": clean_line(site.operator) or clean_title(site.title)}
    if "@" in site.contact:
        person["email"] = clean_line(site.contact)
    elif address := web_url(site.contact):
        person["uri"] = address
    return person


def _fill_entry(entry: Any, item: FeedItem) -> None:
    entry.id(item.id)
    entry.title(item.title)
    entry.updated(item.updated)
    if item.published:
        entry.published(item.published.written_at)
    entry.link(href=item.url)
    if item.categories:
        entry.category([_category_attributes(category) for category in item.categories])
    entry.rights(item.rights)
    if item.author:
        entry.author({"name": item.author.name, "uri": item.author.uri})
    if item.summary:
        entry.summary(item.summary, type="text")
    if item.content:
        entry.content(item.content, type="html")
    entry.parts.item = item


def _category_attributes(category: FeedCategory) -> dict[str, str]:
    return {"scheme": SCHEME + category.kind, "term": category.term, "label": category.label}


def _add_enclosure(entry: Any, link: Link) -> None:
    """Add an enclosure to an RSS item."""
    # RSS demands a type and a length; 0 means that it is not known (RSS Best Practices Profile).
    entry.enclosure(url=link.href, length=str(link.length or 0), type=link.type or "application/octet-stream")
