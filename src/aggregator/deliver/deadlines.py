"""What a closing date means in days, however exactly it is known."""

from __future__ import annotations

import calendar
from datetime import date, datetime
from zoneinfo import ZoneInfo

from aggregator.model import Moment, Precision

TIMED = frozenset({Precision.SECOND, Precision.MINUTE})


def last_day(moment: Moment, zone: ZoneInfo) -> date:
    """The last day in `zone` that the moment can mean: of a month its last, of a year 31 December."""
    first = moment.at.astimezone(zone).date()
    if moment.precision is Precision.MONTH:
        return first.replace(day=calendar.monthrange(first.year, first.month)[1])
    return first.replace(month=12, day=31) if moment.precision is Precision.YEAR else first


def days_left(closes: Moment, at: datetime, zone: ZoneInfo) -> int:
    """Calendar days from the day of `at` to the last day; negative when that day is past."""
    return (last_day(closes, zone) - at.astimezone(zone).date()).days


def is_over(closes: Moment, at: datetime, zone: ZoneInfo) -> bool:
    """Whether it closed before `at`. Without a time of day it stays open all its last day."""
    return closes.at < at if closes.precision in TIMED else days_left(closes, at, zone) < 0
