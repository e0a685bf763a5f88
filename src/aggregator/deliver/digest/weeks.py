"""The letter's week, Monday 08:00 to Monday 08:00 by the clocks of a zone, and the day of a daily letter."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from aggregator.model import Window

OPENS = time(8)
LOOKED_BACK = 8
"""How many closed weeks are looked at for a letter that was never made: a machine may be off for a while."""

DAYS_LOOKED_BACK = 7
"""How many closed days are: what is older stands in the week's letter."""

_NAME = re.compile(r"[12][0-9]{3}-W[0-9]{2}")
_DAY = re.compile(r"[12][0-9]{3}-[01][0-9]-[0-3][0-9]")
_ONE_DAY = timedelta(days=1)
_ONE_WEEK = timedelta(weeks=1)


def window(name: str, zone: ZoneInfo) -> Window:
    """The half-open window of a week (`2024-W04`) or a day (`2024-01-24`), in UTC.

    That week is Monday 22 to Monday 29 January 2024, 08:00 in `zone`; that day 24 to 25 January, 08:00. The
    hour is the wall clock's, so where the clocks change a window lasts an hour more or less. Raises
    ValueError, in words for the person who typed it, when there is no such week or day.
    """
    first, lasts = (_day(name), _ONE_DAY) if _DAY.fullmatch(name) else (_monday(name), _ONE_WEEK)
    return Window(start=_opening(first, zone), end=_opening(first + lasts, zone))


def week_of(instant: datetime, zone: ZoneInfo) -> str:
    """The name of the week whose window holds `instant`."""
    return _name(_first_day(instant, zone))


def day_of(instant: datetime, zone: ZoneInfo) -> str:
    """The name of the day whose window holds `instant`."""
    return _first_day(instant, zone).isoformat()


def closed_weeks(first: datetime, now: datetime, zone: ZoneInfo) -> tuple[str, ...]:
    """The weeks that are over at `now`, oldest first: from the one that holds `first`, at most the last 8.

    Each of them should have been issued. Whoever makes letters compares them with what was issued, so
    that an hour that was missed or a restart loses no letter.
    """
    earliest = _monday(week_of(first, zone))
    open_now = _monday(week_of(now, zone))
    mondays = (open_now - back * _ONE_WEEK for back in range(LOOKED_BACK, 0, -1))
    return tuple(_name(monday) for monday in mondays if monday >= earliest)


def closed_days(first: datetime, now: datetime, zone: ZoneInfo) -> tuple[str, ...]:
    """The days that are over at `now`, as `closed_weeks`: at most the last 7."""
    earliest, open_now = _first_day(first, zone), _first_day(now, zone)
    days = (open_now - back * _ONE_DAY for back in range(DAYS_LOOKED_BACK, 0, -1))
    return tuple(day.isoformat() for day in days if day >= earliest)


def still_sent(now: datetime, zone: ZoneInfo) -> frozenset[str]:
    """The windows whose letters are still sent if they were not: the last week, and the last 7 days."""
    week = _name(_monday(week_of(now, zone)) - _ONE_WEEK)
    return frozenset({week, *closed_days(now - _ONE_WEEK - _ONE_DAY, now, zone)})


def _first_day(instant: datetime, zone: ZoneInfo) -> date:
    on_the_wall = instant.astimezone(zone).replace(tzinfo=None)
    return (on_the_wall - timedelta(hours=OPENS.hour)).date()


def _opening(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, OPENS, zone).astimezone(UTC)


def _name(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def _day(name: str) -> date:
    try:
        return date.fromisoformat(name)
    except ValueError:
        raise ValueError(f"there is no day {name}") from None


def _monday(week: str) -> date:
    if not _NAME.fullmatch(week):
        raise ValueError(
            f"{week!r} is no week: write year and ISO week as in 2024-W04, or a day as in 2024-01-24"
        )
    try:
        return date.fromisocalendar(int(week[:4]), int(week[6:]), 1)
    except ValueError:
        last = _name(date(int(week[:4]), 12, 28))
        raise ValueError(f"there is no week {week}: that year has {week[:4]}-W01 to {last}") from None
