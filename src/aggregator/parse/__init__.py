"""Reads what a source answered, as the publisher wrote it; does no I/O and does not interpret.

In: Source, Fetched. Out: Page of RawEntry, or SourceError when the answer is not what it should be.
To add a kind: one module with `request` and `read` in this room, and one line in KINDS.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from aggregator.model import Fetched, Page, Request, Source
from aggregator.parse import (
    citizenspace,
    discourse,
    feed,
    govuk,
    jsonfeed,
    listing,
    mailbox,
    page,
    records,
    sitemap,
)
from aggregator.parse.joining import join

__all__ = ["KINDS", "PLANNED", "Kind", "join", "older", "single"]


class Kind(Protocol):
    """A way in which sources publish: what to ask, and how to read what came back."""

    def request(self, source: Source, address: str) -> Request:
        """What to ask for at `address`, one of the source's addresses."""
        ...

    def read(self, source: Source, fetched: Fetched) -> Page:
        """The items of an answer; raises SourceError when the answer as a whole cannot be used."""
        ...


KINDS: Final[Mapping[str, Kind]] = {
    "citizenspace": citizenspace,
    "discourse": discourse,
    "feed": feed,
    "govuk": govuk,
    "jsonfeed": jsonfeed,
    "listing": listing,
    "mailbox": mailbox,
    "page": page,
    "records": records,
    "sitemap": sitemap,
}

PLANNED: Final[frozenset[str]] = frozenset()
"""Kinds that `sources.yaml` may name before they are built; their sources are shown as not read yet."""


def older(source: Source, fetched: Fetched, page: Page) -> Request | None:
    """What to ask for what stood before this page; None where the kind or the answer knows nothing older."""
    ask = getattr(KINDS[source.kind], "older", None)
    found: Request | None = ask(source, fetched, page) if ask else None
    return found


def single(source: Source, address: str) -> str | None:
    """The link of the one document that an address is, for kinds that read documents one by one."""
    tell = getattr(KINDS[source.kind], "single", None)
    found: str | None = tell(source, address) if tell else None
    return found
