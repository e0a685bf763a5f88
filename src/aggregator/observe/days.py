"""Days of a zone: the first and last day of what is known to a month or year, and months counted on."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime
from zoneinfo import ZoneInfo

from aggregator.model import Moment, Precision


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


def months_after(day: date, months: int) -> date:
    """The same day so many months later (or, below 0, earlier): 4 after 31 December is 30 April."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
