"""Each rule held against a process: the table of measures, and whom a rule binds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from aggregator.model import Measure, Rule, RuleCheck, RuleResult
from aggregator.observe.rules import findings, meetings, plans, records
from aggregator.observe.rules.results import unknown
from aggregator.observe.state.process_state import ProcessState


def _not_evaluated(rule: Rule, state: ProcessState) -> RuleCheck:
    return unknown(rule, state, [], "the wording of this rule is not sourced, so nothing is said by it")


MEASURES: Final[Mapping[Measure, Callable[[Rule, ProcessState], RuleCheck]]] = {
    Measure.MEETING_INTERVAL: meetings.meeting_interval,
    Measure.MEETINGS_A_YEAR: meetings.meetings_a_year,
    Measure.MEETINGS_IN_PLAN_YEARS: meetings.meetings_in_plan_years,
    Measure.TERMS: records.terms,
    Measure.WEBSITE: records.website,
    Measure.REPOSITORY: records.repository,
    Measure.LAST_RECORD: records.last_record,
    Measure.RESPONSE: plans.response,
    Measure.NEXT_PLAN: plans.next_plan,
    Measure.FINDING: findings.check_finding,
    Measure.RESULT: findings.check_result,
    Measure.BRIEF: plans.brief,
    Measure.REVIEW: plans.review,
    Measure.COMPLETION: plans.completion,
    Measure.LENGTH: plans.length,
    Measure.NOT_EVALUATED: _not_evaluated,
}


def check_rules(rules: Iterable[Rule], state: ProcessState) -> tuple[RuleCheck, ...]:
    """Every rule in the order of the register; one that does not bind this process, or not yet, says so."""
    return tuple(_check(rule, state) for rule in rules)


def _check(rule: Rule, state: ProcessState) -> RuleCheck:
    if state.process.id not in rule.applies_to:
        return RuleCheck(rule=rule, result=RuleResult.NOT_APPLICABLE, why="it does not bind this process")
    if rule.since and state.day < rule.since:
        return RuleCheck(rule=rule, result=RuleResult.NOT_APPLICABLE, why="it was not in force yet")
    return MEASURES[rule.measure](rule, state)
