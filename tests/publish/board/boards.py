"""A small board: one process with a plan, a rule of each standing, and a meeting."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from aggregator.model import (
    Basis,
    Board,
    Check,
    Claim,
    CommitmentLine,
    Coverage,
    Deadline,
    Evidence,
    Fact,
    FactKind,
    Measure,
    Meeting,
    Membership,
    Plan,
    PlanLine,
    Precision,
    Process,
    ProcessLine,
    PublishingFrequency,
    Rule,
    RuleResult,
    Silence,
    SilenceEvent,
    Snapshot,
    StageName,
)
from tests.support.builders import NOON, edition, moment

READ = date(2026, 6, 1)
WORDS = "Plan published"


def day(text: str) -> Any:
    return moment(f"{text} 00:00", Precision.DAY)


def proof(text: str = "A record", url: str | None = "https://www.gov.uk/a", **more: Any) -> Evidence:
    default = Evidence(title=text, url=url, moment=day("2026-01-09"), official=True)
    return replace(default, **more)


def rule(id: str = "R1.1", text: str = "The forum meets", **more: Any) -> Rule:
    default = Rule(
        id=id,
        title=text,
        asks=text,
        binds=("here",),
        basis=Basis.OGP,
        source="https://www.opengovpartnership.org/rule",
        evidence=text,
        measure=Measure.MEETING_INTERVAL,
        days=183,
        read_on=READ,
    )
    return replace(default, **more)


def fact(kind: FactKind, text: str, dated: str | None, **more: Any) -> Fact:
    claim = Claim(
        what=text, moment=day(dated) if dated else None, source=more.pop("source", "https://www.gov.uk/p")
    )
    return replace(Fact(kind=kind, claim=claim, public_since=None, read_on=READ), **more)


def process_line(text: str = WORDS, **changes: Any) -> ProcessLine:
    """The process `here`; `text` stands in every field that people or publishers write."""
    plan = Plan(
        id="a-plan",
        process="here",
        title=text,
        facts=(
            fact(FactKind.PUBLISHED, text, "2024-01-15", used=True, why=text),
            fact(FactKind.PUBLISHED, text, "2024-02-15"),
            fact(FactKind.ENDS, text, None, source=None),
        ),
    )
    commitment = CommitmentLine(
        id=text,
        title=text,
        said=text,
        completion=text,
        assessed=(Claim(what=text, moment=None, source=None),),
        updated=day("2025-05-05"),
        milestones=(Claim(what=text, moment=day("2027-01-01"), source=None),),
        late=(Claim(what=text, moment=day("2027-01-01"), source=None),),
        evidence=(proof(text),),
    )
    line = PlanLine(
        plan=plan,
        stage=StageName.IN_FORCE,
        since=day("2024-01-15"),
        days=872,
        live=True,
        evidence=(proof(text),),
        ends=plan.facts[2],
        commitments=(commitment,),
    )
    default = ProcessLine(
        process=Process(
            id="here", name=text, membership=Membership.NATIONAL, body="cabinet-office", bodies=()
        ),
        plans=(line,),
        checks=(
            Check(
                rule=rule(text=text),
                standing=RuleResult.OVERDUE,
                days=12,
                why=text,
                evidence=(proof(text, official=False),),
            ),
            Check(rule=rule("R2.1", text), standing=RuleResult.CANNOT_TELL, since=date(2026, 5, 1), why=text),
            Check(rule=rule("C2", text, basis=Basis.OURS), standing=RuleResult.PAST_MARK, days=3, why=text),
            Check(rule=rule("P1", text), standing=RuleResult.DUE, days=30, by=date(2026, 7, 5), why=text),
            Check(rule=rule("R5.1", text), standing=RuleResult.NOT_BOUND),
        ),
        silence=Silence(last=proof(text), days=147, observed=4, reconstructed=True, check=None),
        watch=Coverage(looked=(text,), began=READ, since=READ, gaps=(), unread=(), unread_since=None),
        meetings=(
            Meeting(
                held=date(2026, 1, 2),
                posted=day("2026-01-09"),
                lag=7,
                names=False,
                slides=None,
                following=day("2026-07-01"),
                conflicts=(Claim(what=text, moment=day("2025-01-02"), source=None),),
                evidence=(proof(text, url="records/a.html", official=False),),
            ),
        ),
        deadlines=(Deadline(id="d", title=text, day=date(2026, 7, 5), days=30, evidence=(proof(text),)),),
        habits=(
            PublishingFrequency(
                source="cabinet-office",
                title=text,
                count=3,
                newest=date(2026, 1, 9),
                usual=30,
                longest=90,
                late=7,
                years={2025: 1, 2026: 2},
            ),
        ),
        turns=(),
        at=NOON,
    )
    return replace(default, **changes)


def turn(passed: date, *, ended: bool = False, days: int = 184, text: str = "A record") -> SilenceEvent:
    return SilenceEvent(
        id=f"here:R1.1:{'ended' if ended else 'passed'}",
        rule=rule(),
        ended=ended,
        day=passed,
        last=proof(text),
        by=proof("The new one", "https://www.gov.uk/new") if ended else None,
        days=days,
    )


def observed(text: str = WORDS, **changes: Any) -> Snapshot:
    """What is published at NOON with this process on the board."""
    return edition(board=Board(at=NOON, lines=(), processes=(process_line(text, **changes),)))
