"""A small board for tests: one process with a plan, a check of each result, and a meeting."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from aggregator.model import (
    Basis,
    Board,
    Claim,
    CommitmentReport,
    Coverage,
    Deadline,
    Evidence,
    Fact,
    FactKind,
    Measure,
    Meeting,
    Membership,
    Plan,
    PlanReport,
    PlanStage,
    Precision,
    Process,
    ProcessReport,
    PublishingFrequency,
    Rule,
    RuleCheck,
    RuleResult,
    Silence,
    SilenceEvent,
    Snapshot,
)
from tests.support.builders import NOON, make_snapshot, moment

READ_ON = date(2026, 6, 1)
TEXT = "Plan published"


def make_day(text: str) -> Any:
    return moment(f"{text} 00:00", Precision.DAY)


def make_evidence(text: str = "A record", url: str | None = "https://www.gov.uk/a", **more: Any) -> Evidence:
    default = Evidence(title=text, url=url, moment=make_day("2026-01-09"), official=True)
    return replace(default, **more)


def make_rule(id: str = "R1.1", text: str = "The forum meets", **more: Any) -> Rule:
    default = Rule(
        id=id,
        title=text,
        asks=text,
        applies_to=("here",),
        basis=Basis.OGP,
        source="https://www.opengovpartnership.org/rule",
        evidence=text,
        measure=Measure.MEETING_INTERVAL,
        days=183,
        read_on=READ_ON,
    )
    return replace(default, **more)


def make_fact(kind: FactKind, text: str, dated: str | None, **more: Any) -> Fact:
    claim = Claim(
        what=text,
        moment=make_day(dated) if dated else None,
        source=more.pop("source", "https://www.gov.uk/p"),
    )
    return replace(Fact(kind=kind, claim=claim, public_since=None, read_on=READ_ON), **more)


def make_process_report(text: str = TEXT, **changes: Any) -> ProcessReport:
    """The process `here`, with `text` in every field that people or publishers write."""
    plan = Plan(
        id="a-plan",
        process="here",
        title=text,
        facts=(
            make_fact(FactKind.PUBLISHED, text, "2024-01-15", preferred=True, why=text),
            make_fact(FactKind.PUBLISHED, text, "2024-02-15"),
            make_fact(FactKind.ENDS, text, None, source=None),
        ),
    )
    commitment = CommitmentReport(
        id=text,
        title=text,
        publisher_status=text,
        completion=text,
        assessments=(Claim(what=text, moment=None, source=None),),
        updated=make_day("2025-05-05"),
        milestones=(Claim(what=text, moment=make_day("2027-01-01"), source=None),),
        late=(Claim(what=text, moment=make_day("2027-01-01"), source=None),),
        evidence=(make_evidence(text),),
    )
    plan_report = PlanReport(
        plan=plan,
        stage=PlanStage.IN_FORCE,
        since=make_day("2024-01-15"),
        days=872,
        live=True,
        evidence=(make_evidence(text),),
        ends=plan.facts[2],
        commitments=(commitment,),
    )
    default = ProcessReport(
        process=Process(
            id="here", name=text, membership=Membership.NATIONAL, body="cabinet-office", bodies=()
        ),
        plans=(plan_report,),
        checks=(
            RuleCheck(
                rule=make_rule(text=text),
                result=RuleResult.OVERDUE,
                days=12,
                why=text,
                evidence=(make_evidence(text, official=False),),
            ),
            RuleCheck(
                rule=make_rule("R2.1", text), result=RuleResult.UNKNOWN, since=date(2026, 5, 1), why=text
            ),
            RuleCheck(
                rule=make_rule("C2", text, basis=Basis.OURS),
                result=RuleResult.PAST_OUR_LIMIT,
                days=3,
                why=text,
            ),
            RuleCheck(
                rule=make_rule("P1", text), result=RuleResult.DUE, days=30, by=date(2026, 7, 5), why=text
            ),
            RuleCheck(rule=make_rule("R5.1", text), result=RuleResult.NOT_APPLICABLE),
        ),
        silence=Silence(last=make_evidence(text), days=147, observed_days=4, reconstructed=True, check=None),
        coverage=Coverage(
            sources=(text,), first_read=READ_ON, since=READ_ON, gaps=(), unreadable=(), unreadable_since=None
        ),
        meetings=(
            Meeting(
                day=date(2026, 1, 2),
                record_published=make_day("2026-01-09"),
                lag=7,
                names_published=False,
                slides_published=None,
                next_meeting=make_day("2026-07-01"),
                conflicts=(Claim(what=text, moment=make_day("2025-01-02"), source=None),),
                evidence=(make_evidence(text, url="records/a.html", official=False),),
            ),
        ),
        deadlines=(
            Deadline(id="d", title=text, day=date(2026, 7, 5), days=30, evidence=(make_evidence(text),)),
        ),
        publishing_frequencies=(
            PublishingFrequency(
                source="cabinet-office",
                title=text,
                count=3,
                newest=date(2026, 1, 9),
                usual_gap=30,
                longest_gap=90,
                usual_record_lag=7,
                years={2025: 1, 2026: 2},
            ),
        ),
        silence_events=(),
        at=NOON,
    )
    return replace(default, **changes)


def make_silence_event(
    passed: date, *, ended: bool = False, days: int = 184, text: str = "A record"
) -> SilenceEvent:
    return SilenceEvent(
        id=f"here:R1.1:{'ended' if ended else 'passed'}",
        rule=make_rule(),
        ended=ended,
        day=passed,
        last=make_evidence(text),
        ended_by=make_evidence("The new one", "https://www.gov.uk/new") if ended else None,
        days=days,
    )


def make_board_snapshot(text: str = TEXT, **changes: Any) -> Snapshot:
    """A snapshot at NOON with this process on the board."""
    return make_snapshot(board=Board(at=NOON, rows=(), processes=(make_process_report(text, **changes),)))
