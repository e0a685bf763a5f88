"""Calendar days in a time zone: when a moment known to a day, month or year ends, and how far off that is."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model.document import Moment, Precision

# Spelled out because `strftime` follows the machine's locale.
MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
WITH_TIME: Final = frozenset({Precision.SECOND, Precision.MINUTE})
COARSE: Final = frozenset({Precision.MONTH, Precision.YEAR})


def day_of(instant: datetime, zone: ZoneInfo) -> date:
    """The calendar day of an instant in `zone`."""
    return instant.astimezone(zone).date()


def last_day(moment: Moment, zone: ZoneInfo) -> date:
    """The last day of a moment: a month or year ends on its last day."""
    day = day_of(moment.at, zone)
    if moment.precision is Precision.YEAR:
        return date(day.year, 12, 31)
    if moment.precision is Precision.MONTH:
        return day.replace(day=monthrange(day.year, day.month)[1])
    return day


def end_of(moment: Moment, zone: ZoneInfo) -> datetime:
    """The instant at which a moment is over; a day without a time of day lasts until midnight in `zone`."""
    if moment.precision in WITH_TIME:
        return moment.at
    return datetime.combine(last_day(moment, zone) + timedelta(days=1), time(), zone)


def days_left(moment: Moment, at: datetime, zone: ZoneInfo) -> int:
    """Calendar days from the day of `at` to the moment's last day; negative when that day is past."""
    return (last_day(moment, zone) - day_of(at, zone)).days


def is_over(moment: Moment, at: datetime, zone: ZoneInfo) -> bool:
    """Whether a moment was over before `at`. Without a time of day it lasts until the end of its last day."""
    return moment.at < at if moment.precision in WITH_TIME else days_left(moment, at, zone) < 0


def months_after(day: date, months: int) -> date:
    """The same day `months` later (earlier if negative), at most the month's last day.

    31 December plus 4 is 30 April.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def day_in_words(day: date) -> str:
    """A day as `5 June 2026`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
