"""Moments: dates as exactly as their sources gave them, and the zone of the publishers."""

from __future__ import annotations

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
