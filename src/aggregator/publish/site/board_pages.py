"""The board as pages: `board.html`, one for each process, and one for each plan with every claim about it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import (
    Artifact,
    Document,
    Fact,
    PlanLine,
    Process,
    ProcessLine,
    Snapshot,
    StageName,
)
from aggregator.model.days import day_of
from aggregator.model.plans import SCALE
from aggregator.publish.board.wording import board_heading, publication_date
from aggregator.publish.presentation.facets import groups, listings_by_facet
from aggregator.publish.presentation.paths import Facet, facet_file_stem, facet_page_path
from aggregator.publish.presentation.text import clean_line
from aggregator.publish.site.render import list_page_data, page
from aggregator.publish.site.timeline import Timeline, TimelinePoint, timeline, timeline_point

STYLE: Final = Path(__file__).parents[1] / "templates" / "board.css"


NEWEST: Final = 50
"""How many documents a page lists."""


def publish_board(edition: Snapshot) -> Iterator[Artifact]:
    """`board.html`, `board.css` and `board/PROCESS.html`; nothing without a process."""
    if not edition.board.processes:
        return
    zone, counting = edition.site.zone, clean_line(edition.board.counting, 600)
    yield Artifact(path="board.css", media_type="text/css", payload=STYLE.read_bytes())
    yield page(
        "board.html.j2",
        edition,
        "board.html",
        processes=edition.board.processes,
        day=board_heading(edition.board, zone),
        counting=counting,
    )
    for process in edition.board.processes:
        drawn = timeline(list(_life(process, zone)), day_of(edition.at, zone))
        path = f"board/{process.process.id}.html"
        yield page("process.html.j2", edition, path, process=process, drawn=drawn, counting=counting)


def _life(process: ProcessLine, zone: ZoneInfo) -> Iterator[TimelinePoint]:
    """The plans of a process as spans from their publication to their end."""
    for number, one in enumerate(process.plans, 1):
        begun = publication_date(one) or (one.since if one.stage is not StageName.NOT_BEGUN else None)
        if begun:
            last = one.ends.claim.moment if one.ends else None
            yield timeline_point(number, begun, max(begun, last or begun), "plan", one.plan.title, zone)


def publish_plans(edition: Snapshot) -> Iterator[Artifact]:
    """`plans/PLAN.html` for each plan of which the board tells."""
    named = {group.id: group.holdings for group in listings_by_facet(groups(edition))[Facet.PLAN]}
    for process in edition.board.processes:
        for told in process.plans:
            yield _plan_page(told, named.get(told.plan.id, []), process.process, edition)


def _plan_page(told: PlanLine, named: list[Document], process: Process, edition: Snapshot) -> Artifact:
    """`named`: the documents that name the plan, newest first."""
    zone, path = edition.site.zone, facet_page_path(Facet.PLAN, told.plan.id)
    return page(
        "plan.html.j2",
        edition,
        path,
        title=clean_line(told.plan.title),
        name=clean_line(process.name),
        process=f"board/{process.id}.html",
        plan=told,
        feed=facet_file_stem(Facet.PLAN, told.plan.id),
        facts=tuple((number, fact, _used(fact, told)) for number, fact in _numbered(told)),
        scale=SCALE,
        drawn=_drawn(told, edition, zone),
        updates=named[:NEWEST],
        known=len(named),
        data=list_page_data(edition.site, told.plan.title, path),
    )


def _numbered(told: PlanLine) -> list[tuple[int, Fact]]:
    """The claims by date; those without one last and unnumbered."""
    dated = [fact for fact in told.plan.facts if fact.claim.moment]
    dated.sort(key=lambda fact: fact.claim.moment.at if fact.claim.moment else 0)
    rest = [(0, fact) for fact in told.plan.facts if not fact.claim.moment]
    return [*enumerate(dated, 1), *rest]


def _drawn(told: PlanLine, edition: Snapshot, zone: ZoneInfo) -> Timeline | None:
    marks = [
        timeline_point(
            number, moment, moment, "claim" if _is_beaten(fact, told) else "used", fact.claim.what, zone
        )
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
