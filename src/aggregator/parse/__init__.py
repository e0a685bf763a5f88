"""Reads the items in what a source returned, in the publisher's own form. Does no I/O, interprets nothing.

In: Source and Fetched. Out: a ParsedPage of RawEntry, or SourceError when the payload cannot be used.

To add a kind of source, write a module here with the kind's name and the functions of `SourceReader`, and add
one line to `model/kinds.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from importlib import import_module
from typing import Protocol, cast

from aggregator.model import Fetched, ParsedPage, RawEntry, Request, Source
from aggregator.model.kinds import KINDS

# Fields that identify an item. Merging never replaces them.
FIXED_FIELDS = ("item_name", "link")

# Text fields, each with the flags that say how it is written. Merging takes all from the same item.
TEXT_FLAGS = {
    "title": ("title_is_html", "title_is_verbatim"),
    "summary": ("summary_is_html", "summary_is_verbatim"),
    "content": ("content_is_verbatim",),
}


class SourceReader(Protocol):
    """What the module of a kind offers. The modules implement it by name."""

    def request(self, source: Source, address: str) -> Request:
        """The request for `address`, which is one of the source's addresses."""
        ...

    def read(self, source: Source, fetched: Fetched) -> ParsedPage:
        """The items of one payload. Raises SourceError when the payload as a whole cannot be used."""
        ...

    def request_older(self, source: Source, fetched: Fetched, page: ParsedPage) -> Request | None:
        """The request for the items before this page. Only for kinds with `has_older_pages`."""
        ...

    def single_document_link(self, source: Source, address: str) -> str | None:
        """The document's link when the address is one document. Only for kinds with `may_be_one_document`."""
        ...


def reader_for(kind: str) -> SourceReader:
    """The module that reads sources of this kind."""
    return cast(SourceReader, import_module(f"{__name__}.{kind}"))


def request_older(source: Source, fetched: Fetched, page: ParsedPage) -> Request | None:
    """The request for the items before this page. None when the kind or the payload names no older page."""
    if not KINDS[source.kind].has_older_pages:
        return None
    return reader_for(source.kind).request_older(source, fetched, page)


def single_document_link(source: Source, address: str) -> str | None:
    """The document's link when the address is one document; None when it is a list."""
    if not KINDS[source.kind].may_be_one_document:
        return None
    return reader_for(source.kind).single_document_link(source, address)


def merge_items(entries: Iterable[RawEntry]) -> tuple[RawEntry, ...]:
    """Merge the parts of items with the same link. A field that a later part fills in replaces the earlier
    value.

    An item without a link is never merged, nor are two whole items: normalising tells which of them counts.
    The merged item is partial only if all its parts are.
    """
    merged: list[RawEntry] = []
    places: dict[str, int] = {}
    for entry in entries:
        place = places.get(entry.link or "")
        if place is not None and not (_is_whole(merged[place]) and _is_whole(entry)):
            merged[place] = _overlay(merged[place], entry)
            continue
        if entry.link:
            places[entry.link] = len(merged)
        merged.append(entry)
    return tuple(merged)


def _is_whole(entry: RawEntry) -> bool:
    return bool(entry.title) and not entry.partial


def _overlay(first: RawEntry, later: RawEntry) -> RawEntry:
    values = {
        field.name: getattr(later, field.name) for field in fields(later) if field.name not in FIXED_FIELDS
    }
    filled = {name: value for name, value in values.items() if value not in (None, (), "")}
    for text, flags in TEXT_FLAGS.items():
        # A flag is never empty, so without this the later item's flag would apply to the first item's text.
        for flag in flags if text not in filled else ():
            filled.pop(flag)
    return replace(first, **{**filled, "partial": first.partial and later.partial})
