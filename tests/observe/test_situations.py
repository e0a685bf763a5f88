"""Each rule of the board in many situations, each with the expected cell and its sentence."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from aggregator.publish.board.wording import result_text
from tests.observe.own_register import config, report_on
from tests.observe.situations import Situation

# The rules that the table shows for Scotland; all others are shown for the UK.
SCOTLANDS = {"S1", "C2"}


class Row(NamedTuple):
    """A row of the table."""

    rule: str
    at: str
    situation: str
    cell: str
    sentence: str

    @property
    def id(self) -> str:
        """The rule's id."""
        return self.rule.partition("@")[0].partition("#")[0]


def _read_table() -> list[Row]:
    lines = Path(__file__).with_name("situations.tsv").read_text(encoding="utf-8").splitlines()
    rows = csv.reader((line for line in lines if not line.startswith("#")), delimiter="\t")
    return [Row(*row) for row in rows][1:]


ROWS = _read_table()


def test_every_rule_has_at_least_six_situations() -> None:
    counts = Counter(row.id for row in ROWS)
    assert {rule.id: counts[rule.id] for rule in config().register.rules if counts[rule.id] < 6} == {}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.rule} {row.at} {row.situation}")
def test_a_rule_shows_this_cell_and_sentence(row: Row) -> None:
    name, _, process = row.rule.partition("@")
    number = int(name.partition("#")[2] or 1)
    board = Situation.read(row.at, row.situation).board()
    report = report_on(board, process or ("scotland" if row.id in SCOTLANDS else "uk"))
    check = [one for one in report.checks if one.rule.id == row.id][number - 1]
    assert (result_text(check), check.why) == (row.cell, row.sentence)
