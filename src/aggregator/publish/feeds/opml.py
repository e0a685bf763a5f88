"""Our feeds as a list in OPML 2.0 (opml.org/spec2.opml), to be taken into a feed reader as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from typing import Final
from xml.etree import ElementTree

from aggregator.model import Artifact, Snapshot
from aggregator.publish.feeds.catalogue import alert_headings, headings, notice_headings
from aggregator.publish.feeds.digests_and_silence import digest_heading, silence_heading
from aggregator.publish.feeds.items import Heading
from aggregator.publish.presentation.text import line, titled

FOLDERS: Final = {
    "": "Everything in one",
    "bodies": "By body",
    "nations": "By nation",
    "topics": "By topic",
    "types": "By type",
    "plans": "By action plan",
    "roles": "By role",
    "alerts": "Alerts",
}


def publish_opml(edition: Snapshot) -> Iterator[Artifact]:
    """`feeds.opml`, without the optional dates, so that equal lists are equal bytes."""
    root = ElementTree.Element("opml", version="2.0")
    head = ElementTree.SubElement(root, "head")
    ElementTree.SubElement(head, "title").text = titled(edition.site.title)
    listed = ElementTree.SubElement(root, "body")
    every = (*headings(edition), *notice_headings(edition), *_others(edition), *alert_headings(edition))
    order = list(FOLDERS)
    ordered = sorted(every, key=lambda heading: order.index(_folder(heading)))
    for folder, group in groupby(ordered, _folder):
        outline = ElementTree.SubElement(listed, "outline", text=FOLDERS[folder])
        for heading in group:
            ElementTree.SubElement(outline, "outline", _attributes(heading, edition.site.base_url))
    ElementTree.indent(root)
    written = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
    yield Artifact(path="feeds.opml", media_type="text/x-opml", payload=written + b"\n")


def _others(edition: Snapshot) -> Iterator[Heading]:
    """The feeds that are no lists of documents, while there are any (`other_feeds`)."""
    if letters := digest_heading(edition):
        yield letters
    if silences := silence_heading(edition):
        yield replace(silences, subtitle="Limits passed without a record.")


def _folder(heading: Heading) -> str:
    return heading.name.rpartition("/")[0]


def _attributes(heading: Heading, base: str) -> dict[str, str]:
    title = titled(heading.title)
    return {
        "text": title,
        "title": title,
        "type": "rss",
        "xmlUrl": f"{base}{heading.name}.atom",
        "htmlUrl": base,
        "description": line(heading.subtitle),
        "language": "en-GB",
    }
