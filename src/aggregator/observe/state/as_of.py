"""Turns back the clock: everything that the board is built from, as it was known, or public, at an instant.

Two questions have different answers. What did we know then (`known_at`)? And what was public then, by all
that we know today (`public_at`)? docs/decisions/0031-as-known.md says what each of them can and cannot tell.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from aggregator.model import (
    Body,
    Carrier,
    Commitment,
    Document,
    Fact,
    Outage,
    Plan,
    Register,
    SourceState,
    SourceWithState,
)
from aggregator.model.days import day_of

# Makes a document of its carriers as they were then, with the labels that it had.
Combine = Callable[[Sequence[Carrier]], Document]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardInputs:
    """Everything that the board is built from: today's, or what `known_at` and `public_at` make of it."""

    bodies: Mapping[str, Body]
    sources: tuple[SourceWithState, ...]
    documents: tuple[Document, ...]
    register: Register
    # Documents whose labels the operator corrected after that instant.
    corrected_later: frozenset[str] = frozenset()


def known_at(inputs: BoardInputs, at: datetime, zone: ZoneInfo, combine: Combine) -> BoardInputs:
    """Return what we knew at `at`: nothing that we first saw, read, or wrote down later."""
    documents = (
        combine(carriers) if _differs(document, carriers, inputs) else document
        for document in inputs.documents
        if (carriers := carriers_at(document.carriers, at))
    )
    return replace(
        inputs,
        sources=sources_at(polled_by(inputs.sources, at), at),
        documents=tuple(documents),
        register=register_at(inputs.register, at, zone),
    )


def public_at(inputs: BoardInputs, at: datetime, combine: Combine) -> BoardInputs:
    """Return what may count for the board of `at` by all that we know today.

    A document that we first saw later stays: it may have been public. The board leaves out what its own date
    says came later.
    """
    documents = (
        combine(carriers) if carriers and _differs(document, carriers, inputs) else document
        for document in inputs.documents
        for carriers in (carriers_at(document.carriers, at),)
    )
    return replace(inputs, sources=sources_at(inputs.sources, at), documents=tuple(documents))


def _differs(document: Document, carriers: Sequence[Carrier], inputs: BoardInputs) -> bool:
    return tuple(carriers) != document.carriers or document.entry.id in inputs.corrected_later


# ---------------------------------------------------------------- documents
def carriers_at(carriers: Iterable[Carrier], at: datetime) -> tuple[Carrier, ...]:
    """The carriers as they were at `at`: without later revisions, and without those first seen later."""
    return tuple(_carrier_at(carrier, at) for carrier in carriers if carrier.first_seen <= at)


def _carrier_at(carrier: Carrier, at: datetime) -> Carrier:
    revisions = tuple(revision for revision in carrier.revisions if revision.seen_at <= at)
    if len(revisions) == len(carrier.revisions):
        return carrier
    last = revisions[-1]
    return replace(
        carrier,
        entry=last.entry,
        revisions=revisions,
        removal=last.entry.removal,
        changed_at=last.seen_at if len(revisions) > 1 else None,
        previous_entry=revisions[-2].entry if len(revisions) > 1 else None,
        # Revisions have no history of what was pending.
        pending_removal=None,
        pending_revision=None,
        newest_updated=None,
        last_seen=last.seen_at,
    )


# ---------------------------------------------------------------- the register
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
    facts = _facts_read(plan.facts, day)
    return replace(plan, facts=facts, commitments=tuple(_commitments_read(plan.commitments, day)))


def _commitments_read(commitments: Iterable[Commitment], day: date) -> Iterator[Commitment]:
    """The commitments that had been read: one without any fact came with its plan."""
    for commitment in commitments:
        facts = _facts_read(commitment.facts, day)
        if facts or not commitment.facts:
            yield replace(commitment, facts=facts)


def _facts_read(facts: Collection[Fact], day: date) -> tuple[Fact, ...]:
    return without_later_choices([fact for fact in facts if fact.read_on <= day], facts)


def without_later_choices(known: Sequence[Fact], all_facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The known facts, without the reasons to prefer one to a fact that was not known yet."""
    kinds = [fact.kind for fact in known]
    had_rivals = {fact.kind for fact in all_facts if fact not in known}
    return tuple(
        replace(fact, preferred=False, why="")
        if fact.preferred and fact.kind in had_rivals and kinds.count(fact.kind) == 1
        else fact
        for fact in known
    )


# ---------------------------------------------------------------- sources
def polled_by(sources: Iterable[SourceWithState], at: datetime) -> tuple[SourceWithState, ...]:
    """The sources without those that we first polled after `at`; sources without any known poll stay."""
    return tuple(polled for polled in sources if polled.first_poll is None or polled.first_poll <= at)


def sources_at(sources: Iterable[SourceWithState], at: datetime) -> tuple[SourceWithState, ...]:
    """The sources with the state and the outages of `at`.

    Of a reading before that of the state, only what `last_reading` of the source says is known.
    """
    return tuple(
        replace(
            polled,
            state=_with_reading(_state_at(polled, at), polled, at),
            outages=tuple(outage for outage in polled.outages if outage.until <= at),
        )
        for polled in sources
    )


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


def _with_reading(state: SourceState, today: SourceWithState, at: datetime) -> SourceState:
    """The state with the readings that the store kept, where that of today has later ones."""
    reading = today.last_reading if today.last_reading and today.last_reading.at <= at else None
    whole, missed = today.state.read_whole_at, state.items_missed_at
    if whole and whole > at:
        whole = reading.whole if reading else None
    last = reading.at if reading and state.last_read == at else state.last_read
    return replace(
        state,
        last_read=last,
        last_polled=last if state.last_polled == at and state.failure is None else state.last_polled,
        read_whole_at=whole if state.first_read else None,
        items_missed_at=missed if missed and missed <= at else None,
    )
