"""Reads what was published, as other programs do: the feed by lxml, the pages by lxml's HTML parser."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from aggregator.model import Snapshot
from aggregator.publish import artifacts

# lxml ships no types; what it reads is Any.
XML: Final[Any] = import_module("lxml.etree")
HTML: Final[Any] = import_module("lxml.html")
ATOM: Final = "{http://www.w3.org/2005/Atom}"
LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"


def payload(edition: Snapshot, path: str) -> bytes:
    """The bytes of one published file."""
    return next(artifact.payload for artifact in artifacts(edition) if artifact.path == path)


def paths(edition: Snapshot) -> list[str]:
    """Where the edition's files stand."""
    return [artifact.path for artifact in artifacts(edition)]


def feed(edition: Snapshot, path: str = "feed.atom") -> Any:
    """The root of a feed; fails when it is not well-formed."""
    return XML.fromstring(payload(edition, path))


def entries(edition: Snapshot, path: str = "feed.atom") -> list[Any]:
    """The entries of a feed, in its order."""
    return list(feed(edition, path).iterfind(f"{ATOM}entry"))


def told(element: Any, name: str) -> str | None:
    """The text of an element's child; None when there is no such child."""
    text = element.findtext(f"{ATOM}{name}")
    return None if text is None else str(text)


def links(element: Any) -> list[dict[str, str]]:
    """The attributes of an element's links, in order."""
    return [dict(link.attrib) for link in element.iterfind(f"{ATOM}link")]


def page(edition: Snapshot, path: str = "index.html") -> Any:
    """The root of a page."""
    return HTML.fromstring(payload(edition, path).decode())


def words(element: Any) -> str:
    """The words that a reader sees, with single spaces."""
    return " ".join(element.text_content().split())


def rows(element: Any) -> list[list[str]]:
    """The cells of every row of a table's body."""
    return [[words(cell) for cell in row] for row in element.xpath(".//tbody/tr")]


def section(edition: Snapshot, name: str) -> Any:
    """A section of the front page by its id."""
    return page(edition).get_element_by_id(name)
