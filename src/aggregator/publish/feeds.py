"""Which feeds there are, and what stands in each: the same for every feed format."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aggregator.model import Edition, Holding, Site

NEWEST: Final = 100
"""How many documents a feed carries."""

NOT_OFFICIAL: Final = "This is not an official site; each item links to its official record."


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One feed as content: its name without a suffix, its words, and its documents, newest first."""

    name: str
    title: str
    subtitle: str
    holdings: tuple[Holding, ...]

    def updated(self, edition: Edition) -> datetime:
        """When a document of the feed last changed; an empty feed is as old as its edition."""
        return self.holdings[0].updated if self.holdings else edition.at


def feeds(edition: Edition) -> tuple[Feed, ...]:
    """Every feed of the edition."""
    title = edition.site.title
    relevant = (holding for holding in edition.holdings if holding.labels.relevant)
    return (
        Feed(
            name="feed",
            title=title,
            subtitle=f"What the UK's public bodies publish about open government. {NOT_OFFICIAL}",
            holdings=_newest(relevant),
        ),
        Feed(
            name="all",
            title=f"{title}: everything",
            subtitle=f"Everything that the sources publish, whatever it is about. {NOT_OFFICIAL}",
            holdings=_newest(edition.holdings),
        ),
    )


def feed_id(site: Site, path: str) -> str:
    """The id of the feed at `path`: made from the instance, so that it outlives a move to another address."""
    return f"urn:uuid:{uuid.uuid5(uuid.uuid5(uuid.NAMESPACE_DNS, site.instance), path)}"


def _newest(holdings: Iterable[Holding]) -> tuple[Holding, ...]:
    ordered = sorted(holdings, key=lambda holding: (holding.updated, holding.entry.id), reverse=True)
    return tuple(ordered[:NEWEST])
