"""Reads what a source answered, as the publisher wrote it; does no I/O and does not interpret.

In: Source, Fetched. Out: Page of RawEntry, or SourceError when the answer is not what it should be.
To add a kind: one module with `request` and `read` in this room, and one line in KINDS.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from aggregator.model import Fetched, Page, Request, Source
from aggregator.parse import feed, govuk, records


class Kind(Protocol):
    """A way in which sources publish: what to ask, and how to read what came back."""

    def request(self, source: Source, address: str) -> Request:
        """What to ask for at `address`, one of the source's addresses."""
        ...

    def read(self, source: Source, fetched: Fetched) -> Page:
        """The items of an answer; raises SourceError when the answer as a whole cannot be used."""
        ...


KINDS: Final[Mapping[str, Kind]] = {"feed": feed, "govuk": govuk, "records": records}

PLANNED: Final = frozenset(
    {"jsonfeed", "listing", "citizenspace", "discourse", "page", "sitemap", "mailbox"}
)
"""Kinds that `sources.yaml` may name before they are built; their sources are shown as not read yet."""
