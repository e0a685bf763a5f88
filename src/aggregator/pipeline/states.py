"""What is known of a source after a poll, and when it is asked again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from aggregator.model import Failed, Source, SourceState
from aggregator.pipeline.asking import Answer, Unchanged


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


def due_already(state: SourceState, now: datetime) -> bool:
    """Whether a poll is due; a source that was never asked is."""
    return state.due is None or state.due <= now


def asked_already(state: SourceState, now: datetime) -> bool:
    """Whether this instant's poll is done: a run that was broken off goes on where it stopped."""
    return state.asked is not None and state.asked >= now
