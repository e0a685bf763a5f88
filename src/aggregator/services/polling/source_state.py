"""Computes the state of a source after a poll: failures, outages, and whether a poll is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.errors import Cause
from aggregator.model import Failed, Outage, Source, SourceState
from aggregator.model.days import day_of
from aggregator.model.faults import Fault
from aggregator.services.polling.read_source import PollResult, SourceReading, Unchanged

# A source that was not polled for longer than this, and for longer than two intervals, had an outage.
MAX_UNPOLLED: Final = timedelta(days=2)


def state_after(
    result: PollResult, source: Source, before: SourceState, now: datetime, due: datetime
) -> SourceState:
    """The state of the source after this poll. A failed poll keeps what the last successful one found."""
    if isinstance(result, Failed):
        return _failed(result, source, before, now, due)
    if isinstance(result, SourceReading) and result.shrunk:
        # Counted as a failure, so that nothing that is missing from the list counts as silence.
        return replace(
            _failed(result.shrunk, source, before, now, due),
            shrunk_looks=before.shrunk_looks + 1,
            shrunk_since=before.shrunk_since or now,
        )
    answered = replace(
        before,
        source=source.id,
        due=due,
        last_polled=now,
        last_read=now,
        first_read=before.first_read or now,
        failures=0,
        failing_since=None,
        failure=None,
        address=result.address,
        shrunk_looks=0,
        shrunk_since=None,
    )
    # Validators of other addresses of the source stay valid as long as its settings do.
    known = before.validators if before.fingerprint == source.fingerprint else {}
    validators = {**known, **result.validators}
    if isinstance(result, Unchanged):
        return replace(answered, validators=validators)
    return replace(
        answered,
        read_whole_at=now,
        fingerprint=source.fingerprint,
        validators=validators,
        feed_metadata=result.feed_metadata,
        items=result.item_count,
        rejects=result.rejects,
        moved_to=result.moved_to,
        items_missed_at=now if result.items_missed else before.items_missed_at,
    )


def _failed(
    failure: Failed, source: Source, before: SourceState, now: datetime, due: datetime
) -> SourceState:
    return replace(
        before,
        source=source.id,
        due=due,
        last_polled=now,
        failures=before.failures + 1,
        failing_since=before.failing_since or now,
        failure=failure,
    )


def unexpected_failure(source: Source, fault: Fault) -> Failed:
    """The failure of a source whose poll raised an unexpected exception."""
    return Failed(
        url=source.address,
        cause=Cause.UNEXPECTED,
        detail=f"{fault.error} at {fault.place}",
        hint="this is a bug in the program: please report it with the lines of the log",
    )


def ended_outage(source: Source, before: SourceState, after: SourceState) -> Outage | None:
    """The outage that this poll ended, or None.

    In an outage the source could not be read, was not polled for long, or lost items between two polls.
    """
    last, now = before.last_read or before.failing_since, after.last_read
    if after.failure or last is None or now is None:
        return None
    missed = after.items_missed_at == now
    if not (before.failing_since or missed or now - last > max(MAX_UNPOLLED, 2 * source.every)):
        return None
    return Outage(
        source=source.id,
        since=last,
        until=now,
        failing_since=before.failing_since,
        failure=before.failure,
        items_missed=missed,
    )


def is_due(state: SourceState, now: datetime) -> bool:
    """Whether a poll is due. A source that was never polled is due."""
    return state.due is None or state.due <= now


def must_read_whole(state: SourceState, now: datetime, zone: ZoneInfo) -> bool:
    """Whether a source is asked without validators: at its first poll of each day.

    The limits of the board end with a day. None counts as passed until the sources have been asked whole
    after it (`observe/rules/due_or_overdue.py`), and some servers answer "unchanged" for ever.
    """
    return state.read_whole_at is None or day_of(state.read_whole_at, zone) < day_of(now, zone)


def is_polled(state: SourceState, now: datetime) -> bool:
    """Whether the poll at this instant is done, so that an interrupted run can skip it."""
    return state.last_polled is not None and state.last_polled >= now
