"""The days to come in a process: what its rules ask next, and what its plans say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from aggregator.model import (
    Deadline,
    Evidence,
    Fact,
    FactKind,
    Measure,
    Plan,
    PlanReport,
    RuleCheck,
    RuleResult,
)
from aggregator.observe.state.process_state import ProcessState, fact_evidence

UPCOMING_FACTS: Final = {
    FactKind.CALL_CLOSES: "call closes",
    FactKind.WORKSHOP: "workshop",
    FactKind.ENDS: "plan ends",
    FactKind.MILESTONE: "milestone due",
}
NO_DEADLINES: Final = {Measure.LAST_RECORD, Measure.REPOSITORY, Measure.COMPLETION}
"""Limits that are no deadline of anybody: the silence clock's, and the day of an assessment."""


def deadlines(
    state: ProcessState, checks: Iterable[RuleCheck], plans: Iterable[PlanReport]
) -> tuple[Deadline, ...]:
    """Every day to come, the first one first."""
    found = [*_rule_deadlines(state, checks), *_plan_deadlines(state, plans)]
    return tuple(sorted(found, key=lambda one: (one.day, one.id)))


def _rule_deadlines(state: ProcessState, checks: Iterable[RuleCheck]) -> Iterator[Deadline]:
    for check in checks:
        has_deadline = (
            check.result in {RuleResult.MET, RuleResult.DUE} and check.rule.measure not in NO_DEADLINES
        )
        if has_deadline and check.by and check.by >= state.day:
            yield Deadline(
                id=f"{state.process.id}:{check.rule.id}:{check.by.isoformat()}",
                title=f"{state.process.name}: {check.rule.title} ({check.rule.id})",
                day=check.by,
                days=(check.by - state.day).days,
                plan=check.plan,
                evidence=check.evidence,
            )


def _plan_deadlines(state: ProcessState, plans: Iterable[PlanReport]) -> Iterator[Deadline]:
    for line in plans:
        yield from _fact_deadlines(state, line.plan, line.plan.facts, line.plan.title)
        for one in line.plan.commitments:
            yield from _fact_deadlines(state, line.plan, one.facts, f"{line.plan.title}, {one.title}")


def _fact_deadlines(state: ProcessState, plan: Plan, facts: Iterable[Fact], title: str) -> Iterator[Deadline]:
    """The days that facts name; of those that disagree the one that is used."""
    for fact in facts:
        moment = fact.claim.moment
        if fact.kind not in UPCOMING_FACTS or moment is None or _is_superseded(fact, plan):
            continue
        day = state.last_day(moment)
        if day >= state.day:
            yield Deadline(
                id=f"{plan.id}:{fact.kind}:{fact.claim.what}:{day.isoformat()}",
                title=f"{title}: {fact.claim.what}",
                day=day,
                days=(day - state.day).days,
                plan=plan.id,
                exact=moment,
                evidence=tuple(_with_disagreeing(fact, plan)),
            )


def _is_superseded(fact: Fact, plan: Plan) -> bool:
    return fact in plan.facts and fact.kind is not FactKind.WORKSHOP and plan.fact(fact.kind) is not fact


def _with_disagreeing(fact: Fact, plan: Plan) -> Iterator[Evidence]:
    """The fact, and those that disagree with it."""
    yield fact_evidence(fact)
    if fact in plan.facts and fact.kind is not FactKind.WORKSHOP:
        yield from (fact_evidence(other) for other in plan.facts_of(fact.kind) if other is not fact)
