"""What the front page tells of documents: what is new by day, what closes soon, this week's letter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import Digest, Edition, Holding, Moment, Precision
from aggregator.publish.dates import Said, day_of, end_of, say, say_day, say_weekday
from aggregator.publish.lines import Line, known_date, tell

SOON: Final = timedelta(days=30)
LETTERS: Final = 8
"""How many issued letters the front page links."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The documents of one day (or month, or year, where no more is known); `when` None: no date is known."""

    when: Said | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """A document that can still be answered, and until when."""

    line: Line
    closes: Said
    left: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A week's letter and where it stands."""

    href: str
    week: str
    first: Said
    last: Said
    count: int
    open: bool


_COARSE: Final = {Precision.YEAR: 0, Precision.MONTH: 1}


def relevant(edition: Edition) -> tuple[Holding, ...]:
    """The documents that are about open government: those of the main feed."""
    return tuple(holding for holding in edition.holdings if holding.labels.relevant)


def news(edition: Edition, most: int) -> tuple[Day, ...]:
    """At most `most` relevant documents: those in which something happened last, under their own dates.

    A document whose own date is missing or still to come stands under the day on which we first saw it;
    if it was there before we looked, in a last group without a date.
    """
    zone = edition.site.zone
    latest = sorted(relevant(edition), key=lambda held: _stirred(held, edition.at), reverse=True)[:most]
    ordered = sorted(latest, key=lambda held: _rank(held, edition.at, zone), reverse=True)
    return tuple(
        Day(when=when, lines=tuple(tell(held, edition) for held in group))
        for when, group in groupby(ordered, key=lambda held: _heading(held, edition.at, zone))
    )


def closing(edition: Edition) -> tuple[Closing, ...]:
    """The relevant documents that close within 30 days, the first to close first."""
    zone = edition.site.zone
    dated = [(held.entry.closes, held) for held in relevant(edition) if held.entry.closes]
    soon = [pair for pair in dated if edition.at < end_of(pair[0], zone) <= edition.at + SOON]
    return tuple(
        Closing(line=tell(held, edition), closes=say(closes, zone), left=_left(closes, edition.at, zone))
        for closes, held in sorted(soon, key=lambda pair: (end_of(pair[0], zone), pair[1].entry.id))
    )


def letters(edition: Edition, most: int = LETTERS) -> tuple[Letter, ...]:
    """The open week's letter if there is one, then the last `most` that were issued, newest first."""
    zone = edition.site.zone
    still_open = [digest for digest in edition.digests if digest.issued is None]
    issued = [digest for digest in edition.digests if digest.issued]
    return tuple(_letter(digest, zone) for digest in still_open + issued[:most])


def _stirred(holding: Holding, at: datetime) -> tuple[datetime, str]:
    """When something last happened to a document: its own date, our first sight of it, a change."""
    own = known_date(holding, at)
    known = (own.at if own else None, _unless_backlog(holding), *holding.revised)
    return max(filter(None, known), default=datetime.min.replace(tzinfo=UTC)), holding.entry.id


def _heading(holding: Holding, at: datetime, zone: ZoneInfo) -> Said | None:
    own = known_date(holding, at)
    if own and own.precision in _COARSE:
        return say(own, zone)
    shown = own.at if own else _unless_backlog(holding)
    return say_weekday(day_of(shown, zone)) if shown else None


def _rank(holding: Holding, at: datetime, zone: ZoneInfo) -> tuple[date, int, datetime, str]:
    """Where a document stands among the days: a month after its first day, what is undated last."""
    own = known_date(holding, at)
    shown = own.at if own else _unless_backlog(holding)
    exact = _COARSE.get(own.precision, 2) if own else 2
    day = day_of(shown, zone) if shown else date.min
    return day, exact, shown or holding.first_seen, holding.entry.id


def _unless_backlog(holding: Holding) -> datetime | None:
    """When a document came up; what a source's first poll brought says nothing of that."""
    return None if holding.backlog else holding.first_seen


def _left(closes: Moment, at: datetime, zone: ZoneInfo) -> str:
    if closes.precision in _COARSE:
        return f"closes in {say(closes, zone).words}"
    days = (day_of(closes.at, zone) - day_of(at, zone)).days
    return {0: "closes today", 1: "closes tomorrow"}.get(days, f"closes in {days} days")


def _letter(digest: Digest, zone: ZoneInfo) -> Letter:
    last = digest.window.end - timedelta(microseconds=1)  # the end itself belongs to the next week
    return Letter(
        href=f"digests/{digest.week}.html",
        week=digest.week,
        first=say_day(day_of(digest.window.start, zone)),
        last=say_day(day_of(last, zone)),
        count=digest.news,
        open=digest.issued is None,
    )
