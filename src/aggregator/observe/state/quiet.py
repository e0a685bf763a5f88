"""Quiet periods: which days of a gap lay before an election or in a recess, and a limit that skips them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from aggregator.model import QuietDays, QuietPeriod

ONE_DAY = timedelta(days=1)


def quiet_days(periods: Iterable[QuietPeriod], after: date, until: date) -> tuple[QuietDays, ...]:
    """How many of the days after `after`, up to `until`, lay in each period. No day counts twice."""
    found = ((period, sum(day <= until for day in days)) for period, days in _days_of(periods, after))
    return tuple(QuietDays(period=period, days=number) for period, number in found if number)


def limit_without_quiet_days(start: date, days: int, periods: Iterable[QuietPeriod]) -> date:
    """The day that is `days` days after `start`, if those of quiet periods are not counted."""
    by = start + days * ONE_DAY
    for _, skipped in _days_of(periods, start):
        if skipped and skipped[0] <= by:
            by += len(skipped) * ONE_DAY
    return by


def _days_of(periods: Iterable[QuietPeriod], after: date) -> Iterator[tuple[QuietPeriod, list[date]]]:
    """Each period with its days later than `after` that no earlier period has."""
    first = after + ONE_DAY
    for period in sorted(periods, key=lambda one: (one.first, one.last)):
        first = max(first, period.first)
        yield period, [first + number * ONE_DAY for number in range((period.last - first).days + 1)]
        first = max(first, period.last + ONE_DAY)
