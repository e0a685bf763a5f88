"""The pages of the board: `board.html`, one for each process and one for each plan, with their timelines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import (
    Artifact,
    CommitmentLine,
    Edition,
    Fact,
    FactKind,
    Moment,
    PlanLine,
    ProcessLine,
    StageName,
)
from aggregator.publish.addresses import host, web
from aggregator.publish.board_rows import HEADS, Shown, front_rows, shown
from aggregator.publish.board_words import heading, say_stage
from aggregator.publish.dates import Said, day_of, end_of, say, say_day
from aggregator.publish.pages import render
from aggregator.publish.timeline import Mark, Timeline, timeline
from aggregator.publish.words import line

STYLE: Final = Path(__file__).with_name("templates") / "board.css"
WORDS: Final = {
    FactKind.SAID: "in the publisher's words",
    FactKind.COMPLETION: "by the independent review",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """A claim about a plan; the number is that of its mark on the timeline, 0 where it has no date."""

    number: int
    what: str
    when: Said | None
    source: str | None
    place: str
    note: str
    known: str
    """Since when it could be known, and when we read it."""
    standing: str
    """Whether it is used where claims disagree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentRow:
    """A commitment and its state."""

    id: str
    title: str
    said: str
    completion: str
    updated: Said | None
    late: tuple[str, ...]
    evidence: tuple[Shown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """A plan on the timeline of its process."""

    number: int
    id: str
    title: str
    said: str
    out: Said | None
    ends: Said | None


def publish_board(edition: Edition) -> Iterator[Artifact]:
    """`board.html`, `board.css`, `board/PROCESS.html` and `board/PLAN.html`; nothing without a process."""
    if not edition.board.processes:
        return
    zone, rows = ZoneInfo(edition.site.zone), front_rows(edition)
    yield Artifact(path="board.css", media_type="text/css", payload=STYLE.read_bytes())
    yield _page(
        edition, "board.html", "board.html.j2", processes=rows, heads=HEADS, day=heading(edition.board, zone)
    )
    for told, row in zip(edition.board.processes, rows, strict=True):
        path = f"board/{told.process.id}.html"
        marks, plans = _life(told, zone)
        drawn = timeline(marks, day_of(edition.at, zone))
        yield _page(edition, path, "process.html.j2", process=row, plans=plans, drawn=drawn)
        for plan in told.plans:
            yield _plan_page(edition, plan, row.name, told.process.id, zone)


def _page(edition: Edition, path: str, template: str, **values: object) -> Artifact:
    root = "../" * path.count("/")
    payload = render(template, edition, path=path, root=root, **values)
    return Artifact(path=path, media_type="text/html", payload=payload)


def _plan_page(edition: Edition, told: PlanLine, name: str, process: str, zone: ZoneInfo) -> Artifact:
    claims = tuple(_claims(told, zone))
    return _page(
        edition,
        f"board/{told.plan.id}.html",
        "plan.html.j2",
        title=line(told.plan.title),
        name=name,
        process=process,
        stage=say_stage(told, zone),
        claims=claims,
        commitments=tuple(_commitment(one, zone) for one in told.commitments),
        drawn=_drawn(told, edition, zone),
    )


def _life(told: ProcessLine, zone: ZoneInfo) -> tuple[list[Mark], tuple[PlanRow, ...]]:
    """The plans of a process as spans from their publication to their end, and as rows."""
    marks, rows = [], []
    for number, one in enumerate(told.plans, 1):
        out = one.plan.fact(FactKind.PUBLISHED) or one.plan.fact(FactKind.SUBMITTED)
        first, last = _moment(out), _moment(one.ends)
        rows.append(
            PlanRow(
                number=number,
                id=one.plan.id,
                title=line(one.plan.title),
                said=say_stage(one, zone),
                out=say(first, zone) if first else None,
                ends=say(last, zone) if last else None,
            )
        )
        begun = first or (one.since if one.stage is not StageName.NOT_BEGUN else None)
        if begun:
            end = last or begun
            marks.append(_mark(number, begun, max(begun, end), "plan", one.plan.title, zone))
    return marks, tuple(rows)


def _moment(fact: Fact | None) -> Moment | None:
    return fact.claim.moment if fact else None


def _mark(number: int, first: Moment, last: Moment, kind: str, title: str, zone: ZoneInfo) -> Mark:
    """From the first day of what is known to its last: a month is a span of a month."""
    begins = day_of(first.at, zone)
    over = end_of(last, zone)
    return Mark(
        number=number,
        first=begins,
        last=max(begins, day_of(over, zone)),
        kind=kind,
        title=f"{number}: {line(title)}",
    )


def _numbered(told: PlanLine) -> list[tuple[int, Fact]]:
    """The claims by date; those without one last and unnumbered."""
    dated = [fact for fact in told.plan.facts if fact.claim.moment]
    dated.sort(key=lambda fact: fact.claim.moment.at if fact.claim.moment else 0)
    rest = [(0, fact) for fact in told.plan.facts if not fact.claim.moment]
    return [*enumerate(dated, 1), *rest]


def _drawn(told: PlanLine, edition: Edition, zone: ZoneInfo) -> Timeline | None:
    marks = [
        _mark(number, moment, moment, "claim" if _is_beaten(fact, told) else "used", fact.claim.what, zone)
        for number, fact in _numbered(told)
        if (moment := fact.claim.moment)
    ]
    return timeline(marks, day_of(edition.at, zone))


def _is_beaten(fact: Fact, told: PlanLine) -> bool:
    """Whether another claim of the same thing is used in its place."""
    return not fact.used and any(other.used and other.kind is fact.kind for other in told.plan.facts)


def _claims(told: PlanLine, zone: ZoneInfo) -> Iterable[ClaimRow]:
    for number, fact in _numbered(told):
        claim, source = fact.claim, web(fact.claim.source)
        public = (
            f"public since {say(fact.public_since, zone).words}"
            if fact.public_since
            else "public since: not known"
        )
        used = f"used: {fact.why}" if fact.used else ("not used" if _is_beaten(fact, told) else "")
        yield ClaimRow(
            number=number,
            what=line(claim.what[:1].upper() + claim.what[1:]),
            when=say(claim.moment, zone) if claim.moment else None,
            source=source,
            place=host(source) if source else "",
            note=line(claim.note),
            known=f"{public}; read {say_day(fact.read_on).words}",
            standing=line(used),
        )


def _commitment(one: CommitmentLine, zone: ZoneInfo) -> CommitmentRow:
    return CommitmentRow(
        id=line(one.id),
        title=line(one.title),
        said=line(one.said) or "nothing found",
        completion=line(one.completion) or "nothing found",
        updated=say(one.updated, zone) if one.updated else None,
        late=tuple(line(f"{c.what}: {say(c.moment, zone).words}") for c in one.late if c.moment),
        evidence=tuple(shown(each, zone) for each in one.evidence),
    )
