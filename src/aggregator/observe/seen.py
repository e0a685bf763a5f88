"""Winds back: what we had seen by an instant, and how the sources stood then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from aggregator.model import Carrier, Plan, Register, SourceLine, SourceState
from aggregator.observe.days import day_of


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
        plans=tuple(_plan_at(plan, at, zone) for plan in register.plans),
        searches=tuple(search for search in register.searches if search.on <= day),
        rules=tuple(rule for rule in register.rules if rule.read_on <= day),
    )


def _plan_at(plan: Plan, at: datetime, zone: ZoneInfo) -> Plan:
    day = day_of(at, zone)
    return replace(
        plan,
        facts=tuple(fact for fact in plan.facts if fact.read_on <= day),
        commitments=tuple(
            replace(one, facts=tuple(fact for fact in one.facts if fact.read_on <= day))
            for one in plan.commitments
        ),
    )


def sources_at(sources: Sequence[SourceLine], at: datetime) -> tuple[SourceLine, ...]:
    """The sources as they stood at `at`, as far as their states tell: a gap that has ended is forgotten."""
    return tuple(replace(line, state=_state_at(line.state, at)) for line in sources)


def _state_at(state: SourceState, at: datetime) -> SourceState:
    if state.first_answered and state.first_answered > at:
        return SourceState(source=state.source)
    began_later = state.failing_since is not None and state.failing_since > at
    if began_later:
        state = replace(state, failure=None, failing_since=None, failures=0)
    if state.answered and state.answered > at:
        # It answered after that instant and was not failing then: it was read.
        state = replace(state, answered=at, asked=at)
    return state
