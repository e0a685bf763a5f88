"""Each rule held against a process: the table of measures, and whom a rule binds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from aggregator.model import Check, Measure, Rule, Standing
from aggregator.observe import of_findings, of_meetings, of_plans, of_records
from aggregator.observe.knowing import Known
from aggregator.observe.verdicts import untold


def _unsourced(rule: Rule, known: Known) -> Check:
    return untold(rule, known, [], "the wording of this rule is not sourced, so nothing is said by it")


MEASURES: Final[Mapping[Measure, Callable[[Rule, Known], Check]]] = {
    Measure.MEETING_INTERVAL: of_meetings.meeting_interval,
    Measure.MEETINGS_A_YEAR: of_meetings.meetings_a_year,
    Measure.MEETINGS_IN_PLAN_YEARS: of_meetings.meetings_in_plan_years,
    Measure.TERMS: of_records.terms,
    Measure.WEBSITE: of_records.website,
    Measure.REPOSITORY: of_records.repository,
    Measure.LAST_RECORD: of_records.last_record,
    Measure.RESPONSE: of_plans.response,
    Measure.NEXT_PLAN: of_plans.next_plan,
    Measure.FINDING: of_findings.finding,
    Measure.RESULT: of_findings.result,
    Measure.BRIEF: of_plans.brief,
    Measure.REVIEW: of_plans.review,
    Measure.COMPLETION: of_plans.completion,
    Measure.LENGTH: of_plans.length,
    Measure.UNTOLD: _unsourced,
}


def checks(rules: Iterable[Rule], known: Known) -> tuple[Check, ...]:
    """Every rule in the order of the register; one that does not bind this process, or not yet, says so."""
    return tuple(_check(rule, known) for rule in rules)


def _check(rule: Rule, known: Known) -> Check:
    if known.process.id not in rule.binds:
        return Check(rule=rule, standing=Standing.NOT_BOUND, why="it does not bind this process")
    if rule.since and known.day < rule.since:
        return Check(rule=rule, standing=Standing.NOT_BOUND, why="it was not in force yet")
    return MEASURES[rule.measure](rule, known)
