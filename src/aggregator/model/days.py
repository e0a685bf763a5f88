"""Days of a zone: when what is known to a day, month or year is over, and how long it is until then."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model.document import Moment, Precision

# Named here, since `strftime` would follow the locale of the machine.
MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
TIMED: Final = frozenset({Precision.SECOND, Precision.MINUTE})
COARSE: Final = frozenset({Precision.MONTH, Precision.YEAR})


def day_of(instant: datetime, zone: ZoneInfo) -> date:
    """The calendar day of an instant."""
    return instant.astimezone(zone).date()


def last_day(moment: Moment, zone: ZoneInfo) -> date:
    """The day on which a moment is over: a month or year that is all we know ends on its last day."""
    day = day_of(moment.at, zone)
    if moment.precision is Precision.YEAR:
        return date(day.year, 12, 31)
    if moment.precision is Precision.MONTH:
        return day.replace(day=monthrange(day.year, day.month)[1])
    return day


def end_of(moment: Moment, zone: ZoneInfo) -> datetime:
    """The instant at which a moment is over: a day without a time lasts all that day."""
    if moment.precision in TIMED:
        return moment.at
    return datetime.combine(last_day(moment, zone) + timedelta(days=1), time(), zone)


def days_left(moment: Moment, at: datetime, zone: ZoneInfo) -> int:
    """Calendar days from the day of `at` to the last day; negative when that day is past."""
    return (last_day(moment, zone) - day_of(at, zone)).days


def is_over(moment: Moment, at: datetime, zone: ZoneInfo) -> bool:
    """Whether it was over before `at`. Without a time of day it lasts all its last day."""
    return moment.at < at if moment.precision in TIMED else days_left(moment, at, zone) < 0


def months_after(day: date, months: int) -> date:
    """The same day so many months later (or, below 0, earlier): 4 after 31 December is 30 April."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def in_words(day: date) -> str:
    """`5 June 2026`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
