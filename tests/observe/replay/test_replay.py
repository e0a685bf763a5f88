"""The chronology since 2021, replayed day by day: each day on which a cell changes, and by which document.

`changes.tsv` was read line by line against the facts that `documents.tsv` cites. When a rule or the register
changes, write it anew with `python -m tests.observe.replay.chronology`, and read what differs likewise.
"""

from __future__ import annotations

import csv
from datetime import date

import pytest

from aggregator.publish.board.wording import result_text
from tests.observe.own_register import config, report_on
from tests.observe.replay.chronology import FOLDER, LAST_DAY, board_of, changes, rows

GOLDEN = FOLDER / "changes.tsv"


def golden_lines() -> list[str]:
    return GOLDEN.read_text(encoding="utf-8").splitlines()


@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_cells_change_on_these_days_and_by_these_documents() -> None:
    assert list(changes()) == golden_lines()


def test_each_change_names_a_day_or_a_document_whose_source_is_on_record() -> None:
    plans = config().register.plans
    facts = [
        *(fact for plan in plans for fact in plan.facts),
        *(fact for plan in plans for one in plan.commitments for fact in one.facts),
    ]
    known = {row.address for row in rows()} | {fact.claim.source for fact in facts}
    known |= {process.website for process in config().register.processes}
    known |= {"the day", *(fact.claim.what for fact in facts)}
    causes = {one for line in csv.reader(golden_lines(), delimiter="\t") for one in line[2].split(" + ")}
    assert causes <= known
    assert all(row.facts for row in rows())


def test_the_meetings_of_the_chronology_are_those_of_the_board() -> None:
    board = board_of(LAST_DAY)
    found = {meeting.day for report in board.processes for meeting in report.meetings}
    assert found == {date.fromisoformat(row.meeting_day) for row in rows() if row.meeting_day != "-"}


@pytest.mark.parametrize(
    ("day", "words"),
    [
        # The rule is of 2022, and the last meeting was 308 days ago.
        (date(2022, 3, 1), "cannot tell; it has been in force only since 1 January 2022"),
        # A meeting had been held on 18 January, and its record was not out yet.
        (
            date(2023, 3, 3),
            "overdue by 3 days on 25 December 2022; the record of a later meeting may not be out yet",
        ),
    ],
)
def test_a_forum_is_late_only_by_days_of_which_the_records_must_be_out(day: date, words: str) -> None:
    check = report_on(board_of(day), "uk").check("R1.1")
    assert check
    result, _, reason = words.partition("; ")
    assert (result_text(check), reason in check.why) == (result, True)
