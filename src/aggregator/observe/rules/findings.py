"""Rules that others judge: what the independent review, or the Partnership itself, found of a plan."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from aggregator.model import Check, Fact, FactKind, Plan, Rule
from aggregator.observe.rules.plans import newest
from aggregator.observe.rules.results import found_against, met, untold
from aggregator.observe.state.process_state import ProcessState, evidence
from aggregator.observe.state.stages import ended

VERDICTS = {True: "met", False: "not met", None: "without a verdict"}


def finding(rule: Rule, known: ProcessState) -> Check:
    """What was found of the newest plan; a finding on an earlier one is named and decides nothing."""
    return _of(newest(known), rule, known)


def result(rule: Rule, known: ProcessState) -> Check:
    """What was found of the last plan that ended: results are reported after a plan's end."""
    over = next((plan for plan in reversed(known.plans) if ended(plan, known)), None)
    return _of(over, rule, known)


def _of(plan: Plan | None, rule: Rule, known: ProcessState) -> Check:
    if plan is None:
        return untold(rule, known, [], "no plan is known on which it could be found")
    told = _findings(plan, rule)
    if not told:
        return _nothing(plan, rule, known)
    found, judged = [evidence(fact) for fact in told], _judged(told, known)
    if not judged:
        return untold(rule, known, found, f"what was found of {plan.title} gives no verdict", plan=plan.id)
    why, last = f"so it was found of {plan.title}", judged[-1].verdict
    if last:
        return met(rule, known, found, why, plan.id)
    first = next(fact for fact in judged if fact.verdict is last)
    return found_against(rule, known, _since(first, known), found, why, plan.id)


def _nothing(plan: Plan, rule: Rule, known: ProcessState) -> Check:
    """No finding on this plan: those on the last plan that has any are shown, with what they said."""
    why = f"no finding on {plan.title} is known to us"
    before = next((one for one in reversed(known.plans) if _findings(one, rule)), None)
    if before is None:
        return untold(rule, known, [], why, plan=plan.id)
    told = _findings(before, rule)
    judged = _judged(told, known)
    said = VERDICTS[judged[-1].verdict if judged else None]
    why += f"; the last one on record, on {before.title}: {said}"
    return untold(rule, known, [evidence(fact) for fact in told], why, plan=plan.id)


def _judged(told: Iterable[Fact], known: ProcessState) -> list[Fact]:
    """Those that give a verdict, the oldest first."""
    return sorted((fact for fact in told if fact.verdict is not None), key=lambda fact: _day(fact, known))


def _findings(plan: Plan, rule: Rule) -> list[Fact]:
    return [fact for fact in plan.facts_of(FactKind.FINDING) if fact.rule == rule.id]


def _day(fact: Fact, known: ProcessState) -> date:
    return known.last(fact.claim.moment) if fact.claim.moment else date.min


def _since(fact: Fact, known: ProcessState) -> int | None:
    return (known.day - _day(fact, known)).days if fact.claim.moment else None
