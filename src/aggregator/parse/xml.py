"""Reads XML into a tree, without entities, network or great depth; the only file that imports lxml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from lxml import etree

from aggregator.errors import Cause, SourceError

TAGS: Final = 600_000
VALUES: Final = 600_000
"""`<` and `=` that are parsed: a sitemap of 50,000 addresses with dates and priorities has 500,000 `<`."""


def read_xml(text: str, start: int) -> Any:
    """The root element, which begins at `start` of `text`; what stands before it (a document type) goes.

    Raises SourceError (BROKEN_FEED) with line and column, and for more tags or attributes than anybody needs.
    """
    if text.count("<") > TAGS or text.count("=") > VALUES:
        raise _broken(f"more tags or attributes than are read ({len(text)} characters)")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    lines = "\n" * text.count("\n", 0, start)
    try:
        return etree.fromstring((lines + text[start:]).encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as fault:
        line, column = fault.position
        raise _broken(f"not well-formed XML at line {line}, column {column} ({fault.msg})") from fault


def children(parent: Any) -> Iterator[Mapping[str, str]]:
    """What each child of `parent` says: the words of its own children, by their names without namespace."""
    for child in parent:
        yield {etree.QName(fact).localname: (fact.text or "").strip() for fact in child}


def name_of(element: Any) -> str:
    """An element's name without its namespace."""
    return str(etree.QName(element).localname)


def _broken(detail: str) -> SourceError:
    return SourceError(
        Cause.BROKEN_FEED, detail, "wait for the next poll; if it lasts, tell the publisher what was seen"
    )
