"""Winds back: what we had seen by an instant, and how the sources stood then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from aggregator.model import Carrier, Outage, Plan, Register, SourceLine, SourceState
from aggregator.model.days import day_of


def carriers_at(carriers: Iterable[Carrier], at: datetime) -> tuple[Carrier, ...]:
    """What carriers had told by `at`: later revisions taken away, and those that came later left out."""
    return tuple(_carrier_at(carrier, at) for carrier in carriers if carrier.first_seen <= at)


def _carrier_at(carrier: Carrier, at: datetime) -> Carrier:
    told = tuple(revision for revision in carrier.revisions if revision.seen_at <= at)
    if len(told) == len(carrier.revisions):
        return carrier
    entry = told[-1].entry
    return replace(
        carrier,
        entry=entry,
        revisions=told,
        removed=entry.removal,
        vanishing=None,
        last_seen=told[-1].seen_at,
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


def asked_by(sources: Iterable[SourceLine], at: datetime) -> tuple[SourceLine, ...]:
    """The sources without those that we are known to have asked for the first time after `at`."""
    return tuple(line for line in sources if not _first_asked_after(line, at))


def sources_at(sources: Iterable[SourceLine], at: datetime) -> tuple[SourceLine, ...]:
    """The sources as they stood at `at`."""
    return tuple(
        replace(
            line, state=_state_at(line, at), outages=tuple(one for one in line.outages if one.until <= at)
        )
        for line in sources
    )


def _first_asked_after(line: SourceLine, at: datetime) -> bool:
    state = line.state
    first = [state.first_answered or state.failing_since, *(one.failing_since for one in line.outages)]
    known = [one for one in first if one]
    return bool(known) and min(known) > at


def _state_at(line: SourceLine, at: datetime) -> SourceState:
    state = line.state
    if gap := next((one for one in line.outages if one.since <= at < one.until), None):
        return _in_outage(state, gap, at)
    if state.first_answered and state.first_answered > at:
        return SourceState(source=state.source)
    if state.failing_since is not None and state.failing_since > at:
        state = replace(state, failure=None, failing_since=None, failures=0)
    if state.answered and state.answered > at:
        # It answered after that instant, and no outage lies between: it was read.
        state = replace(state, answered=at, asked=at)
    return state


def _in_outage(state: SourceState, gap: Outage, at: datetime) -> SourceState:
    """The state in the midst of an outage that is over by now: nobody knew yet that it would end."""
    failing = gap.failing_since is not None and gap.failing_since <= at
    return replace(
        state,
        asked=at if failing else gap.since,
        answered=None if gap.at_first else gap.since,
        first_answered=None if gap.at_first else state.first_answered,
        failing_since=gap.failing_since if failing else None,
        failures=1 if failing else 0,
        failure=gap.failure if failing else None,
    )
