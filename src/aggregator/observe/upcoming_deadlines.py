"""The deadlines of a process: the next limits of its rules, and the days that its plans name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from aggregator.model import (
    Deadline,
    Evidence,
    Fact,
    FactKind,
    Measure,
    Moment,
    Plan,
    PlanReport,
    Precision,
    RuleCheck,
    RuleResult,
)
from aggregator.model.days import is_over
from aggregator.observe.state.process_state import ProcessState, fact_evidence, moment_of_day

UPCOMING_FACTS: Final = {
    FactKind.CALL_CLOSES: "call closes",
    FactKind.WORKSHOP: "workshop",
    FactKind.ENDS: "plan ends",
    FactKind.MILESTONE: "milestone due",
}
# Measures whose limit is nobody's deadline: our own counts of days, the day of an assessment, and a delivery
# that is not public.
NO_DEADLINES: Final = {Measure.LAST_RECORD, Measure.REPOSITORY, Measure.COMPLETION, Measure.REVIEW}


def deadlines(
    state: ProcessState, checks: Iterable[RuleCheck], plans: Iterable[PlanReport]
) -> tuple[Deadline, ...]:
    """Every deadline from the day of the board on, earliest first."""
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
                exact=_month_of(check.by) if check.coarse else None,
                evidence=check.evidence,
            )


def _month_of(day: date) -> Moment:
    """The month of a day, of which no more is known."""
    return replace(moment_of_day(day.replace(day=1)), precision=Precision.MONTH)


def _plan_deadlines(state: ProcessState, plans: Iterable[PlanReport]) -> Iterator[Deadline]:
    for report in plans:
        plan = report.plan
        yield from _fact_deadlines(state, plan, plan.facts, plan.title)
        for commitment in plan.commitments:
            yield from _fact_deadlines(state, plan, commitment.facts, f"{plan.title}, {commitment.title}")


def _fact_deadlines(state: ProcessState, plan: Plan, facts: Iterable[Fact], title: str) -> Iterator[Deadline]:
    """The days that facts name; where sources disagree, the day of the preferred fact."""
    for fact in facts:
        moment = fact.claim.moment
        if fact.kind not in UPCOMING_FACTS or moment is None or _is_superseded(fact, plan):
            continue
        day = state.last_day(moment)
        if not is_over(moment, state.at, state.zone):
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
    # A plan has many workshops, and each is a deadline; of every other kind only one fact is used.
    return fact in plan.facts and fact.kind is not FactKind.WORKSHOP and plan.fact(fact.kind) is not fact


def _with_disagreeing(fact: Fact, plan: Plan) -> Iterator[Evidence]:
    """The fact, and the other facts of its kind: where sources disagree the board shows all."""
    yield fact_evidence(fact)
    if fact in plan.facts and fact.kind is not FactKind.WORKSHOP:
        yield from (fact_evidence(other) for other in plan.facts_of(fact.kind) if other is not fact)
