"""Decides whether a rule is met, due or overdue, and builds its result with days and evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from aggregator.model import Basis, Evidence, Rule, RuleCheck, RuleResult
from aggregator.observe.state.coverage import Absence
from aggregator.observe.state.process_state import ProcessState

# So many days before its limit, a rule that is still met is shown as due.
DUE_SOON_DAYS: Final = 30


def met_until(
    rule: Rule, state: ProcessState, by: date, evidence: Sequence[Evidence], why: str, plan: str = ""
) -> RuleCheck:
    """Met until `by`, or due in the last `DUE_SOON_DAYS` before it."""
    left = (by - state.day).days
    result = RuleResult.MET if left > DUE_SOON_DAYS else RuleResult.DUE
    return _check(rule, state, result, evidence, why, plan, days=left, by=by)


def met(rule: Rule, state: ProcessState, evidence: Sequence[Evidence], why: str, plan: str = "") -> RuleCheck:
    """Met, with no day on which that ends."""
    return _check(rule, state, RuleResult.MET, evidence, why, plan)


def due(
    rule: Rule, state: ProcessState, by: date, evidence: Sequence[Evidence], why: str, plan: str = ""
) -> RuleCheck:
    """Not done yet, and in time until `by`."""
    return _check(rule, state, RuleResult.DUE, evidence, why, plan, days=(by - state.day).days, by=by)


def overdue(
    rule: Rule, state: ProcessState, days: int, evidence: Sequence[Evidence], why: str, plan: str = ""
) -> RuleCheck:
    """Past the limit by `days`: overdue, or past our own limit where the rule is only ours."""
    # Our own limit is no rule of anybody: passing it is mentioned, but never called overdue (decision 14).
    result = RuleResult.PAST_OUR_LIMIT if rule.basis is Basis.OURS else RuleResult.OVERDUE
    check = _check(rule, state, result, evidence, why, plan, days=days)
    return replace(check, reconstructed=check.reconstructed or before_coverage(state, evidence))


def not_met(
    rule: Rule, state: ProcessState, days: int | None, evidence: Sequence[Evidence], why: str, plan: str
) -> RuleCheck:
    """Not met, as the Partnership or its Independent Reporting Mechanism found `days` ago."""
    return _check(rule, state, RuleResult.NOT_MET, evidence, why, plan, days=days)


def unknown(
    rule: Rule,
    state: ProcessState,
    evidence: Sequence[Evidence],
    why: str,
    since: date | None = None,
    plan: str = "",
) -> RuleCheck:
    """We cannot say whether the rule is met; `why` gives the reason, `since` the day from which on."""
    return _check(rule, state, RuleResult.UNKNOWN, evidence, why, plan, since=since)


def _check(  # noqa: PLR0913  # each argument is a part of the result
    rule: Rule,
    state: ProcessState,
    result: RuleResult,
    evidence: Sequence[Evidence],
    why: str,
    plan: str,
    *,
    days: int | None = None,
    by: date | None = None,
    since: date | None = None,
) -> RuleCheck:
    return RuleCheck(
        rule=rule,
        result=result,
        why=why,
        evidence=tuple(evidence),
        plan=plan,
        days=days,
        by=by,
        since=since,
        reconstructed=before_first_poll(state),
    )


def absence_unproven(
    rule: Rule, state: ProcessState, absence: Absence, evidence: Sequence[Evidence], why: str, plan: str = ""
) -> RuleCheck:
    """Unknown: we found nothing, and that proves nothing."""
    return unknown(
        rule, state, evidence, f"{why}; {absence.why}" if absence.why else why, absence.since, plan
    )


def before_first_poll(state: ProcessState) -> bool:
    """Whether the day of the board lies before our first poll."""
    return state.coverage.first_read is None or state.day < state.coverage.first_read


def before_coverage(state: ProcessState, evidence: Sequence[Evidence]) -> bool:
    """Whether the evidence is older than our coverage, so that the days between were not watched."""
    since = state.coverage.since
    return since is None or any(one.moment and state.last_day(one.moment) < since for one in evidence)
