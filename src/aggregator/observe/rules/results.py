"""How a rule's result is worded: met, due, overdue or not to be told, with its days and evidence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from aggregator.model import Basis, Check, Evidence, Rule, RuleResult
from aggregator.observe.state.coverage import Absence
from aggregator.observe.state.process_state import ProcessState

SOON: Final = 30
"""Days before its limit from which what is met is shown as due."""

Found = Sequence[Evidence]


def within(rule: Rule, known: ProcessState, by: date, found: Found, why: str, plan: str = "") -> Check:
    """Met until `by`; due in the last 30 days before it."""
    left = (by - known.day).days
    standing = RuleResult.MET if left > SOON else RuleResult.DUE
    return Check(
        rule=rule,
        standing=standing,
        days=left,
        by=by,
        why=why,
        evidence=tuple(found),
        plan=plan,
        reconstructed=past(known),
    )


def met(rule: Rule, known: ProcessState, found: Found, why: str, plan: str = "") -> Check:
    """Met for good, or as far as this day goes."""
    return Check(
        rule=rule,
        standing=RuleResult.MET,
        why=why,
        evidence=tuple(found),
        plan=plan,
        reconstructed=past(known),
    )


def due(rule: Rule, known: ProcessState, by: date, found: Found, why: str, plan: str = "") -> Check:
    """Not done yet, and in time until `by`."""
    days = (by - known.day).days
    return Check(
        rule=rule,
        standing=RuleResult.DUE,
        days=days,
        by=by,
        why=why,
        evidence=tuple(found),
        plan=plan,
        reconstructed=past(known),
    )


def over(rule: Rule, known: ProcessState, days: int, found: Found, why: str, plan: str = "") -> Check:
    """Past the limit by so many days: overdue, or past our own mark where the limit is only ours."""
    standing = RuleResult.PAST_MARK if rule.basis is Basis.OURS else RuleResult.OVERDUE
    return Check(
        rule=rule,
        standing=standing,
        days=days,
        why=why,
        evidence=tuple(found),
        plan=plan,
        reconstructed=past(known) or behind(known, found),
    )


def found_against(
    rule: Rule, known: ProcessState, days: int | None, found: Found, why: str, plan: str
) -> Check:
    """Not met, as somebody whose place it is found so many days ago."""
    return Check(
        rule=rule,
        standing=RuleResult.NOT_MET,
        days=days,
        why=why,
        evidence=tuple(found),
        plan=plan,
        reconstructed=past(known),
    )


def untold(
    rule: Rule, known: ProcessState, found: Found, why: str, since: date | None = None, plan: str = ""
) -> Check:
    """It cannot be told, and why."""
    return Check(
        rule=rule,
        standing=RuleResult.CANNOT_TELL,
        since=since,
        why=why,
        evidence=tuple(found),
        plan=plan,
        reconstructed=past(known),
    )


def unproven(rule: Rule, known: ProcessState, gone: Absence, found: Found, why: str, plan: str = "") -> Check:
    """Nothing was found, and that is no proof."""
    return untold(rule, known, found, f"{why}; {gone.why}" if gone.why else why, gone.since, plan)


def past(known: ProcessState) -> bool:
    """Whether the day lies before our first poll."""
    return known.watch.began is None or known.day < known.watch.began


def behind(known: ProcessState, found: Found) -> bool:
    """Whether the evidence is older than our first poll, so that what lies between was not watched."""
    since = known.watch.since
    return since is None or any(one.moment and known.last(one.moment) < since for one in found)
