"""Reads published files as other programs do: feeds and pages with lxml."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from aggregator.model import Snapshot
from aggregator.publish import make_artifacts

# lxml has no types, so everything that it reads is Any.
XML: Final[Any] = import_module("lxml.etree")
HTML: Final[Any] = import_module("lxml.html")
ATOM: Final = "{http://www.w3.org/2005/Atom}"
LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"


def published_bytes(snapshot: Snapshot, path: str) -> bytes:
    """The bytes of a published file."""
    return next(artifact.payload for artifact in make_artifacts(snapshot) if artifact.path == path)


def published_paths(snapshot: Snapshot) -> list[str]:
    """The paths of the snapshot's files."""
    return [artifact.path for artifact in make_artifacts(snapshot)]


def read_feed(snapshot: Snapshot, path: str = "feed.atom") -> Any:
    """The root element of a feed; fails if the feed is not well-formed."""
    return XML.fromstring(published_bytes(snapshot, path))


def feed_entries(snapshot: Snapshot, path: str = "feed.atom") -> list[Any]:
    """The entries of a feed, in order."""
    return list(read_feed(snapshot, path).iterfind(f"{ATOM}entry"))


def child_text(element: Any, name: str) -> str | None:
    """The text of a child element; None if there is no such child."""
    text = element.findtext(f"{ATOM}{name}")
    return None if text is None else str(text)


def link_attributes(element: Any) -> list[dict[str, str]]:
    """The attributes of an element's links, in order."""
    return [dict(link.attrib) for link in element.iterfind(f"{ATOM}link")]


def read_page(snapshot: Snapshot, path: str = "index.html") -> Any:
    """The root element of a page."""
    return HTML.fromstring(published_bytes(snapshot, path).decode())


def visible_text(element: Any) -> str:
    """The visible text of an element, with single spaces."""
    return " ".join(element.text_content().split())


def table_rows(element: Any) -> list[list[str]]:
    """The cells of each row in the body of a table."""
    return [[visible_text(cell) for cell in row] for row in element.xpath(".//tbody/tr")]


def front_page_section(snapshot: Snapshot, name: str) -> Any:
    """A section of the front page by its id."""
    return read_page(snapshot).get_element_by_id(name)
