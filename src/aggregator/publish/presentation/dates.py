"""Dates as people read them: in the site's zone, and only as exactly as they are known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import Moment, Precision
from aggregator.model.days import MONTHS, TIMED, day_of, in_words

_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A date twice: for people, and as the `datetime` attribute of HTML's `time`."""

    words: str
    stamp: str


def say_day(day: date) -> Said:
    """`5 June 2026`."""
    return Said(words=in_words(day), stamp=day.isoformat())


def say_weekday(day: date) -> Said:
    """`Friday 5 June 2026`."""
    return Said(words=f"{_WEEKDAYS[day.weekday()]} {say_day(day).words}", stamp=day.isoformat())


def say_instant(instant: datetime, zone: ZoneInfo) -> Said:
    """`5 June 2026, 13:00`."""
    local = instant.astimezone(zone)
    words = f"{say_day(local.date()).words}, {local:%H:%M}"
    return Said(words=words, stamp=local.isoformat(timespec="minutes"))


def say_time(moment: Moment, zone: ZoneInfo) -> Said | None:
    """`13:00`, for a moment that is known to the minute."""
    if moment.precision not in TIMED:
        return None
    local = moment.at.astimezone(zone)
    return Said(words=f"{local:%H:%M}", stamp=local.isoformat(timespec="minutes"))


def say(moment: Moment, zone: ZoneInfo) -> Said:
    """A moment at its own precision: `5 June 2026, 13:00`, `5 June 2026`, `June 2026` or `2026`."""
    if moment.precision in TIMED:
        return say_instant(moment.at, zone)
    day = day_of(moment.at, zone)
    if moment.precision is Precision.DAY:
        return say_day(day)
    if moment.precision is Precision.MONTH:
        return Said(words=f"{MONTHS[day.month - 1]} {day.year}", stamp=f"{day:%Y-%m}")
    return Said(words=str(day.year), stamp=f"{day:%Y}")
