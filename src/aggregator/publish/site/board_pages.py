"""The pages of the board: `board.html`, one for each process, month that ended, and plan with its claims."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby, pairwise
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import (
    Artifact,
    DeferredArtifact,
    Document,
    Fact,
    MonthBoard,
    PlanReport,
    PlanStage,
    Process,
    ProcessReport,
    Snapshot,
)
from aggregator.model.days import day_of
from aggregator.model.plans import COMPLETION_SCALE
from aggregator.publish.board.month_words import made_later_text
from aggregator.publish.board.wording import board_heading, publication_date
from aggregator.publish.presentation.dates import format_day
from aggregator.publish.presentation.facets import facet_listings, listings_by_facet
from aggregator.publish.presentation.fingerprints import fingerprint_of, publishing_fingerprint
from aggregator.publish.presentation.months import month_title
from aggregator.publish.presentation.paths import Facet, board_month_path, facet_file_stem, facet_page_path
from aggregator.publish.presentation.text import clean_line
from aggregator.publish.site.render import list_json_ld, render_page
from aggregator.publish.site.timeline import Timeline, TimelinePoint, timeline, timeline_point

STYLE_SHEET: Final = Path(__file__).parents[1] / "templates" / "board.css"
# How many documents the page of a plan lists.
MAX_UPDATES: Final = 50


def publish_board(snapshot: Snapshot) -> Iterator[Artifact | DeferredArtifact]:
    """`board.html`, `board.css` and `board/PROCESS.html`; no files when no process is observed."""
    if not snapshot.board.processes:
        return
    zone, record_criteria = snapshot.site.timezone, clean_line(snapshot.board.record_criteria, 600)
    yield Artifact(path="board.css", media_type="text/css", payload=STYLE_SHEET.read_bytes())
    yield render_page(
        "board.html.j2",
        snapshot,
        "board.html",
        processes=snapshot.board.processes,
        day=board_heading(snapshot.board, zone),
        record_criteria=record_criteria,
        months=[
            (year, list(of_year))
            for year, of_year in groupby(
                (one.month for one in snapshot.month_boards), lambda month: month[:4]
            )
        ],
    )
    for process in snapshot.board.processes:
        yield render_page(
            "process.html.j2",
            snapshot,
            f"board/{process.process.id}.html",
            process=process,
            timeline=timeline(list(_plan_points(process, zone)), day_of(snapshot.at, zone)),
            record_criteria=record_criteria,
        )


def _plan_points(process: ProcessReport, zone: ZoneInfo) -> Iterator[TimelinePoint]:
    """The plans of a process as spans from publication to end; plans without a known start are left out."""
    for number, report in enumerate(process.plans, 1):
        stage_start = report.since if report.stage is not PlanStage.NOT_BEGUN else None
        start = publication_date(report) or stage_start
        if start:
            end = report.ends.claim.moment if report.ends else None
            yield timeline_point(number, start, max(start, end or start), "plan", report.plan.title, zone)


def publish_plans(snapshot: Snapshot) -> Iterator[DeferredArtifact]:
    """`plans/PLAN.html` for each plan on the board."""
    listings = listings_by_facet(facet_listings(snapshot))[Facet.PLAN]
    documents_by_plan = {listing.id: listing.documents for listing in listings}
    for process in snapshot.board.processes:
        for report in process.plans:
            documents = documents_by_plan.get(report.plan.id, [])
            yield _plan_page(report, documents, process.process, snapshot)


def _plan_page(
    report: PlanReport, documents: list[Document], process: Process, snapshot: Snapshot
) -> DeferredArtifact:
    """`documents`: those that name the plan, newest first."""
    zone, path = snapshot.site.timezone, facet_page_path(Facet.PLAN, report.plan.id)
    return render_page(
        "plan.html.j2",
        snapshot,
        path,
        title=clean_line(report.plan.title),
        process_name=clean_line(process.name),
        process_page=f"board/{process.id}.html",
        plan=report,
        feed=facet_file_stem(Facet.PLAN, report.plan.id),
        facts=tuple((number, fact, _preference(fact, report)) for number, fact in _numbered_facts(report)),
        completion_scale=COMPLETION_SCALE,
        timeline=_claims_timeline(report, snapshot, zone),
        updates=documents[:MAX_UPDATES],
        total=len(documents),
        json_ld=list_json_ld(snapshot.site, report.plan.title, path),
    )


def _numbered_facts(report: PlanReport) -> list[tuple[int, Fact]]:
    """The facts by date, numbered from 1 as on the timeline; those without a date last, with number 0."""
    dated = [fact for fact in report.plan.facts if fact.claim.moment]
    dated.sort(key=lambda fact: fact.claim.moment.at if fact.claim.moment else 0)
    undated = [(0, fact) for fact in report.plan.facts if not fact.claim.moment]
    return [*enumerate(dated, 1), *undated]


def _claims_timeline(report: PlanReport, snapshot: Snapshot, zone: ZoneInfo) -> Timeline | None:
    points = [
        timeline_point(
            number, moment, moment, "claim" if _is_superseded(fact, report) else "used", fact.claim.what, zone
        )
        for number, fact in _numbered_facts(report)
        if (moment := fact.claim.moment)
    ]
    return timeline(points, day_of(snapshot.at, zone))


def _is_superseded(fact: Fact, report: PlanReport) -> bool:
    """Whether another claim on the same fact is preferred."""
    return not fact.preferred and any(
        other.preferred and other.kind is fact.kind for other in report.plan.facts
    )


def _preference(fact: Fact, report: PlanReport) -> str:
    """Where claims disagree: whether this one is used, and why. Else empty."""
    if fact.preferred:
        return f"used: {fact.why}"
    return "not used" if _is_superseded(fact, report) else ""


def publish_board_months(snapshot: Snapshot) -> Iterator[DeferredArtifact]:
    """`board/YYYY-MM.html` for each month that has ended; made again only if the program or site changed."""
    boards = snapshot.month_boards
    for board, before in pairwise((*boards, None)):
        if board:
            yield _page(board, before, snapshot)


def _page(board: MonthBoard, before: MonthBoard | None, snapshot: Snapshot) -> DeferredArtifact:
    """The page of one month. It links to the month before, but not to the next: so it stays as it is."""
    site, path = snapshot.site, board_month_path(board.month)
    page = render_page(
        "board_month.html.j2",
        snapshot,
        path,
        board=board,
        title=f"The board at the end of {month_title(board.month)}",
        day=format_day(board.day),
        made_later=made_later_text(board, site.timezone),
        before=before.month if before else "",
    )
    depends_on = [publishing_fingerprint(), repr((site, board, before and before.month))]
    return replace(page, fingerprint=fingerprint_of(depends_on))
