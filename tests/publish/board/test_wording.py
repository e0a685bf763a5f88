"""Sentences of the board: they claim no day that nobody stated, and call no quiet period a silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from aggregator.model import (
    Board,
    Coverage,
    Deadline,
    PlanStage,
    Precision,
    QuietDays,
    QuietPeriod,
    Silence,
)
from aggregator.publish.board.wording import (
    coverage_text,
    deadline_text,
    silence_sentences,
    silence_text,
    stage_text,
)
from tests.publish.board.boards import make_day, make_evidence, make_process_report
from tests.support.builders import LONDON, NOON, moment

ELECTION = QuietPeriod(
    what="pre-election period before the election of 7 May 2026",
    processes=("here",),
    first=date(2026, 3, 26),
    last=date(2026, 5, 7),
    source="https://www.gov.scot/guidance",
    read_on=date(2026, 6, 1),
)
RECESS = replace(ELECTION, what="recess", last=date(2026, 5, 8))
YEAR = moment("2024-01-01 00:00", Precision.YEAR)


def make_silence(days: int = 143, quiet: int = 0, **changes: Any) -> Silence:
    """A silence on days that we watched."""
    found = (QuietDays(period=ELECTION, days=quiet),) if quiet else ()
    default = Silence(
        last=make_evidence(), days=days, observed_days=days, reconstructed=False, check=None, quiet=found
    )
    return replace(default, **changes)


def make_silence_of_two_periods() -> Silence:
    """A pre-election period and a recess that ended a day later."""
    found = (QuietDays(period=ELECTION, days=43), QuietDays(period=RECESS, days=1))
    return replace(make_silence(), quiet=found)


@pytest.mark.parametrize(
    ("silence", "text"),
    [
        (make_silence(), "The last record is of 9 January 2026, 143 days ago."),
        (
            make_silence(quiet=43),
            "The last record is of 9 January 2026, 143 days ago. Of these 143 days, 43 were in the "
            "pre-election period before the election of 7 May 2026.",
        ),
        (
            make_silence(quiet=43, observed_days=None),
            "The last record that we hold is of 9 January 2026. We could not check for newer records.",
        ),
        (
            make_silence(last=make_evidence(no_later=True)),
            "The last record that we hold bears no date; it came out no later than 9 January 2026, "
            "at least 143 days ago.",
        ),
        (
            make_silence(1, 1),
            "The last record is of 9 January 2026, 1 day ago. "
            "That day was in the pre-election period before the election of 7 May 2026.",
        ),
        (
            make_silence(143, 43, last=make_evidence(no_later=True)),
            "The last record that we hold bears no date; it came out no later than 9 January 2026, at least "
            "143 days ago. Of these 143 days, 43 were in the pre-election period before the election of "
            "7 May 2026.",
        ),
        (
            make_silence_of_two_periods(),
            "The last record is of 9 January 2026, 143 days ago. Of these 143 days, 43 were in the "
            "pre-election period before the election of 7 May 2026 and 1 more in the recess.",
        ),
        (make_silence(last=make_evidence(moment=YEAR)), "The last record that we hold is of 2024."),
        (make_silence(last=None), "We hold no official record of Here."),
    ],
)
def test_the_last_record_in_words(silence: Silence, text: str) -> None:
    assert silence_text(silence, LONDON, "Here") == text


@pytest.mark.parametrize(("days", "quiet", "named"), [(28, 0, 0), (29, 0, 1), (70, 42, 0), (71, 42, 1)])
def test_a_digest_names_a_gap_of_more_than_four_weeks_outside_quiet_periods(
    days: int, quiet: int, named: int
) -> None:
    report = make_process_report(silence=make_silence(days, quiet), checks=())
    assert len(silence_sentences(Board(at=NOON, rows=(), processes=(report,)), LONDON)) == named


@pytest.mark.parametrize(
    ("silence", "named"),
    [
        (make_silence(900, observed_days=None), 0),
        (make_silence(900, observed_days=28), 0),
        (make_silence(900, observed_days=29), 1),
        (make_silence(last=None, observed_days=None), 0),
        (make_silence(last=None, observed_days=28), 0),
        (make_silence(last=None, observed_days=29), 1),
    ],
)
def test_a_digest_calls_nobody_silent_whom_we_did_not_watch(silence: Silence, named: int) -> None:
    report = make_process_report(silence=replace(silence, days=silence.days if silence.last else None))
    board = Board(at=NOON, rows=(), processes=(replace(report, checks=()),))
    assert len(silence_sentences(board, LONDON)) == named


@pytest.mark.parametrize(("published", "named"), [("2026-05-08", 0), ("2026-05-07", 1)])
def test_a_body_that_published_something_else_lately_is_not_silent(published: str, named: int) -> None:
    """It is 5 June 2026; a routine return is no record of the process, and no silence either."""
    other = make_evidence("A return", moment=make_day(published))
    report = make_process_report(silence=make_silence(other_document=other), checks=())
    sentences = silence_sentences(Board(at=NOON, rows=(), processes=(report,)), LONDON)
    assert len(sentences) == named
    assert all("Newer, but no record of the process: A return, 7 May 2026." in one for one in sentences)


@pytest.mark.parametrize(
    ("exact", "days", "text"),
    [
        (None, 1, "5 July 2026, tomorrow"),
        (moment("2026-07-05 16:00"), 0, "5 July 2026, 17:00, today"),
        (moment("2026-07-01 00:00", Precision.MONTH), 1, "by the end of July 2026"),
        (moment("2026-01-01 00:00", Precision.YEAR), 0, "by the end of 2026"),
    ],
)
def test_a_deadline_in_words(exact: Any, days: int, text: str) -> None:
    deadline = Deadline(id="d", title="Deadline", day=date(2026, 7, 5), days=days, exact=exact)
    assert deadline_text(deadline, LONDON) == text


@pytest.mark.parametrize(
    ("sources", "lost", "never", "text"),
    [
        (("A",), (), (), "Looked for in 1 source, read since 23 May 2026."),
        (("A", "B"), (), (), "Looked for in 2 sources, all of them read since 23 May 2026."),
        (("A", "B"), ("B",), (), "Looked for in 2 sources; not read since 1 June 2026: B."),
        (("A", "B", "C"), ("B", "C"), (), "Looked for in 3 sources; not read up to this day: B, C."),
        (
            ("A", "B", "C"),
            ("B", "C"),
            ("C",),
            "Looked for in 3 sources; not read up to this day: B; never read by us: C.",
        ),
    ],
)
def test_where_we_looked_in_words(
    sources: tuple[str, ...], lost: tuple[str, ...], never: tuple[str, ...], text: str
) -> None:
    """No sentence says both that all sources are read and that some are not."""
    coverage = Coverage(
        sources=sources,
        first_read=date(2026, 5, 23),
        since=None if never else date(2026, 5, 23),
        gaps=(),
        unreadable=lost,
        unreadable_since=date(2026, 6, 1) if lost else None,
        never_read=never,
    )
    assert coverage_text(replace(make_process_report(), coverage=coverage)) == text


def test_a_stage_since_a_bare_year_has_no_age_in_days() -> None:
    (plan,) = make_process_report().plans
    closed = replace(plan, stage=PlanStage.CLOSED, since=YEAR, days=None)
    assert stage_text(closed, LONDON) == "closed, since 2024"
