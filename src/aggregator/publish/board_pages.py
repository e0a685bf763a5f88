"""The pages of the board: `board.html`, and one for each process with its rules, meetings and timeline."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import Artifact, Edition, ProcessLine, StageName
from aggregator.model.days import day_of
from aggregator.publish.board_rows import published
from aggregator.publish.board_words import heading
from aggregator.publish.pages import page
from aggregator.publish.timeline import Mark, mark, timeline
from aggregator.publish.words import line

STYLE: Final = Path(__file__).with_name("templates") / "board.css"


def publish_board(edition: Edition) -> Iterator[Artifact]:
    """`board.html`, `board.css` and `board/PROCESS.html`; nothing without a process."""
    if not edition.board.processes:
        return
    zone, counting = edition.site.zone, line(edition.board.counting, 600)
    yield Artifact(path="board.css", media_type="text/css", payload=STYLE.read_bytes())
    yield page(
        "board.html.j2",
        edition,
        "board.html",
        processes=edition.board.processes,
        day=heading(edition.board, zone),
        counting=counting,
    )
    for process in edition.board.processes:
        drawn = timeline(list(_life(process, zone)), day_of(edition.at, zone))
        path = f"board/{process.process.id}.html"
        yield page("process.html.j2", edition, path, process=process, drawn=drawn, counting=counting)


def _life(process: ProcessLine, zone: ZoneInfo) -> Iterator[Mark]:
    """The plans of a process as spans from their publication to their end."""
    for number, one in enumerate(process.plans, 1):
        begun = published(one) or (one.since if one.stage is not StageName.NOT_BEGUN else None)
        if begun:
            last = one.ends.claim.moment if one.ends else None
            yield mark(number, begun, max(begun, last or begun), "plan", one.plan.title, zone)
