"""What the front page tells of documents: what is new by day, what closes soon, this week's letter."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import Digest, Document, Moment, Precision, Snapshot
from aggregator.model.days import COARSE, day_of, days_left, end_of
from aggregator.publish.presentation.dates import FormattedDate, format_day, format_weekday, say
from aggregator.publish.presentation.rows import known_date

SOON: Final = timedelta(days=30)
LETTERS: Final = 8
"""How many issued letters the front page links."""


_COARSE: Final = {Precision.YEAR: 0, Precision.MONTH: 1}


def relevant_documents(edition: Snapshot) -> tuple[Document, ...]:
    """The documents that are about open government: those of the main feed."""
    return tuple(holding for holding in edition.holdings if holding.labels.relevant)


def updates_by_day(edition: Snapshot, most: int) -> list[tuple[FormattedDate | None, list[Document]]]:
    """At most `most` relevant documents: those in which something happened last, by day (or month, or year).

    A document whose own date is missing or still to come stands under the day on which we first saw it;
    if it was there before we looked, in a last group without a date.
    """
    zone = edition.site.zone
    latest = sorted(relevant_documents(edition), key=lambda held: _stirred(held, edition.at), reverse=True)[
        :most
    ]
    ordered = sorted(latest, key=lambda held: _rank(held, edition.at, zone), reverse=True)
    days = groupby(ordered, key=lambda held: _heading(held, edition.at, zone))
    return [(when, list(group)) for when, group in days]


def closing_soon(edition: Snapshot) -> list[tuple[Document, Moment]]:
    """The relevant documents that close within 30 days, each with that date, the first to close first."""
    zone = edition.site.zone
    soon = [
        (held, closes)
        for held in relevant_documents(edition)
        if (closes := held.entry.closes) and edition.at < end_of(closes, zone) <= edition.at + SOON
    ]
    return sorted(soon, key=lambda pair: (end_of(pair[1], zone), pair[0].entry.id))


def linked_digests(edition: Snapshot, most: int = LETTERS) -> list[Digest]:
    """The open week's letter if there is one, then the last `most` that were issued, newest first."""
    still_open = [digest for digest in edition.digests if digest.issued is None]
    issued = [digest for digest in edition.digests if digest.issued]
    return still_open + issued[:most]


def _stirred(holding: Document, at: datetime) -> tuple[datetime, str]:
    """When something last happened to a document: its own date, our first sight of it, a change."""
    own = known_date(holding, at)
    known = (own.at if own else None, _unless_backlog(holding), *holding.revised)
    return max(filter(None, known), default=datetime.min.replace(tzinfo=UTC)), holding.entry.id


def _heading(holding: Document, at: datetime, zone: ZoneInfo) -> FormattedDate | None:
    own = known_date(holding, at)
    if own and own.precision in COARSE:
        return say(own, zone)
    shown = own.at if own else _unless_backlog(holding)
    return format_weekday(day_of(shown, zone)) if shown else None


def _rank(holding: Document, at: datetime, zone: ZoneInfo) -> tuple[date, int, datetime, str]:
    """Where a document stands among the days: a month after its first day, what is undated last."""
    own = known_date(holding, at)
    shown = own.at if own else _unless_backlog(holding)
    exact = _COARSE.get(own.precision, 2) if own else 2
    day = day_of(shown, zone) if shown else date.min
    return day, exact, shown or holding.first_seen, holding.entry.id


def _unless_backlog(holding: Document) -> datetime | None:
    """When a document came up; what a source's first poll brought says nothing of that."""
    return None if holding.backlog else holding.first_seen


def closing_text(closes: Moment, at: datetime, zone: ZoneInfo) -> str:
    """How long a document can still be answered."""
    if closes.precision in COARSE:
        return f"closes in {say(closes, zone).words}"
    days = days_left(closes, at, zone)
    return {0: "closes today", 1: "closes tomorrow"}.get(days, f"closes in {days} days")


def last_day(digest: Digest, zone: ZoneInfo) -> FormattedDate:
    """The last day of a letter's window: its end itself belongs to the next one."""
    return format_day(day_of(digest.window.end - timedelta(microseconds=1), zone))
