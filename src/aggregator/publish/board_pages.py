"""The pages of the board: `board.html`, and one for each process with its rules, meetings and timeline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import Artifact, Edition, Fact, FactKind, Moment, ProcessLine, StageName
from aggregator.publish.addresses import Shelf, shelf_page
from aggregator.publish.board_rows import HEADS, front_rows
from aggregator.publish.board_words import heading, say_stage
from aggregator.publish.dates import Said, day_of, say
from aggregator.publish.pages import page
from aggregator.publish.timeline import Mark, mark, timeline
from aggregator.publish.words import line

STYLE: Final = Path(__file__).with_name("templates") / "board.css"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """A plan on the timeline of its process."""

    number: int
    page: str
    title: str
    said: str
    out: Said | None
    ends: Said | None


def publish_board(edition: Edition) -> Iterator[Artifact]:
    """`board.html`, `board.css` and `board/PROCESS.html`; nothing without a process."""
    if not edition.board.processes:
        return
    zone, rows = edition.site.zone, front_rows(edition)
    counting = line(edition.board.counting, 600)
    yield Artifact(path="board.css", media_type="text/css", payload=STYLE.read_bytes())
    yield page(
        "board.html.j2",
        edition,
        "board.html",
        processes=rows,
        heads=HEADS,
        day=heading(edition.board, zone),
        counting=counting,
    )
    for told, row in zip(edition.board.processes, rows, strict=True):
        marks, plans = _life(told, zone)
        drawn = timeline(marks, day_of(edition.at, zone))
        path = f"board/{told.process.id}.html"
        yield page("process.html.j2", edition, path, process=row, plans=plans, drawn=drawn, counting=counting)


def _life(told: ProcessLine, zone: ZoneInfo) -> tuple[list[Mark], tuple[PlanRow, ...]]:
    """The plans of a process as spans from their publication to their end, and as rows."""
    marks, rows = [], []
    for number, one in enumerate(told.plans, 1):
        out = one.plan.fact(FactKind.PUBLISHED) or one.plan.fact(FactKind.SUBMITTED)
        first, last = _moment(out), _moment(one.ends)
        rows.append(
            PlanRow(
                number=number,
                page=shelf_page(Shelf.PLAN, one.plan.id),
                title=line(one.plan.title),
                said=say_stage(one, zone),
                out=say(first, zone) if first else None,
                ends=say(last, zone) if last else None,
            )
        )
        begun = first or (one.since if one.stage is not StageName.NOT_BEGUN else None)
        if begun:
            marks.append(mark(number, begun, max(begun, last or begun), "plan", one.plan.title, zone))
    return marks, tuple(rows)


def _moment(fact: Fact | None) -> Moment | None:
    return fact.claim.moment if fact else None
