"""What is known of a source after a poll, and when it is asked again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from aggregator.model import Failed, Outage, Source, SourceState
from aggregator.services.polling.read_source import Answer, Unchanged

UNASKED: Final = timedelta(days=2)
"""A source that was not asked for longer than this, and than two of its polls take, was out of sight."""


def state_after(
    answer: Answer, source: Source, before: SourceState, now: datetime, due: datetime
) -> SourceState:
    """What is known of the source after this poll. A failed poll keeps what the last good one brought."""
    if isinstance(answer, Failed):
        return replace(
            before,
            source=source.id,
            due=due,
            asked=now,
            failures=before.failures + 1,
            failing_since=before.failing_since or now,
            failure=answer,
        )
    answered = replace(
        before,
        source=source.id,
        due=due,
        asked=now,
        answered=now,
        first_answered=before.first_answered or now,
        failures=0,
        failing_since=None,
        failure=None,
        address=answer.address,
    )
    if isinstance(answer, Unchanged):
        return answered
    known = before.validators if before.settings == source.fingerprint else {}
    return replace(
        answered,
        settings=source.fingerprint,
        validators={**known, **answer.validators},
        head=answer.head,
        items=answer.items,
        rejects=answer.rejects,
        moved_to=answer.moved_to,
        gap=now if answer.gap else before.gap,
    )


def outage_over(source: Source, before: SourceState, after: SourceState) -> Outage | None:
    """The time in which the source could not be read, was not asked for long, or rolled on too fast to be
    read whole, if this poll ended it."""
    last, now = before.answered or before.failing_since, after.answered
    if after.failure or last is None or now is None:
        return None
    missed = after.gap == now
    if not (before.failing_since or missed or now - last > max(UNASKED, 2 * source.every)):
        return None
    return Outage(
        source=source.id,
        since=last,
        until=now,
        failing_since=before.failing_since,
        failure=before.failure,
        missed=missed,
    )


def due_already(state: SourceState, now: datetime) -> bool:
    """Whether a poll is due; a source that was never asked is."""
    return state.due is None or state.due <= now


def asked_already(state: SourceState, now: datetime) -> bool:
    """Whether this instant's poll is done: a run that was broken off goes on where it stopped."""
    return state.asked is not None and state.asked >= now
