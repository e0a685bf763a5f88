"""Checks rules about meetings: days since the last one, number in a year or in each year of a plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from aggregator.model import Evidence, FactKind, Meeting, Plan, Rule, RuleCheck
from aggregator.model.days import COARSE, day_in_words, first_day, months_after
from aggregator.observe.rules.due_or_overdue import (
    Duty,
    due,
    last_day_of_count,
    last_day_with_records,
    late_unless_unseen,
    met,
    met_until,
    quiet_text,
    unknown,
)
from aggregator.observe.state.process_state import ProcessState
from aggregator.observe.state.stages import available_on

YEAR = timedelta(days=365)
ONE_DAY = timedelta(days=1)
# The kind of a search for meetings.
MEETING = "meeting"
# A page that came out so many days after the meeting is a copy, and tells nothing of the time records take.
COPY_AFTER = 92


def check_meeting_interval(rule: Rule, state: ProcessState) -> RuleCheck:
    """The last meeting was at most `days` ago.

    A meeting whose record came out on an unknown day never counts against the body: it can make the result
    unknown, and the days over the limit fewer.
    """
    meetings = _formal_meetings(state)
    certain = next((meeting for meeting in meetings if meeting.sure), None)
    limit = timedelta(days=rule.days)
    if certain and state.day - certain.day <= limit:
        return met_until(
            rule,
            state,
            certain.day + limit,
            certain.evidence,
            f"the last meeting was held on {day_in_words(certain.day)}",
        )
    newest = meetings[0] if meetings else None
    evidence = newest.evidence if newest else ()
    if newest and state.day - newest.day <= limit:
        why = (
            f"a meeting was held on {day_in_words(newest.day)}; on which day its record came out is not known"
        )
        return unknown(rule, state, evidence, why)
    why = (
        f"the last meeting that we know of was held on {day_in_words(newest.day)}"
        if newest
        else "no meeting is known to us"
    )
    perhaps = _unknown_meetings(state, newest.day if newest else date.min)
    return late_unless_unseen(
        rule,
        state,
        Duty(
            kind=MEETING,
            coverage=state.forum_coverage,
            known=[meeting.day for meeting in meetings],
            perhaps_until=max((state.came_out_by(one) for one in perhaps), default=date.min),
            record_lag=longest_lag(state),
            evidence=[*perhaps, *evidence],
            why=why + _perhaps_text(perhaps) + (quiet_text(state, newest.day) if newest else ""),
        ),
    )


def check_meetings_a_year(rule: Rule, state: ProcessState) -> RuleCheck:
    """At least `count` meetings in the 365 days up to this one."""
    meetings = [meeting for meeting in _formal_meetings(state) if state.day - meeting.day <= YEAR]
    certain = [meeting for meeting in meetings if meeting.sure]
    evidence = [one for meeting in meetings for one in meeting.evidence]
    if rule.until and state.day > rule.until:
        return unknown(
            rule,
            state,
            evidence,
            f"whether it holds after {day_in_words(rule.until)} is not known",
            rule.until,
        )
    if len(certain) >= rule.count:
        # The rule stays met until the earliest of the meetings that it needs is more than a year ago.
        by = certain[rule.count - 1].day + YEAR
        return met_until(rule, state, by, evidence, f"{len(certain)} meetings in the last 365 days")
    why = f"meetings in the last 365 days that we know: {len(meetings)}; {rule.count} are asked for"
    if len(meetings) >= rule.count:
        return unknown(rule, state, evidence, f"{why}; on which days their records came out is not")
    if (perhaps := _unknown_meetings(state, state.day - YEAR)) and len(meetings) + len(perhaps) >= rule.count:
        return unknown(rule, state, [*perhaps, *evidence], f"{why}{_perhaps_text(perhaps)}")
    known, lag = [meeting.day for meeting in _formal_meetings(state)], longest_lag(state)
    # As it stood on the day that the delay is told for.
    known_then = [day for day in known if day <= last_day_with_records(state, lag)]
    return late_unless_unseen(
        rule,
        state,
        Duty(
            kind=MEETING,
            coverage=state.forum_coverage,
            known=known,
            by=last_day_of_count(rule, YEAR, known_then, state.forum_coverage),
            record_lag=lag,
            evidence=evidence,
            why=why,
        ),
    )


def check_meetings_in_plan_years(rule: Rule, state: ProcessState) -> RuleCheck:
    """At least `count` meetings in each year of the newest plan that has begun.

    The rule is for years: a rest of one, up to the plan's end, can be met but never be late.
    """
    plan = next((plan for plan in reversed(state.plans) if _has_begun(plan, state)), None)
    if plan is None or (begins := _first_day(plan, state)) is None:
        return unknown(rule, state, (), "no plan with a first day is known")
    years = [
        (number, year)
        for number, year in enumerate(_years(begins, plan, state), 1)
        if year[1] >= (rule.since or date.min)
    ]
    if not years:
        return unknown(rule, state, (), "no year of a plan is known in which the rule was in force")
    for number, (first, last) in years:
        meetings = [meeting for meeting in _formal_meetings(state) if first <= meeting.day <= last]
        evidence = [one for meeting in meetings for one in meeting.evidence]
        count = f"{len(meetings)} of {rule.count} meetings known"
        why = f"year {number} of the plan, up to {day_in_words(last)}: {count}"
        if len(meetings) >= rule.count:
            continue
        if last >= state.day:
            if last + ONE_DAY - first < YEAR:
                return unknown(rule, state, evidence, f"{why}; it is shorter than a year", plan=plan.id)
            return due(rule, state, last, evidence, why, plan.id)
        return _too_few_in_year(rule, state, (first, last), evidence, why, plan.id)
    return met(rule, state, [], "in each year of the plan so far", plan.id)


def _too_few_in_year(
    rule: Rule,
    state: ProcessState,
    year: tuple[date, date],
    evidence: Sequence[Evidence],
    why: str,
    plan: str,
) -> RuleCheck:
    """A year of the plan ended with too few known meetings: it cannot be made good (decision 14)."""
    first, last = year
    # A record of a meeting in that year may have come out later.
    perhaps = _unknown_meetings(state, first - ONE_DAY, last + timedelta(days=COPY_AFTER))
    known = sum(first <= meeting.day <= last for meeting in _formal_meetings(state))
    if perhaps and known + len(perhaps) >= rule.count:
        return unknown(rule, state, [*perhaps, *evidence], f"{why}{_perhaps_text(perhaps)}", plan=plan)
    if last + ONE_DAY - first < YEAR:
        return unknown(rule, state, evidence, f"{why}; it was shorter than a year", plan=plan)
    duty = Duty(
        kind=MEETING,
        coverage=state.forum_coverage,
        known=[meeting.day for meeting in _formal_meetings(state)],
        by=last,
        possible_from=first,
        record_lag=longest_lag(state),
        evidence=evidence,
        why=why,
    )
    return late_unless_unseen(rule, state, duty, plan)


def _has_begun(plan: Plan, state: ProcessState) -> bool:
    begins = _first_day(plan, state) if available_on(plan, state) else None
    return begins is not None and begins <= state.day


def _first_day(plan: Plan, state: ProcessState) -> date | None:
    """The first day of the plan's period where it is known, else the day on which the plan was available."""
    fact = plan.fact(FactKind.BEGINS)
    if fact and fact.claim.moment:
        return first_day(fact.claim.moment, state.zone)
    return available_on(plan, state)


def _years(begins: date, plan: Plan, state: ProcessState) -> Iterator[tuple[date, date]]:
    """First and last day of each year of the plan that has begun; the last year stops at the plan's end."""
    fact = plan.fact(FactKind.ENDS)
    end = state.last_day(fact.claim.moment) if fact and fact.claim.moment else date.max
    first = begins
    while first <= min(end, state.day):
        following = months_after(first, 12)
        yield first, min(following - timedelta(days=1), end)
        first = following


def _unknown_meetings(state: ProcessState, after: date, until: date = date.max) -> list[Evidence]:
    """The records that may be of a meeting after a day, as they do not tell of which; newest first."""
    found = [one for one in state.unknown_meetings if after < state.came_out_by(one) <= until]
    return sorted(found, key=lambda one: (state.came_out_by(one), one.title), reverse=True)


def _perhaps_text(perhaps: Sequence[Evidence]) -> str:
    return f"; a record that tells no day may be of another meeting: {perhaps[0].title}" if perhaps else ""


def _formal_meetings(state: ProcessState) -> list[Meeting]:
    return [meeting for meeting in state.meetings if meeting.formal]


def longest_lag(state: ProcessState) -> int:
    """The longest time in days that a record of this forum is known to have taken, up to `COPY_AFTER`.

    While none is known, it may take as long as that.
    """
    lags = [
        (state.last_day(one.moment) - meeting.day).days
        for meeting in state.meetings
        for one in meeting.evidence
        if one.moment and not one.no_later and one.moment.precision not in COARSE
    ]
    return max((lag for lag in lags if 0 <= lag <= COPY_AFTER), default=COPY_AFTER)
