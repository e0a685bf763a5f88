"""Checks rules that others decide: what the independent review or the Partnership itself found of a plan."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from aggregator.model import Fact, FactKind, Plan, Rule, RuleCheck, RuleResult
from aggregator.model.days import COARSE, moment_in_words
from aggregator.observe.rules.due_or_overdue import met, not_met, unknown
from aggregator.observe.rules.plans import newest_plan
from aggregator.observe.state.process_state import ProcessState, fact_evidence
from aggregator.observe.state.stages import ended_on

RESULT_TEXTS = {True: "met", False: "not met", None: "without a verdict"}


def check_review_findings(rule: Rule, state: ProcessState) -> tuple[RuleCheck, ...]:
    """What was found of the newest plan; until it is judged, also of the last one that was."""
    return _with_last_verdict(newest_plan(state), rule, state)


def check_results_findings(rule: Rule, state: ProcessState) -> tuple[RuleCheck, ...]:
    """What was found of the last plan that ended: a Results Report comes after a plan's end.

    Until it is judged, also of the last one that was.
    """
    last_ended = next((plan for plan in reversed(state.plans) if ended_on(plan, state)), None)
    return _with_last_verdict(last_ended, rule, state)


def _with_last_verdict(plan: Plan | None, rule: Rule, state: ProcessState) -> tuple[RuleCheck, ...]:
    check = _check_plan(plan, rule, state)
    if check.result is not RuleResult.UNKNOWN:
        return (check,)
    judged = next((one for one in reversed(state.plans) if _decided(_findings(one, rule), state)), None)
    return (check, _check_plan(judged, rule, state)) if judged and judged is not plan else (check,)


def _check_plan(plan: Plan | None, rule: Rule, state: ProcessState) -> RuleCheck:
    if plan is None:
        return unknown(rule, state, [], "no plan is known on which it could be found")
    # Only the Partnership and its reviewers decide these rules (decision 14): without a finding they are
    # unknown.
    plan_findings = _findings(plan, rule)
    if not plan_findings:
        return _no_finding(plan, rule, state)
    evidence, decided = [fact_evidence(fact) for fact in plan_findings], _decided(plan_findings, state)
    if not decided:
        return unknown(
            rule, state, evidence, f"what was found of {plan.title} gives no verdict", plan=plan.id
        )
    if decided[-1].met:
        return met(rule, state, evidence, _found_text(plan, decided[-1], state), plan.id)
    first_against = next(fact for fact in decided if fact.met is False)
    why = _found_text(plan, first_against, state)
    return not_met(rule, state, _days_since(first_against, state), evidence, why, plan.id)


def _found_text(plan: Plan, finding: Fact, state: ProcessState) -> str:
    """`so it was found of PLAN on 2 August 2022`; without a day `so it was found of PLAN`."""
    moment = finding.claim.moment
    return f"so it was found of {plan.title}" + (f" {moment_in_words(moment, state.zone)}" if moment else "")


def _no_finding(plan: Plan, rule: Rule, state: ProcessState) -> RuleCheck:
    """Unknown: there is no finding on this plan. Those on the last plan that has any are shown."""
    why = f"no finding on {plan.title} is known to us"
    before = next((one for one in reversed(state.plans) if _findings(one, rule)), None)
    if before is None:
        return unknown(rule, state, [], why, plan=plan.id)
    plan_findings = _findings(before, rule)
    decided = _decided(plan_findings, state)
    last_result = RESULT_TEXTS[decided[-1].met if decided else None]
    why += f"; the last one on record, on {before.title}: {last_result}"
    return unknown(rule, state, [fact_evidence(fact) for fact in plan_findings], why, plan=plan.id)


def _decided(plan_findings: Iterable[Fact], state: ProcessState) -> list[Fact]:
    """The findings that say met or not met, oldest first."""
    return sorted(
        (fact for fact in plan_findings if fact.met is not None), key=lambda fact: _day(fact, state)
    )


def _findings(plan: Plan, rule: Rule) -> list[Fact]:
    return [fact for fact in plan.facts_of(FactKind.FINDING) if fact.rule == rule.id]


def _day(fact: Fact, state: ProcessState) -> date:
    return state.last_day(fact.claim.moment) if fact.claim.moment else date.min


def _days_since(fact: Fact, state: ProcessState) -> int | None:
    """Since when; None where no day is known."""
    moment = fact.claim.moment
    return (state.day - _day(fact, state)).days if moment and moment.precision not in COARSE else None
