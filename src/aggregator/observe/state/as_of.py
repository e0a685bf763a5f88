"""Turns back the clock: carriers, register and sources as they were at an instant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from aggregator.model import Carrier, Outage, Plan, Register, SourceState, SourceWithState
from aggregator.model.days import day_of


def carriers_at(carriers: Iterable[Carrier], at: datetime) -> tuple[Carrier, ...]:
    """The carriers as they were at `at`: without later revisions, and without those first seen later."""
    return tuple(_carrier_at(carrier, at) for carrier in carriers if carrier.first_seen <= at)


def _carrier_at(carrier: Carrier, at: datetime) -> Carrier:
    revisions = tuple(revision for revision in carrier.revisions if revision.seen_at <= at)
    if len(revisions) == len(carrier.revisions):
        return carrier
    entry = revisions[-1].entry
    return replace(
        carrier,
        entry=entry,
        revisions=revisions,
        removal=entry.removal,
        # Revisions have no history of pending removals.
        pending_removal=None,
        pending_revision=None,
        last_seen=revisions[-1].seen_at,
    )


def register_at(register: Register, at: datetime, zone: ZoneInfo) -> Register:
    """The register with only what we had read by the day of `at`."""
    day = day_of(at, zone)
    return replace(
        register,
        plans=tuple(_plan_at(plan, day) for plan in register.plans),
        searches=tuple(search for search in register.searches if search.on <= day),
        rules=tuple(rule for rule in register.rules if rule.read_on <= day),
        quiet_periods=tuple(one for one in register.quiet_periods if one.read_on <= day),
    )


def _plan_at(plan: Plan, day: date) -> Plan:
    return replace(
        plan,
        facts=tuple(fact for fact in plan.facts if fact.read_on <= day),
        commitments=tuple(
            replace(commitment, facts=tuple(fact for fact in commitment.facts if fact.read_on <= day))
            for commitment in plan.commitments
        ),
    )


def polled_by(sources: Iterable[SourceWithState], at: datetime) -> tuple[SourceWithState, ...]:
    """The sources without those that we first polled after `at`; sources without any known poll stay."""
    return tuple(polled for polled in sources if not _first_polled_after(polled, at))


def sources_at(sources: Iterable[SourceWithState], at: datetime) -> tuple[SourceWithState, ...]:
    """The sources with the state and the outages of `at`."""
    return tuple(
        replace(
            polled,
            state=_state_at(polled, at),
            outages=tuple(outage for outage in polled.outages if outage.until <= at),
        )
        for polled in sources
    )


def _first_polled_after(polled: SourceWithState, at: datetime) -> bool:
    state = polled.state
    # The store has no time of the first poll: the first success or failure is the earliest trace of it.
    traces = [state.first_read or state.failing_since, *(outage.failing_since for outage in polled.outages)]
    polls = [time for time in traces if time]
    return bool(polls) and min(polls) > at


def _state_at(polled: SourceWithState, at: datetime) -> SourceState:
    state = polled.state
    if outage := next((outage for outage in polled.outages if outage.since <= at < outage.until), None):
        return _in_outage(state, outage, at)
    if state.first_read and state.first_read > at:
        return SourceState(source=state.source)
    if state.failing_since is not None and state.failing_since > at:
        state = replace(state, failure=None, failing_since=None, failures=0)
    if state.last_read and state.last_read > at:
        # It was read after that instant and no outage lies between, so at that instant it was readable.
        state = replace(state, last_read=at, last_polled=at)
    return state


def _in_outage(state: SourceState, outage: Outage, at: datetime) -> SourceState:
    """The state during an outage that is over by now: at that time nobody knew that it would end."""
    failing = outage.failing_since is not None and outage.failing_since <= at
    return replace(
        state,
        last_polled=at if failing else outage.since,
        last_read=None if outage.at_first else outage.since,
        first_read=None if outage.at_first else state.first_read,
        failing_since=outage.failing_since if failing else None,
        failures=1 if failing else 0,
        failure=outage.failure if failing else None,
    )
