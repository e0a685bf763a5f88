"""Reads and writes lists of feeds in OPML 2.0 (opml.org/spec2.opml), the form in which readers exchange them.

Imports lxml, as `parse/sitemap.py` does, since no room may import another: that one reads what publishers
send and says so in their terms; here the operator names a file, and a mistake in it is theirs to mend.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

from lxml import etree

from aggregator.errors import ConfigError, Mistake
from aggregator.model import Body, Source
from aggregator.model.kinds import KINDS
from aggregator.model.text import one_line

LARGEST: Final = 10_000_000
MOST: Final = 10_000
"""Bytes of a file, and feeds in it: the longest public lists have a few thousand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One feed of a list, in the words of whoever wrote it; unchecked."""

    title: str
    address: str
    page: str
    language: str


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


def read_opml(file: Path) -> tuple[Outline, ...]:
    """The feeds of a list, whatever folders they stand in. Raises ConfigError for what is no OPML."""
    try:
        payload = file.read_bytes()
    except OSError as error:
        raise _mistake(file, 0, f"cannot be read: {error}") from error
    if len(payload) > LARGEST:
        raise _mistake(file, 0, f"{len(payload):,} bytes, more than a list of feeds has")
    root = _root(file, payload)
    if root.tag != "opml":
        raise _mistake(file, root.sourceline, f"this is no OPML: its first element is <{root.tag}>")
    found = tuple(_feeds(root))
    if len(found) > MOST:
        raise _mistake(file, 0, f"{len(found):,} feeds; cut the list into parts of at most {MOST:,}")
    return found


def _root(file: Path, payload: bytes) -> etree._Element:
    """The first element. A document type, which may bring entities that grow without end, is refused."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True
    )
    try:
        root = etree.fromstring(payload, parser)
    except etree.XMLSyntaxError as fault:
        raise _mistake(file, fault.lineno or 1, f"this is not well-formed XML ({fault.msg})") from fault
    if root.getroottree().docinfo.internalDTD is not None:
        raise _mistake(file, 1, "a list of feeds needs no <!DOCTYPE>; take it out")
    return root


def _feeds(root: etree._Element) -> Iterator[Outline]:
    for outline in root.iter("outline"):
        address = _said(outline, "xmlUrl")
        if address:
            yield Outline(
                title=_said(outline, "title") or _said(outline, "text"),
                address=address,
                page=_said(outline, "htmlUrl"),
                language=_said(outline, "language"),
            )


def _said(outline: etree._Element, name: str) -> str:
    """An attribute as one line, whatever the case of its name."""
    named = {str(key).lower(): str(value) for key, value in outline.attrib.items()}
    return one_line(named.get(name.lower(), ""))


def _mistake(file: Path, line: int, what: str) -> ConfigError:
    return ConfigError((Mistake(str(file), line, what),))
