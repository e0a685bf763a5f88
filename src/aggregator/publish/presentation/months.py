"""Groups documents by month and year for the archive."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from aggregator.model import Document, Precision, Snapshot
from aggregator.model.days import MONTHS, day_of, first_day
from aggregator.publish.presentation.paths import month_page_path


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveMonth:
    """The documents of a month, or those of a year whose month is not known, newest first."""

    # `2026-06` or `2026`.
    name: str
    documents: tuple[Document, ...]

    @property
    def path(self) -> str:
        """The path of its page; without a month, that of the year's page."""
        return month_page_path(self.name)

    @property
    def title(self) -> str:
        """`June 2026` or `2026`."""
        return month_title(self.name)

    @property
    def relevant_count(self) -> int:
        """How many of them are about open government."""
        return sum(document.labels.relevant for document in self.documents)


def month_title(name: str) -> str:
    """`June 2026` for `2026-06`, and `2026` for `2026`."""
    year, _, month = name.partition("-")
    return f"{MONTHS[int(month) - 1]} {year}" if month else year


def archive_month_of(document: Document, zone: ZoneInfo) -> str:
    """The name of the month under which the archive lists a document, or the year if no more is known.

    It follows the document's own date in the time zone, or without one the time when we first saw it.
    """
    # A date that was in the future at first sight (a meeting to come, a mistyped year) would make an archive
    # page for a month that has not begun.
    own_date = document.dated if document.dated and document.dated.at <= document.first_seen else None
    day = first_day(own_date, zone) if own_date else day_of(document.first_seen, zone)
    if own_date and own_date.precision is Precision.YEAR:
        return f"{day.year:04}"
    return f"{day.year:04}-{day.month:02}"


def archive_months(snapshot: Snapshot) -> tuple[ArchiveMonth, ...]:
    """Every month that has documents, newest first; within a year, documents without a month come last."""
    # The names sort as the months do, and `2026` sorts before `2026-01`.
    zone = snapshot.site.timezone
    by_month: dict[str, list[Document]] = defaultdict(list)
    for document in snapshot.documents:
        by_month[archive_month_of(document, zone)].append(document)
    return tuple(
        ArchiveMonth(name=name, documents=tuple(by_month[name])) for name in sorted(by_month, reverse=True)
    )


def months_by_year(months: Iterable[ArchiveMonth]) -> Mapping[str, tuple[ArchiveMonth, ...]]:
    """The months of each year: the newest year first, and within it the oldest month first."""
    by_year: dict[str, list[ArchiveMonth]] = defaultdict(list)
    for month in months:
        by_year[month.name[:4]].append(month)
    return {
        year: tuple(sorted(by_year[year], key=lambda month: month.name))
        for year in sorted(by_year, reverse=True)
    }
