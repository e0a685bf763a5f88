"""What is known of a source after a poll, and when it is asked again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from aggregator.model import Failed, Outage, Source, SourceState
from aggregator.services.polling.read_source import PollResult, Unchanged

# A source that was not asked for longer than this, and than two of its polls take, was out of sight.
MAX_UNPOLLED: Final = timedelta(days=2)


def state_after(
    answer: PollResult, source: Source, before: SourceState, now: datetime, due: datetime
) -> SourceState:
    """What is known of the source after this poll. A failed poll keeps what the last good one brought."""
    if isinstance(answer, Failed):
        return replace(
            before,
            source=source.id,
            due=due,
            last_polled=now,
            failures=before.failures + 1,
            failing_since=before.failing_since or now,
            failure=answer,
        )
    answered = replace(
        before,
        source=source.id,
        due=due,
        last_polled=now,
        answered=now,
        first_read=before.first_read or now,
        failures=0,
        failing_since=None,
        failure=None,
        address=answer.address,
    )
    if isinstance(answer, Unchanged):
        return answered
    known = before.validators if before.fingerprint == source.fingerprint else {}
    return replace(
        answered,
        fingerprint=source.fingerprint,
        validators={**known, **answer.validators},
        feed_metadata=answer.head,
        items=answer.items,
        rejects=answer.rejects,
        moved_to=answer.moved_to,
        items_missed_at=now if answer.gap else before.items_missed_at,
    )


def ended_outage(source: Source, before: SourceState, after: SourceState) -> Outage | None:
    """The time in which the source could not be read, was not asked for long, or rolled on too fast to be
    read whole, if this poll ended it."""
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
        missed=missed,
    )


def is_due(state: SourceState, now: datetime) -> bool:
    """Whether a poll is due; a source that was never asked is."""
    return state.due is None or state.due <= now


def is_polled(state: SourceState, now: datetime) -> bool:
    """Whether this instant's poll is done: a run that was broken off goes on where it stopped."""
    return state.last_polled is not None and state.last_polled >= now
