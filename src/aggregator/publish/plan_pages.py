"""The page of each plan: its timeline, every dated claim, its commitments, and the documents that name it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import (
    Artifact,
    Edition,
    Fact,
    Holding,
    PlanLine,
    Process,
)
from aggregator.model.days import day_of
from aggregator.model.plans import SCALE
from aggregator.publish.addresses import Shelf, shelf_name, shelf_page
from aggregator.publish.linked_data import of_list
from aggregator.publish.pages import page
from aggregator.publish.shelves import by_shelf, groups
from aggregator.publish.timeline import Timeline, mark, timeline
from aggregator.publish.words import line

NEWEST: Final = 50
"""How many documents a page lists."""


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
        plan=told,
        feed=shelf_name(Shelf.PLAN, told.plan.id),
        facts=tuple((number, fact, _used(fact, told)) for number, fact in _numbered(told)),
        scale=SCALE,
        drawn=_drawn(told, edition, zone),
        updates=named[:NEWEST],
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


def _used(fact: Fact, told: PlanLine) -> str:
    """Whether a fact is used where claims disagree, and why."""
    if fact.used:
        return f"used: {fact.why}"
    return "not used" if _is_beaten(fact, told) else ""
