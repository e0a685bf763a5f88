"""The letter's week: Monday 08:00 to Monday 08:00 by the clocks of a zone, named by its ISO week."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from aggregator.model import Window

OPENS = time(8)
LOOKED_BACK = 8
"""How many closed weeks are looked at for a letter that was never made: a machine may be off for a while."""

_NAME = re.compile(r"[12][0-9]{3}-W[0-9]{2}")
_ONE_WEEK = timedelta(weeks=1)


def window(week: str, zone: str) -> Window:
    """The half-open window of `2024-W04`, in UTC: Monday 22 to Monday 29 January 2024, 08:00 in `zone`.

    The hour is the wall clock's, so a week in which the clocks change lasts an hour more or less.
    Raises ValueError, in words for the person who typed it, when there is no such week.
    """
    monday = _monday(week)
    return Window(start=_opening(monday, zone), end=_opening(monday + _ONE_WEEK, zone))


def week_of(instant: datetime, zone: str) -> str:
    """The name of the week whose window holds `instant`."""
    on_the_wall = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return _name((on_the_wall - timedelta(hours=OPENS.hour)).date())


def closed_weeks(first: datetime, now: datetime, zone: str) -> tuple[str, ...]:
    """The weeks that are over at `now`, oldest first: from the one that holds `first`, at most the last 8.

    Each of them should have been issued. Whoever makes letters compares them with what was issued, so
    that an hour that was missed or a restart loses no letter.
    """
    earliest = _monday(week_of(first, zone))
    open_now = _monday(week_of(now, zone))
    mondays = (open_now - back * _ONE_WEEK for back in range(LOOKED_BACK, 0, -1))
    return tuple(_name(monday) for monday in mondays if monday >= earliest)


def last_closed(now: datetime, zone: str) -> str:
    """The week that closed last: the only one whose letter is still sent when it was not sent before."""
    return _name(_monday(week_of(now, zone)) - _ONE_WEEK)


def _opening(monday: date, zone: str) -> datetime:
    return datetime.combine(monday, OPENS, ZoneInfo(zone)).astimezone(UTC)


def _name(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def _monday(week: str) -> date:
    if not _NAME.fullmatch(week):
        raise ValueError(f"{week!r} is no week: write year and ISO week as in 2024-W04")
    try:
        return date.fromisocalendar(int(week[:4]), int(week[6:]), 1)
    except ValueError:
        last = _name(date(int(week[:4]), 12, 28))
        raise ValueError(f"there is no week {week}: that year has {week[:4]}-W01 to {last}") from None
