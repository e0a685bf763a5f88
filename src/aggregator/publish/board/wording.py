"""The board in words, factual, with what they rest on; and its front table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import (
    Basis,
    Board,
    Check,
    Claim,
    CoverageGap,
    Deadline,
    Evidence,
    FactKind,
    Meeting,
    Moment,
    PlanLine,
    ProcessLine,
    Rule,
    RuleResult,
    Silence,
)
from aggregator.model.days import day_of
from aggregator.model.plans import SCALE
from aggregator.publish.presentation.dates import format_day, say
from aggregator.publish.presentation.paths import web
from aggregator.publish.presentation.text import clean_line

LONG_SILENCE_DAYS = 28
"""Days after which a letter names a process whose record is no newer."""
PAST_LIMIT: Final = {RuleResult.OVERDUE, RuleResult.PAST_MARK}
FRONT_TABLE_RULES: Final = {
    "Forum meets": ("R1.1", "S1"),
    "Website kept": ("R2.1",),
    "Records appear": ("R2.2", "C2"),
    "Two meetings a plan year": ("R5.1",),
    "Next plan in time": ("P1",),
}
"""The checks of the front table; where a rule does not bind, its own promise or our mark stands there."""
RESULT_CLASSES: Final = {
    RuleResult.MET: "met",
    RuleResult.DUE: "due",
    RuleResult.OVERDUE: "overdue",
    RuleResult.NOT_MET: "overdue",
    RuleResult.PAST_MARK: "past",
    RuleResult.CANNOT_TELL: "untold",
}


def count_text(number: int, one: str = "day", many: str = "days") -> str:
    """`1 day`, `12 days`."""
    return f"{number} {one if number == 1 else many}"


def result_text(check: Check) -> str:
    """`met, 77 days left`, `due in 30 days`, `overdue by 676 days`, `cannot tell since 23 November 2026` …

    `not met, found 303 days ago` is the finding of somebody else.
    """
    days = count_text(check.days) if check.days is not None else ""
    if check.standing is RuleResult.MET:
        return f"met, {days} left" if days else "met"
    if check.standing is RuleResult.DUE:
        return "due today" if check.days == 0 else f"due in {days}"
    if check.standing in PAST_LIMIT:
        return f"{check.standing.value} by {days}"
    if check.standing is RuleResult.NOT_MET:
        return f"not met, found {days} ago" if days else "not met"
    if check.standing is RuleResult.CANNOT_TELL:
        return f"cannot tell since {format_day(check.since).words}" if check.since else "cannot tell"
    return check.standing.value


def stage_text(plan: PlanLine, zone: ZoneInfo) -> str:
    """`being carried out, 45 days, since 18 December 2023`."""
    if plan.since is None:
        return (
            f"{plan.stage.value}, since when is not known"
            if plan.stage.value != "not begun"
            else plan.stage.value
        )
    since = say(plan.since, zone).words
    return f"{plan.stage.value}, {count_text(plan.days or 0)}, since {since}"


def commitments_text(plan: PlanLine) -> str:
    """How many commitments are known, and of how many a state was found; empty where none is."""
    known = plan.commitments
    if not known:
        return ""
    told = sum(bool(one.said) for one in known)
    scaled = sum(one.completion in SCALE for one in known)
    many = count_text(len(known), "commitment", "commitments")
    return (
        f"{many}; a state in the publisher’s words was found of {told or 'none'}, "
        f"an assessment of completion of {scaled or 'none'}."
    )


def meeting_text(meeting: Meeting) -> str:
    """`18 October 2023; its record came out 37 days later; names published: not told, slides: yes`."""
    lag = f"{lag_text(meeting)} later" if meeting.lag is not None else "on a day that is not known"
    told = f"names published: {yes_no_text(meeting.names)}, slides: {yes_no_text(meeting.slides)}"
    formal = "" if meeting.formal else " (not a formal meeting of the forum)"
    return f"{format_day(meeting.held).words}{formal}; its record came out {lag}; {told}"


def coverage_gap_text(gap: CoverageGap) -> str:
    """When a source was out of sight, and what that does to the clock."""
    anew = "; the watch began anew behind it" if gap.breaks else ""
    return f"{clean_line(gap.source)}: from {format_day(gap.since).words} to {format_day(gap.until).words}{anew}"


def silence_text(silence: Silence, zone: ZoneInfo, body: str) -> str:
    """What is known of a body's last record: its age, and how much of that is silence that we watched."""
    if silence.last is None:
        return f"We hold no dated official record of {body}."
    if silence.days is None:
        return f"When {body} last published cannot be told: there is a document that bears no date."
    when = say(silence.last.moment, zone).words if silence.last.moment else ""
    age = "today" if silence.days == 0 else f"{count_text(silence.days)} ago"
    if silence.reconstructed:
        watched = (
            f", of which we watched {count_text(silence.observed)}" if silence.observed is not None else ""
        )
        return f"The last record that we hold is of {when}, {age}{watched} (reconstructed from records)."
    if silence.observed is None:
        return f"The last record that we hold is of {when}. Whether there is a newer one cannot be told."
    return f"The last record is of {when}, {age}."


def coverage_text(process: ProcessLine) -> str:
    """Where we looked, since when, and what could not be read."""
    watch = process.watch
    if not watch.looked:
        return "No source of this process is read."
    many = count_text(len(watch.looked), "source", "sources")
    if len(watch.unread) == len(watch.looked) and watch.unread_since is None:
        return f"None of its {many} had been read by this day."
    since = (
        f"all of them read since {format_day(watch.since).words}"
        if watch.since
        else "not all of them read yet"
    )
    return f"Looked for in {many}, {since}{_unread(process)}."


def _unread(process: ProcessLine) -> str:
    watch = process.watch
    if not watch.unread:
        return ""
    since = f" since {format_day(watch.unread_since).words}" if watch.unread_since else ""
    return f"; not read{since}: {', '.join(clean_line(title) for title in watch.unread)}"


def lag_text(meeting: Meeting) -> str:
    """Days from a meeting to its record."""
    return days_text(meeting.lag)


def days_text(number: int | None) -> str:
    """Days, where they are known."""
    return count_text(number) if number is not None else "cannot tell"


def days_left_text(deadline: Deadline) -> str:
    """`today`, `tomorrow`, `in 12 days`."""
    return {0: "today", 1: "tomorrow"}.get(deadline.days, f"in {count_text(deadline.days)}")


def basis_text(rule: Rule) -> str:
    """What a rule rests on."""
    return "our own mark" if rule.basis is Basis.OURS else rule.basis.value


def claim_text(claim: Claim, zone: ZoneInfo) -> str:
    """What is claimed, and for when."""
    return clean_line(f"{claim.what}: {say(claim.moment, zone).words if claim.moment else 'no day'}")


def yes_no_text(value: bool | None) -> str:
    """`yes`, `no`, or `not told`."""
    return {True: "yes", False: "no", None: "not told"}[value]


def silence_sentences(board: Board, zone: ZoneInfo) -> tuple[str, ...]:
    """A sentence for each process whose last record is older than four weeks, or is not known; for letters.

    What is overdue, or past our own mark, is named with its rule. Nothing is said of a process whose sources
    could not be read: that is a gap of ours.
    """
    found = []
    for one in board.processes:
        name = clean_line(one.process.name)
        quiet = one.silence.days is None or one.silence.days > LONG_SILENCE_DAYS
        if quiet and not one.watch.unread:
            found.append(f"{name}: {silence_text(one.silence, zone, name)}")
        for check in one.checks:
            if check.standing in PAST_LIMIT:
                found.append(f"{name}: {check.rule.title} ({check.rule.id}): {result_text(check)}.")
    return tuple(found)


def board_heading(board: Board, zone: ZoneInfo, *, as_seen: bool = False) -> str:
    """Which day the board is of, and whether it was put together later."""
    day = format_day(day_of(board.at, zone)).words
    first = [one.watch.began for one in board.processes if one.watch.began]
    seen = ", by what we had seen by then" if as_seen else ""
    if not first or day_of(board.at, zone) < min(first):
        made = "" if as_seen else "reconstructed, "
        return f"{day}{seen}: {made}this day lies before our first poll"
    return f"{day}{seen}"


def binding_checks(process: ProcessLine) -> list[Check]:
    """The checks of the rules that bind a process."""
    return [check for check in process.checks if check.standing is not RuleResult.NOT_BOUND]


def front_table_checks(process: ProcessLine) -> Iterator[tuple[str, Check | None]]:
    """Each heading of the front table with the first of its rules that binds the process, if one does."""
    bound = {check.rule.id: check for check in binding_checks(process)}
    for head, ids in FRONT_TABLE_RULES.items():
        yield head, next((bound[id] for id in ids if id in bound), None)


def publication_date(plan: PlanLine) -> Moment | None:
    """When a plan came out: published, else submitted."""
    out = plan.plan.fact(FactKind.PUBLISHED) or plan.plan.fact(FactKind.SUBMITTED)
    return out.claim.moment if out else None


def evidence_link(one: Evidence) -> str | None:
    """Where evidence is read: its address, relative to the output folder for a record of ours."""
    ours = one.url if one.url and one.url.startswith("records/") else None
    return web(one.url) or ours
