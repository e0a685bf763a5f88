"""Puts the board of the last day of a month into words, in which it is stored for good."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import (
    Board,
    Deadline,
    Evidence,
    MonthBoard,
    MonthCheck,
    MonthEvidence,
    MonthPlan,
    MonthProcess,
    PlanReport,
    ProcessReport,
    RuleCheck,
    Site,
)
from aggregator.model.days import day_of
from aggregator.model.observations import MAX_EVIDENCE_TITLE
from aggregator.publish.board.wording import (
    basis_text,
    binding_checks,
    commitments_text,
    coverage_text,
    deadline_text,
    evidence_link,
    result_text,
    silence_text,
    stage_text,
)
from aggregator.publish.presentation.dates import format_day, format_moment
from aggregator.publish.presentation.text import capitalise_first, clean_line

# A board that is written down so soon after its month needs no word about when that was.
SOON: Final = timedelta(days=2)
# As on the board itself, which shows no more.
MAX_EVIDENCE: Final = 2
MAX_NOTE: Final = 300


def month_board(board: Board, site: Site, day: date, made_at: datetime) -> MonthBoard:
    """The board of `day`, the last one of its month, in words."""
    zone = site.timezone
    return MonthBoard(
        month=f"{day:%Y-%m}",
        day=day,
        made_at=made_at,
        record_criteria=clean_line(board.record_criteria, 600),
        processes=tuple(_process(report, zone) for report in board.processes),
    )


def made_later_text(board: MonthBoard, zone: ZoneInfo) -> str:
    """When a board was written down, if that was long after its month; else empty."""
    made_on = day_of(board.made_at, zone)
    if made_on - board.day <= SOON:
        return ""
    return (
        f"Written down on {format_day(made_on).text}, from what we had stored by the end of the month; "
        "what is about open government was decided by the vocabulary of the later day."
    )


def _process(report: ProcessReport, zone: ZoneInfo) -> MonthProcess:
    name, silence = clean_line(report.process.name), report.silence
    return MonthProcess(
        id=report.process.id,
        name=name,
        plans=tuple(_plan(plan, zone) for plan in report.plans if plan.live),
        silence=f"{silence_text(silence, zone, name)} {coverage_text(report)}",
        last=_evidence(silence.last, zone) if silence.last else None,
        other_document=_evidence(silence.other_document, zone) if silence.other_document else None,
        deadline=_deadline(report.deadlines[0], zone) if report.deadlines else "",
        checks=tuple(_check(check, zone) for check in binding_checks(report)),
    )


def _plan(plan: PlanReport, zone: ZoneInfo) -> MonthPlan:
    return MonthPlan(
        id=plan.plan.id,
        title=clean_line(plan.plan.title),
        stage=stage_text(plan, zone),
        commitments=commitments_text(plan),
    )


def _deadline(deadline: Deadline, zone: ZoneInfo) -> str:
    return f"{deadline_text(deadline, zone)}. {clean_line(deadline.title)}"


def _check(check: RuleCheck, zone: ZoneInfo) -> MonthCheck:
    return MonthCheck(
        rule=clean_line(check.rule.id),
        title=clean_line(check.rule.title),
        basis=basis_text(check.rule),
        result=check.result.value,
        result_words=result_text(check),
        why=capitalise_first(clean_line(check.why)),
        reconstructed=check.reconstructed,
        evidence=tuple(_evidence(one, zone) for one in check.evidence[:MAX_EVIDENCE]),
    )


def _evidence(evidence: Evidence, zone: ZoneInfo) -> MonthEvidence:
    no_later = "no later than " if evidence.no_later else ""
    return MonthEvidence(
        title=clean_line(evidence.title, MAX_EVIDENCE_TITLE),
        url=evidence_link(evidence),
        date=f"{no_later}{format_moment(evidence.moment, zone).text}" if evidence.moment else "",
        official=evidence.official,
        note=clean_line(evidence.note, MAX_NOTE),
    )
