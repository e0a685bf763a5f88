"""Extensions of feedgen 1.0.0 for what it cannot write: links with all attributes, the source, languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from feedgen.util import xml_elem

from aggregator.model import SCHEME, Link, Moment, Precision
from aggregator.model.days import WITHOUT_TIME
from aggregator.publish.feeds.feed_sources import FeedSource
from aggregator.publish.feeds.items import OWN_LANGUAGE, FeedItem

_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_ATOM: Final = "{http://www.w3.org/2005/Atom}"
_DUBLIN_CORE: Final = "http://purl.org/dc/elements/1.1/"
_HISTORY: Final = "http://purl.org/syndication/history/1.0"
# Our own elements have the address of our categories.
_OWN: Final = SCHEME


class FeedgenEntryExtension:
    """Adds elements to an entry (Atom) or item (RSS); set `item` before feedgen writes it."""

    # feedgen calls extensions by method name, so this needs no base class; feedgen's own has no types.
    # In Atom, elements have bare names as feedgen's own do, since Atom is the default namespace of the feed.
    # In RSS they are in Atom's namespace (RSS Advisory Board, Best Practices Profile, "Namespace elements").

    def __init__(self) -> None:
        self.item: FeedItem | None = None

    def extend_ns(self) -> Mapping[str, str]:
        """No namespace besides Atom's: elements of RSS items declare theirs."""
        return {}

    def extend_atom(self, entry: Any) -> Any:
        """Add languages, links and the source to the entry's element."""
        if self.item is None:
            return entry
        entry.set(_LANGUAGE, self.item.language)
        for element in entry.iterchildren("category", "rights"):
            element.set(_LANGUAGE, OWN_LANGUAGE)
        _add_links(entry, self.item)
        if self.item.source:
            _add_source(entry, self.item.source)
        _add_precisions(entry, self.item.published, self.item.updated_precision)
        return entry

    def extend_rss(self, item: Any) -> Any:
        """Add to the item's element what RSS 2.0 has no element for."""
        if self.item is None:
            return item
        _add_links(item, self.item, _ATOM)
        xml_elem(f"{{{_DUBLIN_CORE}}}language", item).text = self.item.language
        if self.item.author:
            xml_elem(f"{{{_DUBLIN_CORE}}}creator", item).text = self.item.author.name
        if self.item.rights:
            xml_elem(f"{{{_DUBLIN_CORE}}}rights", item).text = self.item.rights
        xml_elem(f"{_ATOM}updated", item).text = self.item.updated.isoformat()
        _add_precisions(item, self.item.published or self.item.dated, self.item.updated_precision)
        return item


class FeedgenFeedExtension:
    """Adds elements to the head of a feed; set the fields before feedgen writes it."""

    def __init__(self) -> None:
        self.links: tuple[Link, ...] = ()
        """The links of an RSS channel besides `self`, the only one that feedgen writes there."""
        self.is_archive = False
        """Whether this is an archive page, which must say so (RFC 5005, 4)."""

    def extend_ns(self) -> Mapping[str, str]:
        """Dublin Core, which RSS items use, the feed history of RFC 5005, and our own elements."""
        return {"dc": _DUBLIN_CORE, "fh": _HISTORY, "ogu": _OWN}

    def extend_atom(self, feed: Any) -> Any:
        """Add the element that marks an archive page."""
        if self.is_archive:
            feed.append(xml_elem(f"{{{_HISTORY}}}archive"))
        return feed

    def extend_rss(self, feed: Any) -> Any:
        """Add the links to the channel."""
        for link in self.links:
            _add_link(feed[0], link, name=f"{_ATOM}link")
        return feed


def _add_precisions(parent: Any, published: Moment | None, updated: Precision) -> None:
    """Say of dates without a time of day that their noon stands for the day, month or year."""
    dates = {"published": published.precision if published else None, "updated": updated}
    for name, precision in dates.items():
        if precision in WITHOUT_TIME:
            xml_elem(f"{{{_OWN}}}{name}-precision", parent).text = str(precision)


def _add_links(parent: Any, item: FeedItem, namespace: str = "") -> None:
    for item_link in item.links:
        _add_link(parent, item_link.link, item_link.language, name=f"{namespace}link")


def _add_link(parent: Any, link: Link, language: str | None = None, name: str = "link") -> None:
    length = None if link.length is None else str(link.length)
    optional = {"type": link.type, "hreflang": language, "title": link.title, "length": length}
    attributes = {key: value for key, value in optional.items() if value}
    xml_elem(name, parent, rel=link.rel, href=link.href, **attributes)


def _add_source(entry: Any, feed_source: FeedSource) -> None:
    source = xml_elem("source", entry)
    source.set(_LANGUAGE, feed_source.language)
    updated = feed_source.updated.isoformat() if feed_source.updated else None
    elements = {
        "id": feed_source.id,
        "title": feed_source.title,
        "updated": updated,
        "rights": feed_source.rights,
    }
    for name, text in elements.items():
        if text:
            xml_elem(name, source).text = text
    if feed_source.address:
        _add_link(source, Link(href=feed_source.address, rel="self"))
    if feed_source.page:
        _add_link(source, Link(href=feed_source.page, rel="alternate", type="text/html"))
