"""The silence clock: what is counted, what stops it, and when it is news. It is 1 December 2026 or later."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from aggregator.errors import Cause
from aggregator.model import (
    Document,
    Failed,
    Labels,
    ProcessReport,
    RuleResult,
    Scope,
    SourceWithState,
)
from tests.observe.own_register import READ, line, sources, whole_board
from tests.support.builders import make_carrier, make_document, make_entry, make_labels, moment

FAILURE = Failed(url="https://www.gov.scot/", cause=Cause.TIMEOUT, detail="30 s", hint="wait")
NOON = timedelta(hours=12)
PROCESS = make_labels(topics=("open-government-process",))


def noon(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(hour=12, tzinfo=UTC)


def document(published: str, source: str = "scotland-open-government-blog") -> Document:
    """An official Scottish document, seen on the day it came out."""
    url = f"https://blogs.gov.scot/open-government-partnership/{published}"
    told = make_entry(
        url, body="scot-gov", source=source, published=moment(f"{published} 09:00"), updated=None
    )
    seen = noon(published)
    return make_document(told, labels=PROCESS, first_seen=seen, carriers=(make_carrier(told, seen),))


def scotland(at: str, *documents: Document, lines: Any = None) -> ProcessReport:
    now = noon(at)
    return line(whole_board(now, documents, lines or sources(READ, now)), "scotland")


def failing(since: str, at: str, source: str = "scotland-publications") -> tuple[SourceWithState, ...]:
    """All sources read at `at`, but for one that fails since."""
    return tuple(
        replace(
            one,
            state=replace(
                one.state, last_read=noon(since), failing_since=noon(since), failure=FAILURE, asked=noon(at)
            ),
        )
        if one.source.id == source
        else one
        for one in sources(READ, noon(at))
    )


def test_silence_is_counted_from_a_record_that_we_watched() -> None:
    found = scotland("2027-03-01", document("2026-12-10"))
    assert (found.silence.days, found.silence.observed_days, found.silence.reconstructed) == (81, 81, False)
    check = found.check("C2")
    assert check
    assert (check.result, check.days, check.by) == (RuleResult.MET, 102, date(2027, 6, 11))


def test_a_page_on_a_host_that_only_ends_like_an_official_one_is_no_record() -> None:
    official = document("2026-12-10")
    other = replace(official.entry, url="https://blogs.notgov.scot/open-government-partnership/")
    silent = scotland("2027-03-01").silence.last

    assert scotland("2027-03-01", official).silence.last != silent
    assert scotland("2027-03-01", replace(official, entry=other)).silence.last == silent


def test_the_last_thirty_days_before_the_limit_are_due() -> None:
    check = scotland("2027-05-20", document("2026-12-10")).check("C2")
    assert check
    assert (check.result, check.days) == (RuleResult.DUE, 22)


def test_past_our_own_mark_is_never_overdue() -> None:
    check = scotland("2027-06-20", document("2026-12-10")).check("C2")
    assert check
    assert (check.result, check.days) == (RuleResult.PAST_OUR_LIMIT, 9)
    assert not [one for one in scotland("2027-06-20").checks if one.result is RuleResult.OVERDUE]


def test_a_source_that_cannot_be_read_stops_the_clock() -> None:
    lines = failing("2027-06-01", "2027-06-20")
    found = scotland("2027-06-20", document("2026-12-10"), lines=lines)
    check = found.check("C2")
    assert check
    assert (check.result, check.since) == (RuleResult.UNKNOWN, date(2027, 6, 1))
    assert "Scottish Government publications" in check.why
    assert (found.silence.observed_days, found.coverage.unreadable) == (
        None,
        ("Scottish Government publications",),
    )


def test_an_hours_failure_is_no_gap() -> None:
    lines = failing("2027-06-19", "2027-06-20")
    check = scotland("2027-06-20", document("2026-12-10"), lines=lines).check("C2")
    assert check
    assert check.result is RuleResult.PAST_OUR_LIMIT


def test_a_source_that_was_added_lately_makes_what_lies_before_it_unwatched() -> None:
    lines = tuple(
        replace(one, state=replace(one.state, first_read=noon("2027-06-01")))
        if one.source.id == "scotland-publications"
        else one
        for one in sources(READ, noon("2027-06-20"))
    )
    found = scotland("2027-06-20", document("2026-12-10"), lines=lines)
    assert (found.silence.days, found.silence.observed_days, found.silence.reconstructed) == (192, 19, True)
    check = found.check("C2")
    assert check
    assert check.result is RuleResult.UNKNOWN


def test_an_address_that_is_only_likely_and_never_answered_is_no_gap() -> None:
    lines = tuple(
        replace(one, state=replace(one.state, last_read=None, first_read=None, failure=FAILURE))
        if not one.source.verified and one.source.body == "scot-gov"
        else one
        for one in sources(READ, noon("2027-06-20"))
    )
    assert any(one.state.last_read is None for one in lines)
    found = scotland("2027-06-20", document("2026-12-10"), lines=lines)
    assert found.coverage.unreadable == ()
    assert found.silence.observed_days == 192


def test_a_passed_limit_and_the_end_of_a_silence_are_one_piece_of_news_each() -> None:
    first, second = document("2026-12-10"), document("2027-07-01")
    told = [(one.ended, one.day, one.days) for one in scotland("2027-06-20", first).silence_events]
    assert told == [(False, date(2027, 6, 12), 184)]
    later = scotland("2027-08-01", first, second).silence_events
    assert [(one.ended, one.day, one.days) for one in later] == [
        (False, date(2027, 6, 12), 184),
        (True, date(2027, 7, 1), 203),
    ]
    assert later[0].id == scotland("2027-06-20", first).silence_events[0].id
    assert scotland("2027-06-11", first).silence_events == ()


def test_what_was_past_its_limit_before_we_watched_is_no_news() -> None:
    assert scotland("2026-12-01").silence_events == ()
    assert line(whole_board(noon("2026-12-01")), "uk").silence_events == ()


def test_no_limit_is_passed_while_a_source_cannot_be_read() -> None:
    lines = failing("2027-06-01", "2027-06-20")
    assert scotland("2027-06-20", document("2026-12-10"), lines=lines).silence_events == ()


def test_days_before_our_first_poll_are_reconstructed() -> None:
    found = scotland("2026-06-01")
    assert found.silence.reconstructed
    assert found.silence.observed_days is None
    assert all(one.reconstructed for one in found.checks if one.result is not RuleResult.NOT_APPLICABLE)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (("2026-12-10", "2026-12-10"), RuleResult.UNKNOWN),  # two documents on one day are one addition
        (("2026-12-10", "2026-12-11"), RuleResult.MET),
    ],
)
def test_two_documents_on_one_day_are_one_addition(days: tuple[str, str], expected: RuleResult) -> None:
    def plan(published: str, number: int) -> Document:
        told = make_entry(
            f"https://www.gov.uk/government/{number}",
            body="cabinet-office",
            source="nap-collection",
            published=moment(f"{published} 09:00"),
            updated=None,
        )
        seen = noon(published)
        return make_document(told, labels=PROCESS, first_seen=seen, carriers=(make_carrier(told, seen),))

    now = noon("2027-04-30")  # the call of 25 March 2026 lies more than 365 days back
    found = [plan(published, number) for number, published in enumerate(days)]
    check = line(whole_board(now, found, sources(READ, now)), "uk").check("R2.2")
    assert check
    assert check.result is expected


def test_habits_are_worked_out_by_the_dates_of_a_sources_documents() -> None:
    days = ("2026-12-10", "2026-12-20", "2027-01-30", "2027-02-01")
    (habit,) = scotland("2027-03-01", *(document(day) for day in days)).publishing_frequencies
    assert (habit.source, habit.count, habit.newest) == (
        "scotland-open-government-blog",
        4,
        date(2027, 2, 1),
    )
    assert (habit.usual, habit.longest, habit.late) == (10, 41, None)  # gaps of 10, 41 and 2 days
    assert habit.years == {2026: 2, 2027: 2}


def test_the_sources_of_the_table_are_all_about_open_government_where_it_says_so() -> None:
    scopes = {one.source.id: one.source.scope for one in sources()}
    assert scopes["nap-collection"] is Scope.ALL


@pytest.mark.parametrize(
    ("told", "counts"),
    [
        (make_labels(type="report", topics=("open-government-process",)), True),
        (make_labels(type="action-plan", plans=("scotland-2026-2030",)), True),
        (make_labels(type="commitment-update", commitments=("GBSCT0001",)), True),
        (make_labels(type="transparency-return", topics=("open-government-process",)), False),
        (make_labels(type="foi-release", plans=("scotland-2026-2030",)), False),
        (make_labels(type="report", topics=("open-data",)), False),
    ],
)
def test_only_what_tells_of_the_process_sets_the_clock_back(told: Labels, counts: bool) -> None:
    """A routine return is open government, too, and is named beside the clock; it does not stop it."""
    before, newer = document("2026-12-10"), replace(document("2027-05-01"), labels=told)
    found = scotland("2027-06-20", before, newer)
    check = found.check("C2")
    assert check
    assert check.result is (RuleResult.MET if counts else RuleResult.PAST_OUR_LIMIT)
    assert found.silence.days == (50 if counts else 192)
    other = found.silence.other_document
    assert (other.url if other else None) == (None if counts else newer.entry.url)
