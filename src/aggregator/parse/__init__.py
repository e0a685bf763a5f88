"""Reads what a source answered, as the publisher wrote it; does no I/O and does not interpret.

In: Source, Fetched. Out: Page of RawEntry, or SourceError when the answer is not what it should be.
To add a kind: one module of its name here, with what `Reader` asks of it, and one line in `model/kinds.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from importlib import import_module
from typing import Protocol, cast

from aggregator.model import Fetched, Page, RawEntry, Request, Source
from aggregator.model.kinds import KINDS

ALWAYS = ("where", "link")
"""Which item it is stays as the first answer said it."""

FORMS = {"title": "title_is_html", "summary": "summary_is_html"}
"""A text and what says how it is written go together."""


class SourceReader(Protocol):
    """The module of a kind: what to ask, and how to read what came back."""

    def request(self, source: Source, address: str) -> Request:
        """What to ask for at `address`, one of the source's addresses."""
        ...

    def read(self, source: Source, fetched: Fetched) -> Page:
        """The items of an answer; raises SourceError when the answer as a whole cannot be used."""
        ...

    def older(self, source: Source, fetched: Fetched, page: Page) -> Request | None:
        """What to ask for what stood before this page; only where the kind pages back."""
        ...

    def single(self, source: Source, address: str) -> str | None:
        """The link of the one document that an address is; only where the kind reads single documents."""
        ...


def reader(kind: str) -> SourceReader:
    """The module of a kind."""
    return cast(SourceReader, import_module(f"{__name__}.{kind}"))


def older(source: Source, fetched: Fetched, page: Page) -> Request | None:
    """What to ask for what stood before this page; None where the kind or the answer knows nothing older."""
    pages_back = KINDS[source.kind].pages_back
    return reader(source.kind).older(source, fetched, page) if pages_back else None


def single(source: Source, address: str) -> str | None:
    """The link of the one document that an address is, for kinds that read documents one by one."""
    return reader(source.kind).single(source, address) if KINDS[source.kind].one_document else None


def join(entries: Iterable[RawEntry]) -> tuple[RawEntry, ...]:
    """Items with the same link become one: what a later one fills in wins over what an earlier one said.

    An item without a link stands for itself. The joined item is partial only if all its tellings are.
    """
    joined: dict[object, RawEntry] = {}
    for number, entry in enumerate(entries):
        name = entry.link or number
        joined[name] = _over(joined[name], entry) if name in joined else entry
    return tuple(joined.values())


def _over(first: RawEntry, later: RawEntry) -> RawEntry:
    told = {field.name: getattr(later, field.name) for field in fields(later) if field.name not in ALWAYS}
    filled = {name: value for name, value in told.items() if value not in (None, (), "")}
    for text, flag in FORMS.items():
        if text not in filled:
            filled.pop(flag)
    return replace(first, **{**filled, "partial": first.partial and later.partial})
