"""How a rule's result is worded: met, due, overdue or not to be told, with its days and evidence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from aggregator.model import Basis, Evidence, Rule, RuleCheck, RuleResult
from aggregator.observe.state.coverage import Absence
from aggregator.observe.state.process_state import ProcessState

SOON: Final = 30
"""Days before its limit from which what is met is shown as due."""

EvidenceList = Sequence[Evidence]


def met_until(
    rule: Rule, state: ProcessState, by: date, found: EvidenceList, why: str, plan: str = ""
) -> RuleCheck:
    """Met until `by`; due in the last 30 days before it."""
    left = (by - state.day).days
    standing = RuleResult.MET if left > SOON else RuleResult.DUE
    return RuleCheck(
        rule=rule,
        result=standing,
        days=left,
        by=by,
        why=why,
        evidence=tuple(found),
        plan=plan,
        reconstructed=before_first_poll(state),
    )


def met(rule: Rule, state: ProcessState, found: EvidenceList, why: str, plan: str = "") -> RuleCheck:
    """Met for good, or as far as this day goes."""
    return RuleCheck(
        rule=rule,
        result=RuleResult.MET,
        why=why,
        evidence=tuple(found),
        plan=plan,
        reconstructed=before_first_poll(state),
    )


def due(
    rule: Rule, state: ProcessState, by: date, found: EvidenceList, why: str, plan: str = ""
) -> RuleCheck:
    """Not done yet, and in time until `by`."""
    days = (by - state.day).days
    return RuleCheck(
        rule=rule,
        result=RuleResult.DUE,
        days=days,
        by=by,
        why=why,
        evidence=tuple(found),
        plan=plan,
        reconstructed=before_first_poll(state),
    )


def overdue(
    rule: Rule, state: ProcessState, days: int, found: EvidenceList, why: str, plan: str = ""
) -> RuleCheck:
    """Past the limit by so many days: overdue, or past our own mark where the limit is only ours."""
    standing = RuleResult.PAST_OUR_LIMIT if rule.basis is Basis.OURS else RuleResult.OVERDUE
    return RuleCheck(
        rule=rule,
        result=standing,
        days=days,
        why=why,
        evidence=tuple(found),
        plan=plan,
        reconstructed=before_first_poll(state) or before_coverage(state, found),
    )


def not_met(
    rule: Rule, state: ProcessState, days: int | None, found: EvidenceList, why: str, plan: str
) -> RuleCheck:
    """Not met, as somebody whose place it is found so many days ago."""
    return RuleCheck(
        rule=rule,
        result=RuleResult.NOT_MET,
        days=days,
        why=why,
        evidence=tuple(found),
        plan=plan,
        reconstructed=before_first_poll(state),
    )


def unknown(
    rule: Rule, state: ProcessState, found: EvidenceList, why: str, since: date | None = None, plan: str = ""
) -> RuleCheck:
    """It cannot be told, and why."""
    return RuleCheck(
        rule=rule,
        result=RuleResult.UNKNOWN,
        since=since,
        why=why,
        evidence=tuple(found),
        plan=plan,
        reconstructed=before_first_poll(state),
    )


def absence_unproven(
    rule: Rule, state: ProcessState, absence: Absence, found: EvidenceList, why: str, plan: str = ""
) -> RuleCheck:
    """Nothing was found, and that is no proof."""
    return unknown(rule, state, found, f"{why}; {absence.why}" if absence.why else why, absence.since, plan)


def before_first_poll(state: ProcessState) -> bool:
    """Whether the day lies before our first poll."""
    return state.coverage.first_read is None or state.day < state.coverage.first_read


def before_coverage(state: ProcessState, found: EvidenceList) -> bool:
    """Whether the evidence is older than our first poll, so that what lies between was not watched."""
    since = state.coverage.since
    return since is None or any(one.moment and state.last_day(one.moment) < since for one in found)
