"""The sentences of the board for pages, command line and digests, and the front page's table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import (
    Basis,
    Board,
    Claim,
    Coverage,
    CoverageGap,
    Deadline,
    Evidence,
    FactKind,
    Meeting,
    Moment,
    PlanReport,
    Precision,
    ProcessReport,
    QuietDays,
    Rule,
    RuleCheck,
    RuleResult,
    Silence,
    quiet_days_in_words,
)
from aggregator.model.days import COARSE, MONTHS, day_of, last_day
from aggregator.model.plans import COMPLETION_SCALE
from aggregator.publish.presentation.dates import format_day, format_moment
from aggregator.publish.presentation.paths import web_url
from aggregator.publish.presentation.text import clean_line

# A digest names a process whose last record is older than this.
LONG_SILENCE_DAYS = 28
# Past our own limit is worded differently and never called overdue, but digests name both.
PAST_LIMIT: Final = {RuleResult.OVERDUE, RuleResult.PAST_OUR_LIMIT}
# The columns of the front page's table, each with the ids of its rules in `register/rules.yaml`.
#
# A cell shows the first of them that binds the process: the OGP's rule (R), else the process's own promise
# (S), or our own mark (C).
FRONT_TABLE_RULES: Final = {
    "Forum meets": ("R1.1", "S1"),
    "Website kept": ("R2.1",),
    "Records appear": ("R2.2", "C2"),
    "Two meetings a plan year": ("R5.1",),
    "Next plan in time": ("P1",),
}
# The class in `board.css` for each result.
#
# The class names are published. Both kinds of breach look the same; only their words differ.
RESULT_CLASSES: Final = {
    RuleResult.MET: "met",
    RuleResult.DUE: "due",
    RuleResult.OVERDUE: "overdue",
    RuleResult.NOT_MET: "overdue",
    RuleResult.PAST_OUR_LIMIT: "past",
    RuleResult.UNKNOWN: "untold",
}


def count_text(number: int, one: str = "day", many: str = "days") -> str:
    """`1 day`, `12 days`."""
    return f"{number} {one if number == 1 else many}"


def result_text(check: RuleCheck) -> str:
    """`met, 77 days left`, `due in 30 days`, `overdue by 676 days`, `cannot tell since 23 November 2026` …

    `not met, found 303 days ago` reports the finding of an assessor, not ours.
    """
    days = count_text(check.days) if check.days is not None else ""
    if check.result is RuleResult.MET:
        return f"met, {days} left" if days else "met"
    if check.result is RuleResult.DUE:
        return _due_text(check, days)
    if check.result in PAST_LIMIT:
        on = f" on {format_day(check.counted_on).text}" if check.counted_on else ""
        return f"{check.result.value} by {days}{on}"
    if check.result is RuleResult.NOT_MET:
        return f"not met, found {days} ago" if days else "not met"
    if check.result is RuleResult.UNKNOWN:
        return f"cannot tell since {format_day(check.since).text}" if check.since else "cannot tell"
    return check.result.value


def _due_text(check: RuleCheck, days: str) -> str:
    if check.coarse and check.by:
        return f"due by the end of {MONTHS[check.by.month - 1]} {check.by.year}"
    return "due today" if check.days == 0 else f"due in {days}"


def stage_text(plan: PlanReport, zone: ZoneInfo) -> str:
    """`being carried out, 45 days, since 18 December 2023`."""
    if plan.since is None:
        return (
            f"{plan.stage.value}, since when is not known"
            if plan.stage.value != "not begun"
            else plan.stage.value
        )
    age = f" {count_text(plan.days)}," if plan.days is not None else ""
    if plan.since.precision is Precision.MONTH:
        # Days count from the last one of the month.
        age = f" at least{age}" if plan.days else ""
    return f"{plan.stage.value},{age} since {format_moment(plan.since, zone).text}"


def commitments_text(plan: PlanReport) -> str:
    """How many commitments a plan has, and for how many a state was found; empty where none is known."""
    commitments = plan.commitments
    if not commitments:
        return ""
    with_state = sum(bool(commitment.publisher_status) for commitment in commitments)
    assessed = sum(commitment.completion in COMPLETION_SCALE for commitment in commitments)
    return (
        f"{count_text(len(commitments), 'commitment', 'commitments')}; "
        f"a state in the publisher’s words was found of {with_state or 'none'}, "
        f"an assessment of completion of {assessed or 'none'}."
    )


def meeting_text(meeting: Meeting) -> str:
    """`18 October 2023; its record came out 37 days later; names published: not told, slides: yes`."""
    lag = f"{lag_text(meeting)} later" if meeting.lag is not None else "on a day that is not known"
    names, slides = yes_no_text(meeting.names_published), yes_no_text(meeting.slides_published)
    formal = "" if meeting.formal else " (not a formal meeting of the forum)"
    return (
        f"{format_day(meeting.day).text}{formal}; its record came out {lag}; "
        f"names published: {names}, slides: {slides}"
    )


def coverage_gap_text(gap: CoverageGap) -> str:
    """The days on which a source could not be read, and whether coverage starts again after them."""
    restart = "; the watch began anew behind it" if gap.restarts_coverage else ""
    days = f"from {format_day(gap.since).text} to {format_day(gap.until).text}"
    return f"{clean_line(gap.source)}: {days}{restart}"


def silence_text(silence: Silence, zone: ZoneInfo, body: str) -> str:
    """The age of a body's last record, and how many of those days we watched.

    `body` is the name to show, already cleaned. The sentences never call unwatched days silence.
    """
    if silence.last is None:
        return f"We hold no official record of {body}."
    if silence.days is None or silence.last.moment is None:
        return f"We do not know when {body} last published: one of its documents has no date."
    return _last_record_text(silence, silence.last.moment, silence.days, zone)


def _last_record_text(silence: Silence, moment: Moment, days: int, zone: ZoneInfo) -> str:
    when = format_moment(moment, zone).text
    if silence.last and silence.last.no_later:
        age = f", at least {count_text(days)} ago" if days else ""
        watched = silence.observed_days is not None
        quiet = quiet_text(silence.quiet, days) if days and watched else ""
        return f"The last record that we hold bears no date; it came out no later than {when}{age}.{quiet}"
    if moment.precision is Precision.YEAR:
        return f"The last record that we hold is of {when}."
    age = ", today" if days == 0 else f", {count_text(days)} ago"
    if moment.precision is Precision.MONTH:
        # Days count from the last one of the month.
        age = f", at least {count_text(days)} ago" if days else ""
    quiet = quiet_text(silence.quiet, days)
    if silence.reconstructed:
        days_watched = (
            f", of which we watched {count_text(silence.observed_days)}"
            if silence.observed_days is not None
            else ""
        )
        text = f"The last record that we hold is of {when}{age}{days_watched} (reconstructed from records)."
        return text + quiet
    if silence.observed_days is None:
        return f"The last record that we hold is of {when}. We could not check for newer records."
    return f"The last record is of {when}{age}.{quiet}"


def quiet_text(quiet: Sequence[QuietDays], days: int) -> str:
    """` Of these 143 days, 45 were in the pre-election period before …`; empty without such days."""
    if not quiet:
        return ""
    if days == 1:
        return f" That day was in the {clean_line(quiet[0].period.what)}."
    return f" Of these {count_text(days)}, {clean_line(quiet_days_in_words(quiet))}."


def other_document_text(silence: Silence, zone: ZoneInfo) -> str:
    """The newer document of the bodies that is no record of the process; empty without one."""
    other = silence.other_document
    if other is None or other.moment is None:
        return ""
    when = f"{'no later than ' if other.no_later else ''}{format_moment(other.moment, zone).text}"
    return f"Newer, but no record of the process: {clean_line(other.title, 200)}, {when}."


def coverage_text(process: ProcessReport) -> str:
    """How many sources we read, since when, and which cannot be read now."""
    coverage = process.coverage
    if not coverage.sources:
        return "No source of this process is read."
    many = count_text(len(coverage.sources), "source", "sources")
    if len(coverage.unreadable) == len(coverage.sources) and coverage.unreadable_since is None:
        if len(coverage.sources) == 1:
            return "Its only source had not been read by this day."
        return f"None of its {many} had been read by this day."
    if not coverage.unreadable and coverage.since:
        all_of_them = "all of them " if len(coverage.sources) > 1 else ""
        return f"Looked for in {many}, {all_of_them}read since {format_day(coverage.since).text}."
    return f"Looked for in {many}{_unread(coverage)}."


def _unread(coverage: Coverage) -> str:
    """Which sources were never read, and which no more; with a day only if it is that of all."""
    never = [title for title in coverage.unreadable if title in coverage.never_read]
    lost = [title for title in coverage.unreadable if title not in coverage.never_read]
    since = coverage.unreadable_since if len(coverage.unreadable) == 1 else None
    when = f"since {format_day(since).text}" if since else "up to this day"
    parts = ((f"not read {when}", lost), ("never read by us", never))
    return "".join(
        f"; {what}: {', '.join(clean_line(title) for title in titles)}" for what, titles in parts if titles
    )


def lag_text(meeting: Meeting) -> str:
    """The days from a meeting to its record, in words."""
    return days_text(meeting.lag)


def days_text(number: int | None) -> str:
    """`12 days`; `cannot tell` where the number is unknown."""
    return count_text(number) if number is not None else "cannot tell"


def deadline_text(deadline: Deadline, zone: ZoneInfo) -> str:
    """`5 July 2026, in 30 days`, `… tomorrow`; known only to the month `by the end of November 2026`."""
    when = format_moment(deadline.exact, zone).text if deadline.exact else format_day(deadline.day).text
    if deadline.exact and deadline.exact.precision in COARSE:
        return f"by the end of {when}"
    left = {0: "today", 1: "tomorrow"}.get(deadline.days, f"in {count_text(deadline.days)}")
    return f"{when}, {left}"


def basis_text(rule: Rule) -> str:
    """Who made a rule, in words."""
    return "our own mark" if rule.basis is Basis.OURS else rule.basis.value


def claim_text(claim: Claim, zone: ZoneInfo) -> str:
    """`Plan published: 18 December 2023`."""
    return clean_line(f"{claim.what}: {format_moment(claim.moment, zone).text if claim.moment else 'no day'}")


def yes_no_text(value: bool | None) -> str:
    """`yes`, `no`, or for unknown `not told`."""
    return {True: "yes", False: "no", None: "not told"}[value]


def silence_sentences(board: Board, zone: ZoneInfo) -> tuple[str, ...]:
    """For digests: a sentence for each process with no record for four weeks, and for each limit passed.

    A process without a source that is read, or with one that cannot be read, gets no sentence on its silence:
    that gap is ours, not theirs.
    Days of quiet periods do not count, and who published anything at all in that time is not silent.
    """
    sentences = []
    for process in board.processes:
        name, silence = clean_line(process.process.name), process.silence
        if _is_silent(silence, day_of(board.at, zone), zone):
            texts = (silence_text(silence, zone, name), other_document_text(silence, zone))
            sentences.append(f"{name}: {' '.join(filter(None, texts))}")
        for check in process.checks:
            if check.result in PAST_LIMIT:
                sentences.append(f"{name}: {check.rule.title} ({check.rule.id}): {result_text(check)}.")
    return tuple(sentences)


def _is_silent(silence: Silence, day: date, zone: ZoneInfo) -> bool:
    other = silence.other_document.moment if silence.other_document else None
    if other and (day - last_day(other, zone)).days <= LONG_SILENCE_DAYS:
        return False
    if silence.observed_days is None or silence.observed_days <= LONG_SILENCE_DAYS:
        # On other days records may have come and gone unseen: a gap of ours.
        return False
    days = silence.days if silence.last else silence.observed_days
    return days is not None and days - silence.quiet_days > LONG_SILENCE_DAYS


def board_heading(board: Board, zone: ZoneInfo, *, as_known: bool = False) -> str:
    """The day that the board shows, and whether it is reconstructed from records.

    `as_known`: the board uses only what the store had recorded by that day.
    """
    day = format_day(day_of(board.at, zone)).text
    starts = [process.coverage.first_poll for process in board.processes if process.coverage.first_poll]
    suffix = ", by what we had seen by then" if as_known else ""
    if not starts or day_of(board.at, zone) < min(starts):
        reconstructed = "" if as_known else "reconstructed, "
        return f"{day}{suffix}: {reconstructed}this day lies before our first poll"
    return f"{day}{suffix}"


def binding_checks(process: ProcessReport) -> list[RuleCheck]:
    """The checks of a process without the rules that do not apply to it."""
    return [check for check in process.checks if check.result is not RuleResult.NOT_APPLICABLE]


def front_table_checks(process: ProcessReport) -> Iterator[tuple[str, RuleCheck | None]]:
    """Each column heading of the front page's table with the check to show; None where no rule binds."""
    checks = {check.rule.id: check for check in binding_checks(process)}
    for heading, ids in FRONT_TABLE_RULES.items():
        yield heading, next((checks[id] for id in ids if id in checks), None)


def publication_date(plan: PlanReport) -> Moment | None:
    """The date of a plan's publication, else of its submission to the OGP."""
    fact = plan.plan.fact(FactKind.PUBLISHED) or plan.plan.fact(FactKind.SUBMITTED)
    return fact.claim.moment if fact else None


def evidence_link(evidence: Evidence) -> str | None:
    """The link to a piece of evidence: absolute, or for our own records relative to the output folder.

    None where there is no address that may be linked.
    """
    ours = evidence.url if evidence.url and evidence.url.startswith("records/") else None
    return web_url(evidence.url) or ours
