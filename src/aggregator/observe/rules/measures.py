"""Checks the rules of the register: the table of measures, and to which processes a rule applies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from aggregator.model import Measure, Rule, RuleCheck, RuleResult
from aggregator.observe.rules import findings, meetings, plans, records
from aggregator.observe.rules.due_or_overdue import unknown
from aggregator.observe.state.process_state import ProcessState


def _not_evaluated(rule: Rule, state: ProcessState) -> RuleCheck:
    return unknown(rule, state, [], "the wording of this rule is not sourced, so nothing is said by it")


# A measure that is about plans gives a check for each.
Check = Callable[[Rule, ProcessState], RuleCheck | tuple[RuleCheck, ...]]
MEASURES: Final[Mapping[Measure, Check]] = {
    Measure.MEETING_INTERVAL: meetings.check_meeting_interval,
    Measure.MEETINGS_A_YEAR: meetings.check_meetings_a_year,
    Measure.MEETINGS_IN_PLAN_YEARS: meetings.check_meetings_in_plan_years,
    Measure.TERMS: records.check_terms_of_reference,
    Measure.WEBSITE: records.check_website,
    Measure.REPOSITORY: records.check_repository,
    Measure.LAST_RECORD: records.check_last_record,
    Measure.RESPONSE: plans.check_response,
    Measure.NEXT_PLAN: plans.check_next_plan,
    Measure.FINDING: findings.check_review_findings,
    Measure.RESULT: findings.check_results_findings,
    Measure.BRIEF: plans.check_briefs,
    Measure.REVIEW: plans.check_reviews,
    Measure.COMPLETION: plans.check_completions,
    Measure.LENGTH: plans.check_length,
    Measure.NOT_EVALUATED: _not_evaluated,
}


def check_rules(rules: Iterable[Rule], state: ProcessState) -> tuple[RuleCheck, ...]:
    """The checks of every rule, in the order of the register; those that do not apply, or not yet, say so."""
    return tuple(check for rule in rules for check in _checks(rule, state))


def _checks(rule: Rule, state: ProcessState) -> tuple[RuleCheck, ...]:
    found = _check(rule, state)
    return (found,) if isinstance(found, RuleCheck) else found


def _check(rule: Rule, state: ProcessState) -> RuleCheck | tuple[RuleCheck, ...]:
    if state.process.id not in rule.applies_to:
        return RuleCheck(rule=rule, result=RuleResult.NOT_APPLICABLE, why="it does not bind this process")
    if rule.since and state.day < rule.since:
        return RuleCheck(rule=rule, result=RuleResult.NOT_APPLICABLE, why="it was not in force yet")
    return MEASURES[rule.measure](rule, state)
