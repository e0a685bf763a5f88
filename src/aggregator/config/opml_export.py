"""Writes the feeds that are polled as OPML 2.0 (opml.org/spec2.opml), for other feed readers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby

from lxml import etree

from aggregator.model import Body, Source
from aggregator.model.kinds import KINDS
from aggregator.values.text import one_line


def write_opml(title: str, sources: Iterable[Source], bodies: Mapping[str, Body]) -> bytes:
    """The feeds among `sources` that are polled, grouped by body, in their order.

    The optional dates are left out, so that equal lists give equal bytes.
    """
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = one_line(title)
    outlines = etree.SubElement(root, "body")
    feeds = [source for source in sources if KINDS[source.kind].in_opml and source.enabled]
    order = list(dict.fromkeys(feed.body for feed in feeds))
    for body, group in groupby(
        sorted(feeds, key=lambda feed: order.index(feed.body)), lambda feed: feed.body
    ):
        folder = etree.SubElement(outlines, "outline", text=one_line(bodies[body].name))
        for feed in group:
            folder.append(_outline(feed))
    payload: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return payload


def _outline(feed: Source) -> etree._Element:
    title = one_line(feed.title)
    # `type` is "rss" for every format of feed (OPML 2.0, "Subscription lists").
    attributes = {"text": title, "title": title, "type": "rss", "xmlUrl": feed.address}
    page = {"htmlUrl": feed.page} if feed.page else {}
    return etree.Element("outline", {**attributes, **page, "language": one_line(feed.language)})
