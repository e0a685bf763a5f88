"""The board agrees with a table that was worked out by hand before it, each cell with its fact."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from aggregator.model import Board, Evidence, Moment, Precision, ProcessReport
from tests.observe.own_register import own_board, report_on


class Cell(NamedTuple):
    """A row of the table."""

    at: str
    process: str
    row: str
    state: str
    days: str
    evidence: str
    facts: str


def _read_table() -> list[Cell]:
    lines = Path(__file__).with_name("cells.tsv").read_text(encoding="utf-8").splitlines()
    rows = csv.reader((line for line in lines if not line.startswith("#")), delimiter="\t")
    return [Cell(*row) for row in rows][1:]


CELLS = _read_table()


@cache
def _board(day: str) -> Board:
    return own_board(datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC))


def _date(moment: Moment | None) -> str:
    lengths = {Precision.YEAR: 4, Precision.MONTH: 7}
    day = moment.at.astimezone(ZoneInfo("Europe/London")).isoformat() if moment else "none"
    return day[: lengths.get(moment.precision, 10)] if moment else day


CellValues = tuple[str, int | None, Iterable[Evidence]]


def _stage(report: ProcessReport, plan: str) -> CellValues:
    for one in report.plans:
        if one.plan.id == plan:
            return one.stage.value, one.days, one.evidence
    return "not begun", None, ()


def _ends(report: ProcessReport, plan: str) -> CellValues:
    ending = next(one for one in report.plans if one.plan.id == plan)
    assert ending.ends
    used = _date(ending.ends.claim.moment)
    claimed = [_date(fact.claim.moment) for fact in ending.plan.facts if fact.kind == "ends"]
    left = next(one for one in report.deadlines if one.plan == plan and one.exact == ending.ends.claim.moment)
    return f"{used} of {' '.join(claimed)}", left.days, left.evidence


def _last(report: ProcessReport) -> CellValues:
    silence = report.silence
    if silence.last is None:
        return "none", None, ()
    state = "reconstructed" if silence.reconstructed else "watched"
    return (state if silence.days is not None else "cannot tell"), silence.days, (silence.last,)


def _next(report: ProcessReport) -> CellValues:
    if not report.deadlines:
        return "none", None, ()
    first = [one for one in report.deadlines if one.day == report.deadlines[0].day]
    return first[0].day.isoformat(), first[0].days, [e for one in first for e in one.evidence]


def _meeting(report: ProcessReport, day: str) -> CellValues:
    meeting = next(one for one in report.meetings if one.day.isoformat() == day)
    texts = {True: "yes", False: "no", None: "unknown"}
    return (
        f"names {texts[meeting.names_published]}, slides {texts[meeting.slides_published]}",
        meeting.lag,
        meeting.evidence,
    )


def _commitment(report: ProcessReport, id: str) -> CellValues:
    commitment = next(one for plan in report.plans for one in plan.commitments if one.id == id)
    return (
        f"{commitment.publisher_status or 'unknown'}; {commitment.completion or 'unknown'}",
        None,
        commitment.evidence,
    )


NAMED = {"stage": _stage, "ends": _ends, "meeting": _meeting, "commitment": _commitment}


def _cell_values(report: ProcessReport, row: str) -> CellValues:
    what, _, id = row.partition(" ")
    if row == "last record":
        return _last(report)
    if row == "next deadline":
        return _next(report)
    if what in NAMED:
        return NAMED[what](report, id)
    check = report.check(row)
    assert check, row
    return check.result.value, check.days, check.evidence


def test_the_table_is_large_enough() -> None:
    assert len(CELLS) >= 60
    assert all(cell.facts for cell in CELLS)


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell.at} {cell.process} {cell.row}")
def test_the_board_agrees_with_the_table(cell: Cell) -> None:
    state, days, evidence = _cell_values(report_on(_board(cell.at), cell.process), cell.row)
    addresses = [one.url or "" for one in evidence]
    assert (state, "-" if days is None else str(days)) == (cell.state, cell.days), addresses
    assert cell.evidence == "-" or any(one.startswith(cell.evidence) for one in addresses), addresses
