"""Winds back: what we had seen by an instant, and how the sources stood then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from aggregator.model import Carrier, Outage, Plan, Register, SourceState, SourceWithState
from aggregator.model.days import day_of


def carriers_at(carriers: Iterable[Carrier], at: datetime) -> tuple[Carrier, ...]:
    """What carriers had told by `at`: later revisions taken away, and those that came later left out."""
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
        pending_removal=None,
        last_seen=revisions[-1].seen_at,
    )


def register_at(register: Register, at: datetime, zone: ZoneInfo) -> Register:
    """What of the register we had read by the day of `at`."""
    day = day_of(at, zone)
    return replace(
        register,
        plans=tuple(_plan_at(plan, day) for plan in register.plans),
        searches=tuple(search for search in register.searches if search.on <= day),
        rules=tuple(rule for rule in register.rules if rule.read_on <= day),
    )


def _plan_at(plan: Plan, day: date) -> Plan:
    return replace(
        plan,
        facts=tuple(fact for fact in plan.facts if fact.read_on <= day),
        commitments=tuple(
            replace(one, facts=tuple(fact for fact in one.facts if fact.read_on <= day))
            for one in plan.commitments
        ),
    )


def polled_by(sources: Iterable[SourceWithState], at: datetime) -> tuple[SourceWithState, ...]:
    """The sources without those that we are known to have asked for the first time after `at`."""
    return tuple(line for line in sources if not _first_asked_after(line, at))


def sources_at(sources: Iterable[SourceWithState], at: datetime) -> tuple[SourceWithState, ...]:
    """The sources as they stood at `at`."""
    return tuple(
        replace(
            line, state=_state_at(line, at), outages=tuple(one for one in line.outages if one.until <= at)
        )
        for line in sources
    )


def _first_asked_after(line: SourceWithState, at: datetime) -> bool:
    state = line.state
    first_polls = [state.first_read or state.failing_since, *(one.failing_since for one in line.outages)]
    known_times = [one for one in first_polls if one]
    return bool(known_times) and min(known_times) > at


def _state_at(line: SourceWithState, at: datetime) -> SourceState:
    state = line.state
    if outage := next((one for one in line.outages if one.since <= at < one.until), None):
        return _in_outage(state, outage, at)
    if state.first_read and state.first_read > at:
        return SourceState(source=state.source)
    if state.failing_since is not None and state.failing_since > at:
        state = replace(state, failure=None, failing_since=None, failures=0)
    if state.last_read and state.last_read > at:
        # It answered after that instant, and no outage lies between: it was read.
        state = replace(state, last_read=at, last_polled=at)
    return state


def _in_outage(state: SourceState, outage: Outage, at: datetime) -> SourceState:
    """The state in the midst of an outage that is over by now: nobody knew yet that it would end."""
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
