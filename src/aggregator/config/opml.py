"""Writes the feeds that are polled as OPML 2.0 (opml.org/spec2.opml), for other feed readers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Final

from lxml import etree

from aggregator.model import Body, Source

READABLE: Final = frozenset({"feed", "jsonfeed", "discourse"})
"""Kinds whose address another feed reader can read, too."""


def write_opml(title: str, sources: Iterable[Source], bodies: Mapping[str, Body]) -> bytes:
    """The feeds among `sources` that are polled, body by body, in their order.

    Without the optional dates, so that equal lists are equal bytes.
    """
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = _in_one_line(title)
    listed = etree.SubElement(root, "body")
    feeds = [source for source in sources if source.kind in READABLE and source.enabled]
    order = list(dict.fromkeys(source.body for source in feeds))
    for body, group in groupby(
        sorted(feeds, key=lambda feed: order.index(feed.body)), lambda feed: feed.body
    ):
        folder = etree.SubElement(listed, "outline", text=_in_one_line(bodies[body].name))
        for feed in group:
            folder.append(_outline(feed))
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def _outline(feed: Source) -> etree._Element:
    title = _in_one_line(feed.title)
    said = {"text": title, "title": title, "type": "rss", "xmlUrl": feed.address}
    page = {"htmlUrl": feed.page} if feed.page else {}
    return etree.Element("outline", {**said, **page, "language": _in_one_line(feed.language)})


def _in_one_line(text: str) -> str:
    """Without control characters, which XML cannot hold."""
    return "".join(character for character in " ".join(text.split()) if character.isprintable())
