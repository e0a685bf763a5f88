"""Moments, as exactly as their sources gave them, and the calendar days on which they begin and end."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo


# Stored and published: changing a value needs a migration, and changes feeds.
class Precision(StrEnum):
    """How exactly a source gave a moment."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


# Stored: changing a value needs a migration.
class ZoneBasis(StrEnum):
    """How we know the time zone of a moment."""

    STATED = "stated"
    ASSUMED = "assumed Europe/London"
    UTC_BY_FORMAT = "UTC by the publisher's form"


# The zone of the publishers: in it their days, months and years begin, and we read their times without a
# zone. It is not the `timezone` of the settings, which is the operator's.
LONDON: Final = ZoneInfo("Europe/London")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Moment:
    """A date as exactly as its source gave it; `at` is its first instant, in UTC.

    Raises ValueError for an `at` that is not in UTC.
    """

    at: datetime
    precision: Precision = Precision.SECOND
    zone: ZoneBasis = ZoneBasis.STATED

    def __post_init__(self) -> None:
        if self.at.utcoffset() != timedelta(0):
            raise ValueError(f"a Moment is aware and in UTC, not {self.at!r}")

    @property
    def has_time(self) -> bool:
        """Whether it is known to the minute."""
        return self.precision in {Precision.SECOND, Precision.MINUTE}

    @property
    def day(self) -> date:
        """Its day in London; of a month or year the first."""
        return self.at.astimezone(LONDON).date()

    @property
    def written_at(self) -> datetime:
        """The instant for formats that demand one: without a time of day it is noon in UTC.

        Where a day begins is the evening before elsewhere; its noon is the same day nearly everywhere.
        """
        return self.at if self.has_time else datetime.combine(self.day, time(12), UTC)


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
