"""Writes the feeds that are polled as OPML 2.0 (opml.org/spec2.opml), for other feed readers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby

from lxml import etree

from aggregator.model import Body, Source
from aggregator.model.kinds import KINDS
from aggregator.values.text import one_line


def write_opml(title: str, sources: Iterable[Source], bodies: Mapping[str, Body]) -> bytes:
    """The feeds among `sources` that are polled, body by body, in their order.

    Without the optional dates, so that equal lists are equal bytes.
    """
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = one_line(title)
    listed = etree.SubElement(root, "body")
    feeds = [source for source in sources if KINDS[source.kind].in_opml and source.enabled]
    order = list(dict.fromkeys(source.body for source in feeds))
    for body, group in groupby(
        sorted(feeds, key=lambda feed: order.index(feed.body)), lambda feed: feed.body
    ):
        folder = etree.SubElement(listed, "outline", text=one_line(bodies[body].name))
        for feed in group:
            folder.append(_outline(feed))
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def _outline(feed: Source) -> etree._Element:
    title = one_line(feed.title)
    said = {"text": title, "title": title, "type": "rss", "xmlUrl": feed.address}
    page = {"htmlUrl": feed.page} if feed.page else {}
    return etree.Element("outline", {**said, **page, "language": one_line(feed.language)})
