"""Each rule held against a process: the table of measures, and whom a rule binds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from aggregator.model import Check, Measure, Rule, RuleResult
from aggregator.observe.rules import findings, meetings, plans, records
from aggregator.observe.rules.results import untold
from aggregator.observe.state.process_state import ProcessState


def _unsourced(rule: Rule, known: ProcessState) -> Check:
    return untold(rule, known, [], "the wording of this rule is not sourced, so nothing is said by it")


MEASURES: Final[Mapping[Measure, Callable[[Rule, ProcessState], Check]]] = {
    Measure.MEETING_INTERVAL: meetings.meeting_interval,
    Measure.MEETINGS_A_YEAR: meetings.meetings_a_year,
    Measure.MEETINGS_IN_PLAN_YEARS: meetings.meetings_in_plan_years,
    Measure.TERMS: records.terms,
    Measure.WEBSITE: records.website,
    Measure.REPOSITORY: records.repository,
    Measure.LAST_RECORD: records.last_record,
    Measure.RESPONSE: plans.response,
    Measure.NEXT_PLAN: plans.next_plan,
    Measure.FINDING: findings.finding,
    Measure.RESULT: findings.result,
    Measure.BRIEF: plans.brief,
    Measure.REVIEW: plans.review,
    Measure.COMPLETION: plans.completion,
    Measure.LENGTH: plans.length,
    Measure.UNTOLD: _unsourced,
}


def checks(rules: Iterable[Rule], known: ProcessState) -> tuple[Check, ...]:
    """Every rule in the order of the register; one that does not bind this process, or not yet, says so."""
    return tuple(_check(rule, known) for rule in rules)


def _check(rule: Rule, known: ProcessState) -> Check:
    if known.process.id not in rule.binds:
        return Check(rule=rule, standing=RuleResult.NOT_BOUND, why="it does not bind this process")
    if rule.since and known.day < rule.since:
        return Check(rule=rule, standing=RuleResult.NOT_BOUND, why="it was not in force yet")
    return MEASURES[rule.measure](rule, known)
