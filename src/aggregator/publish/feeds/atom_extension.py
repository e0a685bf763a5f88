"""The parts of an item that feedgen 1.0.0 loses: links with their attributes, the source, languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from feedgen.util import xml_elem

from aggregator.model import Link
from aggregator.publish.feeds.feed_sources import Origin
from aggregator.publish.feeds.items import OURS, Item

_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_ATOM: Final = "{http://www.w3.org/2005/Atom}"
_DUBLIN_CORE: Final = "http://purl.org/dc/elements/1.1/"
_HISTORY: Final = "http://purl.org/syndication/history/1.0"


class EntryParts:
    """What feedgen calls when it has written an entry or item; set `item` before that.

    feedgen calls its extensions by method name, so this inherits from nothing: its base class has no types.
    In Atom, elements carry bare names, as feedgen's own do: the default namespace of the feed is Atom. In RSS
    they bear Atom's namespace (RSS Advisory Board, Best Practices Profile, "Namespace elements").
    """

    def __init__(self) -> None:
        self.item: Item | None = None

    def extend_ns(self) -> Mapping[str, str]:
        """No namespace beside Atom's own: RSS items declare theirs."""
        return {}

    def extend_atom(self, entry: Any) -> Any:
        """Add to the entry's element what feedgen cannot write."""
        if self.item is None:
            return entry
        entry.set(_LANGUAGE, self.item.language)
        for ours in entry.iterchildren("category", "rights"):
            ours.set(_LANGUAGE, OURS)
        _add_links(entry, self.item)
        if self.item.origin:
            _add_source(entry, self.item.origin)
        return entry

    def extend_rss(self, item: Any) -> Any:
        """Add to the item's element what RSS 2.0 has no word for."""
        if self.item is None:
            return item
        _add_links(item, self.item, _ATOM)
        xml_elem(f"{{{_DUBLIN_CORE}}}language", item).text = self.item.language
        if self.item.author:
            xml_elem(f"{{{_DUBLIN_CORE}}}creator", item).text = self.item.author.name
        if self.item.rights:
            xml_elem(f"{{{_DUBLIN_CORE}}}rights", item).text = self.item.rights
        xml_elem(f"{_ATOM}updated", item).text = self.item.updated.isoformat()
        return item


class FeedParts:
    """What feedgen calls when it has written the head of a feed; set the fields before that."""

    def __init__(self) -> None:
        self.links: tuple[Link, ...] = ()
        """The links of an RSS channel beside `self`, which is the only one that feedgen writes there."""
        self.archive = False
        """Whether this is a page of the archive, which says so of itself (RFC 5005, 4)."""

    def extend_ns(self) -> Mapping[str, str]:
        """Dublin Core, which RSS items use, and the feed history of RFC 5005."""
        return {"dc": _DUBLIN_CORE, "fh": _HISTORY}

    def extend_atom(self, feed: Any) -> Any:
        """Say that this is an archive page."""
        if self.archive:
            feed.append(xml_elem(f"{{{_HISTORY}}}archive"))
        return feed

    def extend_rss(self, feed: Any) -> Any:
        """Add the links."""
        for link in self.links:
            _add_link(feed[0], link, name=f"{_ATOM}link")
        return feed


def _add_links(parent: Any, item: Item, namespace: str = "") -> None:
    for target in item.links:
        _add_link(parent, target.link, target.language, name=f"{namespace}link")


def _add_link(parent: Any, link: Link, language: str | None = None, name: str = "link") -> None:
    length = None if link.length is None else str(link.length)
    stated = {"type": link.type, "hreflang": language, "title": link.title, "length": length}
    known = {key: value for key, value in stated.items() if value}
    xml_elem(name, parent, rel=link.rel, href=link.href, **known)


def _add_source(entry: Any, origin: Origin) -> None:
    source = xml_elem("source", entry)
    source.set(_LANGUAGE, origin.language)
    updated = origin.updated.isoformat() if origin.updated else None
    stated = {"id": origin.id, "title": origin.title, "updated": updated, "rights": origin.rights}
    for name, text in stated.items():
        if text:
            xml_elem(name, source).text = text
    if origin.address:
        _add_link(source, Link(href=origin.address, rel="self"))
    if origin.page:
        _add_link(source, Link(href=origin.page, rel="alternate", type="text/html"))
