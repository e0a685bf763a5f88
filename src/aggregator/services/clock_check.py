"""Compares the clock with what is stored at the start of each run: it may be behind, or have run ahead once.

What a clock of the future left behind would silence the program until that time comes: it is set right and
reported. A clock that is behind must do nothing: it would issue digests of the past and ask every source.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from aggregator import log
from aggregator.deliver import day_of, digest_window
from aggregator.errors import ConfigError, ConfigIssue, StoreError
from aggregator.model.days import instant_in_words
from aggregator.model.faults import ACCEPT_CLOCK, CLOCK_BEHIND, CLOCK_SET_RIGHT, FaultKind
from aggregator.store import Store
from aggregator.store.clock import Mended

# Clocks of two machines, or one that is set anew each hour, differ by so much.
TOLERANCE: Final = timedelta(minutes=10)
# No clock that is right shows an earlier time: the program is younger.
EARLIEST: Final = datetime(2024, 1, 1, tzinfo=UTC)
# A clock that ran ahead left a gap between now and its first run: longer than this, and than the usual gaps.
SHORTEST_GAP: Final = timedelta(days=1)
USUAL_GAPS: Final = 20
# It was not ahead for longer. Runs over a longer time are the history of a clock that was right.
LONGEST_AHEAD: Final = timedelta(days=31)
# Of a store that has no earlier ones.
MOST_RUNS_OF_A_TRIAL: Final = 3
# Deleting waits until the program has run at some time between these two, counted back from now.
SETTLED_AFTER: Final = timedelta(days=1)
SETTLED_WITHIN: Final = timedelta(days=35)
_PLACE: Final = "services/clock_check.py"


def check_clock(store: Store, now: datetime) -> Mended | None:
    """Set right what lies in the future; return what that was, None if there was nothing.

    Raises StoreError, and changes nothing, if the clock seems to be behind. Only for the machine's clock.
    """
    if not store.instants.has_future(now + TOLERANCE):
        _clear_behind(store)
        return None
    if is_behind(store.instants.runs(), now):
        _refuse(store, now)
    return accept_clock(store, now)


def refuse_wrong_clock(store: Store, now: datetime) -> None:
    """Raise StoreError if the last run of the polls lies in the future: first that has to be settled."""
    runs = store.instants.runs()
    if runs and runs[-1] > now + TOLERANCE:
        raise StoreError(_behind(now, runs[-1]))


def refuse_future(at: datetime, now: datetime, zone: ZoneInfo) -> None:
    """Raise ConfigError if `at`, which the operator named, lies after the end of the digest's day of `now`.

    The digest of a day or week that is still open would be issued for good, and sent.
    """
    closes = digest_window(day_of(now, zone), zone).end
    if at >= closes:
        problem = (
            f"{instant_in_words(at, zone)} lies in the future: the digest of a day or week that is still "
            f"open would be issued for good. Today's closes on {instant_in_words(closes, zone)}: wait until "
            "then, and leave --at out"
        )
        raise ConfigError((ConfigIssue("option --at", 0, problem),))


def accept_clock(store: Store, now: datetime) -> Mended | None:
    """Set right what lies in the future, whatever the clock seems to be; report it once."""
    _clear_behind(store)
    mended = store.instants.mend(now, TOLERANCE)
    if mended.latest is None and not mended.digests:
        return None
    what = _report(mended, now)
    log.info("the clock ran ahead", reason=what)
    store.faults.clear(FaultKind.JOB, CLOCK_SET_RIGHT)
    store.faults.record(FaultKind.JOB, CLOCK_SET_RIGHT, what, _PLACE, now)
    return mended


def is_behind(runs: Sequence[datetime], now: datetime) -> bool:
    """Whether the clock seems to be behind, by the instants of all runs, in order.

    Then the runs after `now` go on where those before it end. A clock that once ran ahead left a gap.
    """
    if now < EARLIEST:
        return True
    before = [run for run in runs if run <= now]
    after = [run for run in runs if run > now + TOLERANCE]
    if not after:
        return False
    # Of a store that began in the future, a few runs were made with `--at`. More are its history, and to move
    # that would lose its dates.
    if not before and len(after) > MOST_RUNS_OF_A_TRIAL:
        return True
    if after[-1] - after[0] > LONGEST_AHEAD:
        return True
    gaps = [later - earlier for earlier, later in pairwise(before[-USUAL_GAPS:])]
    return after[0] - now <= max([SHORTEST_GAP, *(2 * gap for gap in gaps)])


def is_settled(runs: Sequence[datetime], now: datetime) -> bool:
    """Whether the clock has been near `now` for a day: only then may anything be deleted for its age.

    A clock that has just jumped ahead would delete a copy or an address long before its time.
    """
    return not runs or any(now - SETTLED_WITHIN <= run <= now - SETTLED_AFTER for run in runs)


def _refuse(store: Store, now: datetime) -> None:
    problem = _behind(now, store.instants.runs()[-1:][0] if store.instants.runs() else None)
    known = {fault.key for fault in store.faults.all() if fault.kind is FaultKind.JOB}
    if CLOCK_BEHIND not in known:
        store.faults.record(FaultKind.JOB, CLOCK_BEHIND, problem, _PLACE, now)
    raise StoreError(problem)


def _behind(now: datetime, latest: datetime | None) -> str:
    seen = f", but the store has a run of {latest:%Y-%m-%d %H:%M} UTC" if latest else ""
    return (
        f"the clock seems to be behind: it says {now:%Y-%m-%d %H:%M} UTC{seen}. Nothing is polled, published "
        f"or sent; set the clock, or run `{ACCEPT_CLOCK}` if it is right"
    )


def _report(mended: Mended, now: datetime) -> str:
    rows = ", ".join(f"{count} in {name}" for name, count in mended.rows.items())
    until = f" (up to {mended.latest:%Y-%m-%d %H:%M} UTC)" if mended.latest else ""
    found = f"the clock ran ahead: {rows or 'digests'}{until} lay in the future and were set to the present"
    if not mended.digests:
        return f"{found}."
    digests = ", ".join(mended.digests)
    sent = f"; {mended.sent} mails of them had been sent" if mended.sent else ""
    return f"{found}; issued too early, and issued anew in their time: {digests}{sent}."


def _clear_behind(store: Store) -> None:
    if any(fault.key == CLOCK_BEHIND for fault in store.faults.all()):
        store.faults.clear(FaultKind.JOB, CLOCK_BEHIND)
