"""Decides whether a duty is met, due or late, and builds its result with days and evidence.

`late_unless_unseen` is the only way in which something that we did not find makes a body late.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from aggregator.model import Basis, Coverage, Evidence, Rule, RuleCheck, RuleResult, quiet_days_in_words
from aggregator.model.days import day_in_words
from aggregator.observe.state.coverage import prove_absence
from aggregator.observe.state.process_state import ProcessState
from aggregator.observe.state.quiet import limit_without_quiet_days, quiet_days

# So many days before its limit, a rule that is still met is shown as due.
DUE_SOON_DAYS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Something that has to be published or done, and that we did not find."""

    # What would be its evidence, as in a search of the register.
    kind: str
    # How the sources are covered in which the evidence would stand.
    coverage: Coverage
    # The days of all evidence that we know.
    known: Collection[date] = ()
    # The last day on which it can be done. None: so many days as the rule says after the last evidence.
    by: date | None = None
    # Evidence of any day from this one on would have done; None where the days run from the last evidence.
    possible_from: date | None = None
    # Evidence may have come out up to this day, of which we know no date.
    perhaps_until: date = date.min
    # How long after a meeting its record has come out in the past.
    record_lag: int = 0
    evidence: Sequence[Evidence] = ()
    # What we know of it, in words that are published.
    why: str


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


def due(  # each argument is a part of the result
    rule: Rule,
    state: ProcessState,
    by: date,
    evidence: Sequence[Evidence],
    why: str,
    plan: str = "",
    *,
    coarse: bool = False,
) -> RuleCheck:
    """Not done yet, and in time until `by`; `coarse`: of that day only the month is known."""
    check = _check(rule, state, RuleResult.DUE, evidence, why, plan, days=(by - state.day).days, by=by)
    return replace(check, coarse=coarse)


def late_unless_unseen(rule: Rule, state: ProcessState, duty: Duty, plan: str = "") -> RuleCheck:
    """The rule for lateness: late if all of this holds, else "cannot tell", with the first that does not.

    1. Every source in which the evidence would stand was read within its interval up to this day, and one of
       them is a source of the body itself (`state/coverage.py`).
    2. Nothing can have come unseen since `duty.possible_from`: we watched without a gap, or a search joins
       on.
    3. Its last day is over. Where a duty runs from the last evidence, days that nobody watched do not count,
       and for our own marks those in quiet periods do not either.
    4. Records of this forum do not take longer to come out. A meeting held since then may have ended the
       delay without our knowing, so the delay counts up to the last day whose records must be out.
    5. After that day each of these sources was asked once more without validators, and answered.
    """
    absence = prove_absence(duty.kind, duty.known, state.day, duty.coverage, state.searches)
    if absence.seen_from is None:
        return _cannot_tell(rule, state, duty, absence.why, plan, absence.since)
    # Nobody had to before the rule was in force.
    began = max(absence.seen_from, duty.perhaps_until, rule.since or date.min, *duty.known)
    by = duty.by or last_day_from(rule, state, began)
    reason = _too_early(rule, state, duty, absence.seen_from, by) or _not_asked_again(duty, by)
    if reason:
        return _cannot_tell(rule, state, duty, reason, plan)
    if not duty.record_lag or duty.possible_from:
        why = f"{duty.why}; looked for in: {absence.searched}"
        return _late(rule, state, (state.day - by).days, duty.evidence, why, plan)
    # Evidence of a later day would end the delay, and may not be out yet: so it is told of that day only.
    why = f"{duty.why}; the record of a later meeting may not be out yet; looked for in: {absence.searched}"
    counted_on = last_day_with_records(state, duty.record_lag)
    return replace(
        _late(rule, state, (counted_on - by).days, duty.evidence, why, plan), counted_on=counted_on
    )


def _too_early(rule: Rule, state: ProcessState, duty: Duty, seen_from: date, by: date) -> str:
    """Why the last day is not over, or not known; empty if it is."""
    if seen_from > (duty.possible_from or seen_from) or state.day <= by:
        if rule.since and rule.since > seen_from and not duty.possible_from:
            return f"it has been in force only since {day_in_words(rule.since)}"
        if duty.perhaps_until > seen_from:
            return "on which day that was is not known"
        return f"we have looked only from {day_in_words(seen_from)} on"
    if last_day_with_records(state, duty.record_lag) <= by:
        lag = f"its records have come out up to {duty.record_lag} days after a meeting"
        return f"the limit was {day_in_words(by)}; {lag}"
    return ""


def _not_asked_again(duty: Duty, by: date) -> str:
    waiting = duty.coverage.not_asked_after(by)
    return (
        f"the limit was {day_in_words(by)}, and not asked again since: {', '.join(waiting)}"
        if waiting
        else ""
    )


def last_day_with_records(state: ProcessState, record_lag: int) -> date:
    """The last day of whose meetings the records must be out."""
    return state.day - timedelta(days=record_lag)


def late_after_all(
    rule: Rule, state: ProcessState, days: int, evidence: Sequence[Evidence], why: str, plan: str
) -> RuleCheck:
    """Done, but `days` too late, as its own evidence shows: nothing is missing, so nothing is proven."""
    return _late(rule, state, days, evidence, why, plan)


def last_day_of_count(rule: Rule, span: timedelta, known: Sequence[date], coverage: Coverage) -> date:
    """The last day with the rule's `count` of the `known` days, newest first, in the `span` up to it.

    Nobody watched before coverage, and nobody had to before the rule was in force: it counts as if it had
    been met when either began.
    """
    needed = known[rule.count - 1 : rule.count]
    return max([*needed, rule.since or date.min, coverage.since or date.max - span]) + span


def quiet_text(state: ProcessState, after: date) -> str:
    """`; of these 143 days, 45 were in the pre-election period before …`; empty without such days."""
    found = quiet_days(state.quiet_periods, after, state.day)
    if not found:
        return ""
    return f"; of these {(state.day - after).days} days, {quiet_days_in_words(found)}"


def last_day_from(rule: Rule, state: ProcessState, start: date) -> date:
    """The last day of a duty that runs for the rule's `days` from a day."""
    if rule.basis is Basis.OURS:
        return limit_without_quiet_days(start, rule.days, state.quiet_periods)
    return start + timedelta(days=rule.days)


def _late(
    rule: Rule, state: ProcessState, days: int, evidence: Sequence[Evidence], why: str, plan: str
) -> RuleCheck:
    """Past the limit by `days`: overdue, or past our own limit where the rule is only ours."""
    # Our own limit is no rule of anybody: passing it is mentioned, but never called overdue (decision 14).
    result = RuleResult.PAST_OUR_LIMIT if rule.basis is Basis.OURS else RuleResult.OVERDUE
    check = _check(rule, state, result, evidence, why, plan, days=days)
    return replace(check, reconstructed=check.reconstructed or before_coverage(state, evidence))


def _cannot_tell(
    rule: Rule, state: ProcessState, duty: Duty, reason: str, plan: str, since: date | None = None
) -> RuleCheck:
    """Unknown: we found nothing, and that proves nothing."""
    return unknown(rule, state, duty.evidence, f"{duty.why}; {reason}", since, plan)


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


def before_first_poll(state: ProcessState) -> bool:
    """Whether the day of the board lies before our first poll."""
    return state.coverage.first_poll is None or state.day < state.coverage.first_poll


def before_coverage(state: ProcessState, evidence: Sequence[Evidence]) -> bool:
    """Whether the evidence is older than our coverage, so that the days between were not watched."""
    since = state.coverage.since
    return since is None or any(one.moment and state.last_day(one.moment) < since for one in evidence)
