"""Calendar days in a time zone: when a moment known to a day, month or year ends, and how far off that is."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model.document import Document, Moment, Precision

# Spelled out because `strftime` follows the machine's locale.
MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
COARSE: Final = frozenset({Precision.MONTH, Precision.YEAR})
WITHOUT_TIME: Final = COARSE | {Precision.DAY}
# How many characters of an ISO date are known without a time of day.
_DATE_LENGTHS: Final = {Precision.YEAR: 4, Precision.MONTH: 7, Precision.DAY: 10}


def day_of(instant: datetime, zone: ZoneInfo) -> date:
    """The calendar day of an instant in `zone`."""
    return instant.astimezone(zone).date()


def first_day(moment: Moment, zone: ZoneInfo) -> date:
    """The day of a moment, or the first of a month or year.

    A publisher's day is that day in every zone; only a moment with a time of day falls on another one there.
    """
    return day_of(moment.at, zone) if moment.has_time else moment.day


def document_day(document: Document, zone: ZoneInfo) -> date:
    """The day of a document: its own, or without one the day on which we first saw it."""
    return first_day(document.dated, zone) if document.dated else day_of(document.first_seen, zone)


def last_day(moment: Moment, zone: ZoneInfo) -> date:
    """The last day of a moment: a month or year ends on its last day."""
    day = first_day(moment, zone)
    if moment.precision is Precision.YEAR:
        return date(day.year, 12, 31)
    if moment.precision is Precision.MONTH:
        return day.replace(day=monthrange(day.year, day.month)[1])
    return day


def end_of(moment: Moment, zone: ZoneInfo) -> datetime:
    """The instant at which a moment is over; a day without a time of day lasts until midnight in `zone`."""
    if moment.has_time:
        return moment.at
    return datetime.combine(last_day(moment, zone) + timedelta(days=1), time(), zone)


def days_left(moment: Moment, at: datetime, zone: ZoneInfo) -> int:
    """Calendar days from the day of `at` to the moment's last day; negative when that day is past."""
    return (last_day(moment, zone) - day_of(at, zone)).days


def is_over(moment: Moment, at: datetime, zone: ZoneInfo) -> bool:
    """Whether a moment was over before `at`. Without a time of day it lasts until the end of its last day."""
    return moment.at < at if moment.has_time else days_left(moment, at, zone) < 0


def has_come(moment: Moment, at: datetime, zone: ZoneInfo) -> bool:
    """Whether a moment has come by `at`; a day, month or year when its last day has begun."""
    return moment.at <= at if moment.has_time else days_left(moment, at, zone) <= 0


def months_after(day: date, months: int) -> date:
    """The same day `months` later (earlier if negative), at most the month's last day.

    31 December plus 4 is 30 April.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def iso_text(moment: Moment) -> str:
    """A moment as exactly as it is known: `2026`, `2026-06`, `2026-06-05`, or an instant in UTC."""
    if moment.has_time:
        return f"{moment.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return moment.day.isoformat()[: _DATE_LENGTHS[moment.precision]]


def moment_in_words(moment: Moment, zone: ZoneInfo) -> str:
    """A moment as exactly as it is known: `on 5 June 2026`, `in June 2026`, `in 2026`."""
    if moment.precision is Precision.YEAR:
        return f"in {moment.day.year}"
    if moment.precision is Precision.MONTH:
        return f"in {MONTHS[moment.day.month - 1]} {moment.day.year}"
    return f"on {day_in_words(first_day(moment, zone))}"


def day_in_words(day: date) -> str:
    """A day as `5 June 2026`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
