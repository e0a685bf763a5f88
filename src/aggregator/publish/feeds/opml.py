"""Writes the list of our feeds as OPML 2.0 (opml.org/spec2.opml), which feed readers import as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from typing import Final
from xml.etree import ElementTree

from aggregator.model import Artifact, Snapshot
from aggregator.publish.feeds.catalogue import (
    alert_feed_headings,
    document_feed_headings,
    notice_feed_headings,
)
from aggregator.publish.feeds.digests_and_silence import digest_feed_heading, silence_feed_heading
from aggregator.publish.feeds.items import FeedHeading
from aggregator.publish.presentation.text import clean_line, clean_title

FOLDER_TITLES: Final = {
    "": "Everything in one",
    "bodies": "By body",
    "nations": "By nation",
    "topics": "By topic",
    "types": "By type",
    "plans": "By action plan",
    "roles": "By role",
    "alerts": "Alerts",
}


def publish_opml(snapshot: Snapshot) -> Iterator[Artifact]:
    """`feeds.opml`: every public feed, by folder."""
    # Without the optional dates, so that equal lists are equal bytes.
    root = ElementTree.Element("opml", version="2.0")
    head = ElementTree.SubElement(root, "head")
    ElementTree.SubElement(head, "title").text = clean_title(snapshot.site.title)
    body = ElementTree.SubElement(root, "body")
    headings = (
        *document_feed_headings(snapshot),
        *notice_feed_headings(snapshot),
        *_other_feed_headings(snapshot),
        *alert_feed_headings(snapshot),
    )
    order = list(FOLDER_TITLES)
    by_folder = sorted(headings, key=lambda heading: order.index(_folder(heading)))
    for folder, folder_headings in groupby(by_folder, _folder):
        outline = ElementTree.SubElement(body, "outline", text=FOLDER_TITLES[folder])
        for heading in folder_headings:
            ElementTree.SubElement(outline, "outline", _attributes(heading, snapshot.site.base_url))
    ElementTree.indent(root)
    xml = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
    yield Artifact(path="feeds.opml", media_type="text/x-opml", payload=xml + b"\n")


def _other_feed_headings(snapshot: Snapshot) -> Iterator[FeedHeading]:
    """The headings of the feeds of digests and silence, if these feeds exist."""
    if digests := digest_feed_heading(snapshot):
        yield digests
    if silences := silence_feed_heading(snapshot):
        yield replace(silences, subtitle="Limits passed without a record.")


def _folder(heading: FeedHeading) -> str:
    return heading.name.rpartition("/")[0]


def _attributes(heading: FeedHeading, base: str) -> dict[str, str]:
    title = clean_title(heading.title)
    return {
        "text": title,
        "title": title,
        "type": "rss",
        "xmlUrl": f"{base}{heading.name}.atom",
        "htmlUrl": base,
        "description": clean_line(heading.subtitle),
        "language": "en-GB",
    }
