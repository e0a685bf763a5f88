"""The archive: under which month and year each document is filed, so that all can be found by date."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from aggregator.model import Document, Precision, Snapshot
from aggregator.model.days import MONTHS, day_of
from aggregator.publish.presentation.paths import month_page


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawer:
    """A month, or those of a year of which no month is known, with its documents, newest first."""

    name: str
    """`2026-06` or `2026`."""
    holdings: tuple[Document, ...]

    @property
    def path(self) -> str:
        """Where its page stands; for what is known by the year only, on the page of the year."""
        return month_page(self.name)

    @property
    def title(self) -> str:
        """`June 2026` or `2026`."""
        return say_drawer(self.name)

    @property
    def relevant(self) -> int:
        """How many of them are about open government."""
        return sum(holding.labels.relevant for holding in self.holdings)


def say_drawer(name: str) -> str:
    """`June 2026` for `2026-06`; a year as it is."""
    year, _, month = name.partition("-")
    return f"{MONTHS[int(month) - 1]} {year}" if month else year


def filed(holding: Document, zone: ZoneInfo) -> str:
    """The month, or where no more is known the year, under which a document is filed.

    By its own date; by our first sight where it has none, or bears one that was still to come then.
    """
    own = holding.dated if holding.dated and holding.dated.at <= holding.first_seen else None
    day: date = day_of(own.at if own else holding.first_seen, zone)
    if own and own.precision is Precision.YEAR:
        return f"{day.year:04}"
    return f"{day.year:04}-{day.month:02}"


def archive(edition: Snapshot) -> tuple[Drawer, ...]:
    """Every month that holds something, the newest first; of a year, what has no month stands last."""
    zone = edition.site.zone
    found: dict[str, list[Document]] = defaultdict(list)
    for holding in edition.holdings:
        found[filed(holding, zone)].append(holding)
    return tuple(Drawer(name=name, holdings=tuple(found[name])) for name in sorted(found, reverse=True))


def years(drawers: Iterable[Drawer]) -> Mapping[str, tuple[Drawer, ...]]:
    """The months of each year, the newest year first, in it the oldest month first."""
    found: dict[str, list[Drawer]] = defaultdict(list)
    for drawer in drawers:
        found[drawer.name[:4]].append(drawer)
    return {
        year: tuple(sorted(found[year], key=lambda one: one.name)) for year in sorted(found, reverse=True)
    }
