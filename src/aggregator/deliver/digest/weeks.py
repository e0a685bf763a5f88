"""The windows of digests: weeks from Monday 08:00, and days from 08:00, by the clocks of a time zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from aggregator.model import Window

DIGEST_TIME = time(8)
# How far back we look for digests that were not issued: the machine may have been off for weeks.
MAX_CLOSED_WEEKS = 8

# The same for days. An older day is covered by its week's digest.
MAX_CLOSED_DAYS = 7

_WEEK_NAME = re.compile(r"[12][0-9]{3}-W[0-9]{2}")
_DAY_NAME = re.compile(r"[12][0-9]{3}-[01][0-9]-[0-3][0-9]")
_ONE_DAY = timedelta(days=1)
_ONE_WEEK = timedelta(weeks=1)


def digest_window(name: str, zone: ZoneInfo) -> Window:
    """The window of a week (`2024-W04`) or a day (`2024-01-24`), in UTC; its end is not part of it.

    This week is Monday 22 to Monday 29 January 2024, 08:00 in `zone`; this day is 24 to 25 January, 08:00.
    Raises ValueError, with a message for the person who typed the name, when there is no such week or day.
    """
    # 08:00 is by the wall clock, so a window in which the clocks change is an hour longer or shorter.
    first, length = (
        (_parse_day(name), _ONE_DAY) if _DAY_NAME.fullmatch(name) else (_monday_of(name), _ONE_WEEK)
    )
    return Window(start=_opening_instant(first, zone), end=_opening_instant(first + length, zone))


def week_of(instant: datetime, zone: ZoneInfo) -> str:
    """The name of the week whose window contains `instant`."""
    return _week_name(_first_day(instant, zone))


def day_of(instant: datetime, zone: ZoneInfo) -> str:
    """The name of the day whose window contains `instant`."""
    return _first_day(instant, zone).isoformat()


def days_of(window: Window, zone: ZoneInfo) -> tuple[Window, ...]:
    """The days of a window, each from 08:00 to 08:00."""
    first, last = _first_day(window.start, zone), _first_day(window.end, zone)
    days = (first + number * _ONE_DAY for number in range((last - first).days))
    return tuple(digest_window(day.isoformat(), zone) for day in days)


def closed_weeks(first: datetime, now: datetime, zone: ZoneInfo) -> tuple[str, ...]:
    """The weeks that have ended at `now`, oldest first: from the week of `first` on, at most the last 8.

    Each should have been issued. The caller compares them with the digests in the store, so that a missed
    Monday or a restart loses none.
    """
    earliest = _monday_of(week_of(first, zone))
    current_week = _monday_of(week_of(now, zone))
    mondays = (current_week - back * _ONE_WEEK for back in range(MAX_CLOSED_WEEKS, 0, -1))
    return tuple(_week_name(monday) for monday in mondays if monday >= earliest)


def closed_days(first: datetime, now: datetime, zone: ZoneInfo) -> tuple[str, ...]:
    """The days that have ended at `now`, as in `closed_weeks`: at most the last 7."""
    earliest, current_day = _first_day(first, zone), _first_day(now, zone)
    days = (current_day - back * _ONE_DAY for back in range(MAX_CLOSED_DAYS, 0, -1))
    return tuple(day.isoformat() for day in days if day >= earliest)


def windows_still_sent(now: datetime, zone: ZoneInfo) -> frozenset[str]:
    """The windows whose digests are still sent if they were not: the last week, and the last 7 days."""
    # Older digests are only on the site (decision 5).
    week = _week_name(_monday_of(week_of(now, zone)) - _ONE_WEEK)
    return frozenset({week, *closed_days(now - _ONE_WEEK - _ONE_DAY, now, zone)})


def _first_day(instant: datetime, zone: ZoneInfo) -> date:
    # By the wall clock, also where the clocks change: until 07:59 it is still the day before.
    wall_clock = instant.astimezone(zone).replace(tzinfo=None)
    return (wall_clock - timedelta(hours=DIGEST_TIME.hour)).date()


def _opening_instant(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, DIGEST_TIME, zone).astimezone(UTC)


def _week_name(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def _parse_day(name: str) -> date:
    try:
        return date.fromisoformat(name)
    except ValueError:
        raise ValueError(f"there is no day {name}") from None


def _monday_of(week: str) -> date:
    if not _WEEK_NAME.fullmatch(week):
        raise ValueError(
            f"{week!r} is no week: write year and ISO week as in 2024-W04, or a day as in 2024-01-24"
        )
    try:
        return date.fromisocalendar(int(week[:4]), int(week[6:]), 1)
    except ValueError:
        last = _week_name(date(int(week[:4]), 12, 28))
        raise ValueError(f"there is no week {week}: that year has {week[:4]}-W01 to {last}") from None
