"""Rules about meetings: how long ago the last one was, how many there were in a year or in a plan's year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from aggregator.model import Check, Evidence, FactKind, Meeting, Plan, Rule
from aggregator.model.days import in_words, months_after
from aggregator.observe.rules.results import due, met, over, unproven, untold, within
from aggregator.observe.state.coverage import Absence, absence
from aggregator.observe.state.process_state import ProcessState
from aggregator.observe.state.stages import out

YEAR = timedelta(days=365)


def meeting_interval(rule: Rule, known: ProcessState) -> Check:
    """The last meeting lies no more than `days` back.

    A meeting whose record came out on a day that nobody knows is never counted against the body: it can make
    the answer "cannot tell", and the days over fewer.
    """
    held = _formal(known)
    sure = next((meeting for meeting in held if meeting.sure), None)
    limit = timedelta(days=rule.days)
    if sure and known.day - sure.held <= limit:
        return within(
            rule,
            known,
            sure.held + limit,
            sure.evidence,
            f"the last meeting was held on {in_words(sure.held)}",
        )
    newest = held[0] if held else None
    found = newest.evidence if newest else ()
    if newest and known.day - newest.held <= limit:
        why = f"a meeting was held on {in_words(newest.held)}; on which day its record came out is not known"
        return untold(rule, known, found, why)
    why = (
        f"the last meeting that we know of was held on {in_words(newest.held)}"
        if newest
        else "no meeting is known to us"
    )
    gone = _no_more(known, newest.held if newest else None)
    if gone.proven is None or known.day - gone.proven <= limit:
        return unproven(rule, known, gone, found, why)
    passed = (known.day - gone.proven - limit).days
    return over(rule, known, passed, found, f"{why}; looked for in: {gone.where}")


def meetings_a_year(rule: Rule, known: ProcessState) -> Check:
    """At least `count` meetings in the 365 days up to this one."""
    held = [meeting for meeting in _formal(known) if known.day - meeting.held <= YEAR]
    sure = [meeting for meeting in held if meeting.sure]
    found = [one for meeting in held for one in meeting.evidence]
    if rule.until and known.day > rule.until:
        return untold(
            rule, known, found, f"whether it holds after {in_words(rule.until)} is not known", rule.until
        )
    if len(sure) >= rule.count:
        by = sure[rule.count - 1].held + YEAR
        return within(rule, known, by, found, f"{len(sure)} meetings in the last 365 days")
    why = f"{len(held)} meetings in the last 365 days are known"
    if len(held) >= rule.count:
        return untold(rule, known, found, f"{why}; on which days their records came out is not")
    gone = _no_more(known, held[0].held if held else None)
    if gone.proven is None or known.day - gone.proven < YEAR:
        return unproven(rule, known, gone, found, why)
    return over(
        rule, known, (known.day - gone.proven - YEAR).days, found, f"{why}; looked for in: {gone.where}"
    )


def meetings_in_plan_years(rule: Rule, known: ProcessState) -> Check:
    """At least `count` meetings in each year of the newest plan that is there."""
    plan = next((plan for plan in reversed(known.plans) if out(plan, known)), None)
    if plan is None or (begins := _begins(plan, known)) is None:
        return untold(rule, known, (), "no plan with a first day is known")
    for number, (first, last) in enumerate(_years(begins, plan, known), 1):
        held = [meeting for meeting in _formal(known) if first <= meeting.held <= last]
        found = [one for meeting in held for one in meeting.evidence]
        why = f"year {number} of the plan, up to {in_words(last)}: {len(held)} of {rule.count} meetings known"
        if len(held) >= rule.count:
            continue
        if last >= known.day:
            return due(rule, known, last, found, why, plan.id)
        return _short(rule, known, (first, last), found, why, plan.id)
    return met(rule, known, [], "in each year of the plan so far", plan.id)


def _short(
    rule: Rule, known: ProcessState, year: tuple[date, date], found: Sequence[Evidence], why: str, plan: str
) -> Check:
    """A year of the plan has ended with too few meetings known: a finding only if somebody looked."""
    first, last = year
    newest = max((meeting.held for meeting in known.meetings if meeting.held <= last), default=None)
    gone = _no_more(known, newest)
    watched = known.forum_watch.since is not None and known.forum_watch.since <= first
    later = any(meeting.held > last for meeting in known.meetings)
    if gone.proven is None or (later and not watched) or gone.proven > last:
        return unproven(rule, known, gone, found, f"{why}; others may have been held", plan)
    return over(rule, known, (known.day - last).days, found, f"{why}; looked for in: {gone.where}", plan)


def _begins(plan: Plan, known: ProcessState) -> date | None:
    """The first day of the plan: of its period where that is told, else the day by which it was there."""
    fact = plan.fact(FactKind.BEGINS)
    if fact and fact.claim.moment:
        return fact.claim.moment.at.astimezone(known.zone).date()
    return out(plan, known)


def _years(begins: date, plan: Plan, known: ProcessState) -> Iterator[tuple[date, date]]:
    """First and last day of each year of the plan that has begun, the plan's end being the last of all."""
    fact = plan.fact(FactKind.ENDS)
    end = known.last(fact.claim.moment) if fact and fact.claim.moment else date.max
    first = begins
    while first <= min(end, known.day):
        following = months_after(first, 12)
        yield first, min(following - timedelta(days=1), end)
        first = following


def _formal(known: ProcessState) -> list[Meeting]:
    return [meeting for meeting in known.meetings if meeting.formal]


def _no_more(known: ProcessState, last: date | None) -> Absence:
    return absence("meeting", last, known.day, known.forum_watch, known.searches)
