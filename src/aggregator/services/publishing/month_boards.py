"""Writes down the board of each month that has ended, once: its page never changes afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.config import Config
from aggregator.model.days import day_of, months_after
from aggregator.model.faults import FaultKind
from aggregator.publish.board.month_words import month_board
from aggregator.publish.presentation.paths import board_month_path
from aggregator.services.isolation import Isolation
from aggregator.services.publishing.board_at import board_at
from aggregator.store import Store

# The store has instants in whole seconds.
LAST_SECOND: Final = timedelta(seconds=1)


def write_down_months(config: Config, store: Store, now: datetime) -> None:
    """Store the board of each month that has ended since our first poll and has none yet, as it was known.

    The store says which are missing, so months in which nothing was published are made up for. One that
    cannot be built is set aside, and tried again later.
    """
    if not config.register.processes:
        return
    first_reads = [state.first_read for state in store.sources.states().values() if state.first_read]
    if not first_reads:
        return
    zone, known = config.settings.timezone, store.month_boards.months()
    missing = [end for end in ended_months(min(first_reads), now, zone) if f"{end:%Y-%m}" not in known]
    if not missing:
        return
    isolation = Isolation(store, now)
    waiting = isolation.waiting(FaultKind.PAGE)
    for last in missing:
        path = board_month_path(f"{last:%Y-%m}")
        if path not in waiting:
            with isolation.guard(FaultKind.PAGE, path):
                board = board_at(config, store, end_of_day(last, zone), as_known=True).board
                store.month_boards.add(month_board(board, config.settings.site, last, now))


def ended_months(first: datetime, now: datetime, zone: ZoneInfo) -> Iterator[date]:
    """Return the last day of each month that has ended, from that of `first` on, oldest first."""
    begin, today = day_of(first, zone).replace(day=1), day_of(now, zone)
    while (following := months_after(begin, 1)) <= today:
        yield following - timedelta(days=1)
        begin = following


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the last second of a day."""
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC) - LAST_SECOND
