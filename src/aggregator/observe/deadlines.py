"""The days to come in a process: what its rules ask next, and what its plans say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from aggregator.model import Check, Deadline, Evidence, Fact, FactKind, Measure, Plan, PlanLine, RuleResult
from aggregator.observe.state.process_state import ProcessState, evidence

AHEAD: Final = {
    FactKind.CALL_CLOSES: "call closes",
    FactKind.WORKSHOP: "workshop",
    FactKind.ENDS: "plan ends",
    FactKind.MILESTONE: "milestone due",
}
CLOCKS: Final = {Measure.LAST_RECORD, Measure.REPOSITORY, Measure.COMPLETION}
"""Limits that are no deadline of anybody: the silence clock's, and the day of an assessment."""


def deadlines(
    known: ProcessState, checks: Iterable[Check], plans: Iterable[PlanLine]
) -> tuple[Deadline, ...]:
    """Every day to come, the first one first."""
    found = [*_of_rules(known, checks), *_of_plans(known, plans)]
    return tuple(sorted(found, key=lambda one: (one.day, one.id)))


def _of_rules(known: ProcessState, checks: Iterable[Check]) -> Iterator[Deadline]:
    for check in checks:
        told = check.standing in {RuleResult.MET, RuleResult.DUE} and check.rule.measure not in CLOCKS
        if told and check.by and check.by >= known.day:
            yield Deadline(
                id=f"{known.process.id}:{check.rule.id}:{check.by.isoformat()}",
                title=f"{known.process.name}: {check.rule.title} ({check.rule.id})",
                day=check.by,
                days=(check.by - known.day).days,
                plan=check.plan,
                evidence=check.evidence,
            )


def _of_plans(known: ProcessState, plans: Iterable[PlanLine]) -> Iterator[Deadline]:
    for line in plans:
        yield from _of_facts(known, line.plan, line.plan.facts, line.plan.title)
        for one in line.plan.commitments:
            yield from _of_facts(known, line.plan, one.facts, f"{line.plan.title}, {one.title}")


def _of_facts(known: ProcessState, plan: Plan, facts: Iterable[Fact], title: str) -> Iterator[Deadline]:
    """The days that facts name; of those that disagree the one that is used."""
    for fact in facts:
        moment = fact.claim.moment
        if fact.kind not in AHEAD or moment is None or _is_beaten(fact, plan):
            continue
        day = known.last(moment)
        if day >= known.day:
            yield Deadline(
                id=f"{plan.id}:{fact.kind}:{fact.claim.what}:{day.isoformat()}",
                title=f"{title}: {fact.claim.what}",
                day=day,
                days=(day - known.day).days,
                plan=plan.id,
                exact=moment,
                evidence=tuple(_all(fact, plan)),
            )


def _is_beaten(fact: Fact, plan: Plan) -> bool:
    return fact in plan.facts and fact.kind is not FactKind.WORKSHOP and plan.fact(fact.kind) is not fact


def _all(fact: Fact, plan: Plan) -> Iterator[Evidence]:
    """The fact, and those that disagree with it."""
    yield evidence(fact)
    if fact in plan.facts and fact.kind is not FactKind.WORKSHOP:
        yield from (evidence(other) for other in plan.facts_of(fact.kind) if other is not fact)
