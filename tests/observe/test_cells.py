"""The board holds to the table that was worked out by hand before it, each cell with its fact."""

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
from tests.observe.own_register import line, whole_board


class Cell(NamedTuple):
    """A line of the table."""

    at: str
    process: str
    row: str
    state: str
    days: str
    evidence: str
    facts: str


def _table() -> list[Cell]:
    text = Path(__file__).with_name("cells.tsv").read_text(encoding="utf-8").splitlines()
    rows = csv.reader((row for row in text if not row.startswith("#")), delimiter="\t")
    return [Cell(*row) for row in rows][1:]


CELLS = _table()


@cache
def _board(day: str) -> Board:
    return whole_board(datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC))


def _date(moment: Moment | None) -> str:
    told = {Precision.YEAR: 4, Precision.MONTH: 7}
    day = moment.at.astimezone(ZoneInfo("Europe/London")).isoformat() if moment else "none"
    return day[: told.get(moment.precision, 10)] if moment else day


Told = tuple[str, int | None, Iterable[Evidence]]


def _stage(found: ProcessReport, plan: str) -> Told:
    for told in found.plans:
        if told.plan.id == plan:
            return told.stage.value, told.days, told.evidence
    return "not begun", None, ()


def _ends(found: ProcessReport, plan: str) -> Told:
    told = next(one for one in found.plans if one.plan.id == plan)
    assert told.ends
    used = _date(told.ends.claim.moment)
    claimed = [_date(fact.claim.moment) for fact in told.plan.facts if fact.kind == "ends"]
    left = next(one for one in found.deadlines if one.plan == plan and one.exact == told.ends.claim.moment)
    return f"{used} of {' '.join(claimed)}", left.days, left.evidence


def _last(found: ProcessReport) -> Told:
    silence = found.silence
    if silence.last is None:
        return "none", None, ()
    state = "reconstructed" if silence.reconstructed else "watched"
    return (state if silence.days is not None else "cannot tell"), silence.days, (silence.last,)


def _next(found: ProcessReport) -> Told:
    if not found.deadlines:
        return "none", None, ()
    first = [one for one in found.deadlines if one.day == found.deadlines[0].day]
    return first[0].day.isoformat(), first[0].days, [e for one in first for e in one.evidence]


def _meeting(found: ProcessReport, day: str) -> Told:
    told = next(one for one in found.meetings if one.day.isoformat() == day)
    words = {True: "yes", False: "no", None: "not told"}
    return (
        f"names {words[told.names_published]}, slides {words[told.slides_published]}",
        told.lag,
        told.evidence,
    )


def _commitment(found: ProcessReport, id: str) -> Told:
    told = next(one for plan in found.plans for one in plan.commitments if one.id == id)
    return f"{told.publisher_status or 'not told'}; {told.completion or 'not told'}", None, told.evidence


NAMED = {"stage": _stage, "ends": _ends, "meeting": _meeting, "commitment": _commitment}


def _said(found: ProcessReport, row: str) -> Told:
    what, _, which = row.partition(" ")
    if row == "last record":
        return _last(found)
    if row == "next deadline":
        return _next(found)
    if what in NAMED:
        return NAMED[what](found, which)
    check = found.check(row)
    assert check, row
    return check.result.value, check.days, check.evidence


def test_the_table_is_large_enough() -> None:
    assert len(CELLS) >= 60
    assert all(cell.facts for cell in CELLS)


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell.at} {cell.process} {cell.row}")
def test_the_board_says_what_the_table_says(cell: Cell) -> None:
    state, days, evidence = _said(line(_board(cell.at), cell.process), cell.row)
    addresses = [one.url or "" for one in evidence]
    assert (state, "-" if days is None else str(days)) == (cell.state, cell.days), addresses
    assert cell.evidence == "-" or any(one.startswith(cell.evidence) for one in addresses), addresses
