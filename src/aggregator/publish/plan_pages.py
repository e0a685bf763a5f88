"""The page of each plan: its timeline, every dated claim, its commitments, and the documents that name it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import (
    Artifact,
    Claim,
    CommitmentLine,
    Edition,
    Fact,
    Holding,
    PlanLine,
    Process,
)
from aggregator.model.addresses import host_of
from aggregator.model.plans import SCALE
from aggregator.publish.addresses import Shelf, shelf_name, shelf_page, web
from aggregator.publish.board_rows import Shown, shown
from aggregator.publish.board_words import say_stage
from aggregator.publish.dates import Said, day_of, say, say_day
from aggregator.publish.lines import tell
from aggregator.publish.linked_data import of_list
from aggregator.publish.pages import page
from aggregator.publish.shelves import by_shelf, groups
from aggregator.publish.timeline import Timeline, mark, timeline
from aggregator.publish.words import line

NEWEST: Final = 50
"""How many documents a page lists."""


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
    assessed: tuple[str, ...]
    updated: Said | None
    milestones: tuple[str, ...]
    evidence: tuple[Shown, ...]


def publish_plans(edition: Edition) -> Iterator[Artifact]:
    """`plans/PLAN.html` for each plan of which the board tells."""
    named = {group.id: group.holdings for group in by_shelf(groups(edition))[Shelf.PLAN]}
    for process in edition.board.processes:
        for told in process.plans:
            yield _page(told, named.get(told.plan.id, []), process.process, edition)


def _page(told: PlanLine, named: list[Holding], process: Process, edition: Edition) -> Artifact:
    """`named`: the documents that name the plan, newest first."""
    zone, path = ZoneInfo(edition.site.zone), shelf_page(Shelf.PLAN, told.plan.id)
    return page(
        "plan.html.j2",
        edition,
        path,
        title=line(told.plan.title),
        name=line(process.name),
        process=f"board/{process.id}.html",
        stage=say_stage(told, zone),
        feed=shelf_name(Shelf.PLAN, told.plan.id),
        claims=tuple(_claims(told, zone)),
        commitments=tuple(_commitment(one, zone) for one in told.commitments),
        scale=SCALE,
        drawn=_drawn(told, edition, zone),
        updates=tuple(tell(one, edition) for one in named[:NEWEST]),
        known=len(named),
        data=of_list(edition.site, told.plan.title, path),
    )


def _numbered(told: PlanLine) -> list[tuple[int, Fact]]:
    """The claims by date; those without one last and unnumbered."""
    dated = [fact for fact in told.plan.facts if fact.claim.moment]
    dated.sort(key=lambda fact: fact.claim.moment.at if fact.claim.moment else 0)
    rest = [(0, fact) for fact in told.plan.facts if not fact.claim.moment]
    return [*enumerate(dated, 1), *rest]


def _drawn(told: PlanLine, edition: Edition, zone: ZoneInfo) -> Timeline | None:
    marks = [
        mark(number, moment, moment, "claim" if _is_beaten(fact, told) else "used", fact.claim.what, zone)
        for number, fact in _numbered(told)
        if (moment := fact.claim.moment)
    ]
    return timeline(marks, day_of(edition.at, zone))


def _is_beaten(fact: Fact, told: PlanLine) -> bool:
    """Whether another claim of the same thing is used in its place."""
    return not fact.used and any(other.used and other.kind is fact.kind for other in told.plan.facts)


def _claims(told: PlanLine, zone: ZoneInfo) -> Iterator[ClaimRow]:
    for number, fact in _numbered(told):
        claim, source = fact.claim, web(fact.claim.source)
        used = f"used: {fact.why}" if fact.used else ("not used" if _is_beaten(fact, told) else "")
        yield ClaimRow(
            number=number,
            what=line(claim.what[:1].upper() + claim.what[1:]),
            when=say(claim.moment, zone) if claim.moment else None,
            source=source,
            place=host_of(source) if source else "",
            note=line(claim.note),
            known=f"{_public(fact, zone)}; read {say_day(fact.read_on).words}",
            standing=line(used),
        )


def _public(fact: Fact, zone: ZoneInfo) -> str:
    return (
        f"public since {say(fact.public_since, zone).words}"
        if fact.public_since
        else "public since: not known"
    )


def _commitment(one: CommitmentLine, zone: ZoneInfo) -> CommitmentRow:
    return CommitmentRow(
        id=line(one.id),
        title=line(one.title),
        said=line(one.said) or "not found",
        completion=line(one.completion) or "not found",
        assessed=tuple(line(claim.what) for claim in one.assessed),
        updated=say(one.updated, zone) if one.updated else None,
        milestones=tuple(_milestone(claim, zone, late=claim in one.late) for claim in one.milestones),
        evidence=tuple(shown(each, zone) for each in one.evidence),
    )


def _milestone(claim: Claim, zone: ZoneInfo, *, late: bool) -> str:
    when = say(claim.moment, zone).words if claim.moment else "no day"
    return line(f"{claim.what}: {when}{', after the plan’s end' if late else ''}")
