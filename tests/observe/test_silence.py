"""Silence: which days count, what stops the count, and silence events. It is 1 December 2026 or later."""

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
from tests.observe.own_register import FIRST_READ_AT, own_board, own_sources, report_on
from tests.observe.situations import Situation
from tests.support.builders import make_carrier, make_document, make_entry, make_labels, moment

FAILURE = Failed(url="https://www.gov.scot/", cause=Cause.TIMEOUT, detail="30 s", hint="wait")
NOON = timedelta(hours=12)
PROCESS = make_labels(topics=("open-government-process",))


def noon(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(hour=12, tzinfo=UTC)


def document(published: str, source: str = "scotland-open-government-blog") -> Document:
    """An official Scottish document, seen on the day it came out."""
    url = f"https://blogs.gov.scot/open-government-partnership/{published}"
    entry = make_entry(
        url, body="scot-gov", source=source, published=moment(f"{published} 09:00"), updated=None
    )
    first_seen = noon(published)
    return make_document(
        entry, labels=PROCESS, first_seen=first_seen, carriers=(make_carrier(entry, first_seen),)
    )


def scotland(at: str, *documents: Document, sources: Any = None) -> ProcessReport:
    now = noon(at)
    return report_on(own_board(now, documents, sources or own_sources(FIRST_READ_AT, now)), "scotland")


def failing(since: str, at: str, source: str = "scotland-publications") -> tuple[SourceWithState, ...]:
    """All sources, read at `at` but for one that fails since `since`."""
    return tuple(
        replace(
            one,
            state=replace(
                one.state,
                last_read=noon(since),
                failing_since=noon(since),
                failure=FAILURE,
                last_polled=noon(at),
            ),
        )
        if one.source.id == source
        else one
        for one in own_sources(FIRST_READ_AT, noon(at))
    )


def test_silence_counts_from_the_last_record_within_coverage() -> None:
    report = scotland("2027-03-01", document("2026-12-10"))
    assert (report.silence.days, report.silence.observed_days, report.silence.reconstructed) == (
        81,
        81,
        False,
    )
    check = report.check("C2")
    assert check
    assert (check.result, check.days, check.by) == (RuleResult.MET, 102, date(2027, 6, 11))


def test_a_page_on_a_host_that_only_ends_like_an_official_one_is_no_record() -> None:
    official = document("2026-12-10")
    other = replace(official.entry, url="https://blogs.notgov.scot/open-government-partnership/")
    silent = scotland("2027-03-01").silence.last

    assert scotland("2027-03-01", official).silence.last != silent
    assert scotland("2027-03-01", replace(official, entry=other)).silence.last == silent


def test_a_rule_is_due_in_the_last_thirty_days_before_its_limit() -> None:
    check = scotland("2027-05-20", document("2026-12-10")).check("C2")
    assert check
    assert (check.result, check.days) == (RuleResult.DUE, 22)


def test_past_our_own_limit_is_never_overdue() -> None:
    check = scotland("2027-06-20", document("2026-12-10")).check("C2")
    assert check
    assert (check.result, check.days) == (RuleResult.PAST_OUR_LIMIT, 9)
    assert not [one for one in scotland("2027-06-20").checks if one.result is RuleResult.OVERDUE]


def test_an_unreadable_source_makes_silence_unknown() -> None:
    sources = failing("2027-06-01", "2027-06-20")
    report = scotland("2027-06-20", document("2026-12-10"), sources=sources)
    check = report.check("C2")
    assert check
    assert (check.result, check.since) == (RuleResult.UNKNOWN, date(2027, 6, 1))
    assert "Scottish Government publications" in check.why
    assert (report.silence.observed_days, report.coverage.unreadable) == (
        None,
        ("Scottish Government publications",),
    )


@pytest.mark.parametrize(
    ("last_read", "result"),
    [
        ("2027-06-20 01:00", RuleResult.PAST_OUR_LIMIT),  # on the day
        ("2027-06-19 17:00", RuleResult.PAST_OUR_LIMIT),  # within six hours before it, in London
        ("2027-06-19 12:00", RuleResult.UNKNOWN),
    ],
)
def test_late_only_if_each_source_was_read_within_its_interval(last_read: str, result: RuleResult) -> None:
    at = datetime.fromisoformat(last_read).replace(tzinfo=UTC)
    sources = tuple(
        replace(one, state=replace(one.state, last_read=at, failing_since=at, failure=FAILURE))
        if one.source.id == "scotland-publications"
        else one
        for one in own_sources(FIRST_READ_AT, noon("2027-06-20"))
    )
    check = scotland("2027-06-20", document("2026-12-10"), sources=sources).check("C2")
    assert check
    assert check.result is result
    assert ("Scottish Government publications" in check.why) or result is RuleResult.PAST_OUR_LIMIT


def test_a_recently_added_source_leaves_the_days_before_it_uncovered() -> None:
    sources = tuple(
        replace(one, state=replace(one.state, first_read=noon("2027-06-01")))
        if one.source.id == "scotland-publications"
        else one
        for one in own_sources(FIRST_READ_AT, noon("2027-06-20"))
    )
    report = scotland("2027-06-20", document("2026-12-10"), sources=sources)
    assert (report.silence.days, report.silence.observed_days, report.silence.reconstructed) == (
        192,
        19,
        True,
    )
    check = report.check("C2")
    assert check
    assert check.result is RuleResult.UNKNOWN


def test_an_address_that_was_never_read_may_have_what_we_miss() -> None:
    sources = tuple(
        replace(one, state=replace(one.state, last_read=None, first_read=None, failure=FAILURE))
        if not one.source.verified and one.source.body == "scot-gov"
        else one
        for one in own_sources(FIRST_READ_AT, noon("2027-06-20"))
    )
    report = scotland("2027-06-20", document("2026-12-10"), sources=sources)
    assert report.coverage.never_read == (
        "Scottish Government open government blog",
        "Scottish Government consultations",
    )
    check = report.check("C2")
    assert check
    assert (check.result, check.why.partition("; ")[2]) == (
        RuleResult.UNKNOWN,
        "never read by us: Scottish Government open government blog, Scottish Government consultations",
    )
    assert report.silence.observed_days is None


def test_a_passed_limit_and_the_end_of_a_silence_are_one_event_each() -> None:
    first, second = document("2026-12-10"), document("2027-07-01")
    events = [(one.ended, one.day, one.days) for one in scotland("2027-06-20", first).silence_events]
    assert events == [(False, date(2027, 6, 12), 184)]
    later = scotland("2027-08-01", first, second).silence_events
    assert [(one.ended, one.day, one.days) for one in later] == [
        (False, date(2027, 6, 12), 184),
        (True, date(2027, 7, 1), 203),
    ]
    assert later[0].id == scotland("2027-06-20", first).silence_events[0].id
    assert scotland("2027-06-11", first).silence_events == ()


def test_a_limit_passed_before_our_first_poll_makes_no_event() -> None:
    assert scotland("2026-12-01").silence_events == ()
    assert report_on(own_board(noon("2026-12-01")), "uk").silence_events == ()


def test_no_limit_is_passed_while_a_source_cannot_be_read() -> None:
    sources = failing("2027-06-01", "2027-06-20")
    assert scotland("2027-06-20", document("2026-12-10"), sources=sources).silence_events == ()


def test_days_before_our_first_poll_are_reconstructed() -> None:
    report = scotland("2026-06-01")
    assert report.silence.reconstructed
    assert report.silence.observed_days is None
    assert all(one.reconstructed for one in report.checks if one.result is not RuleResult.NOT_APPLICABLE)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (("2026-12-10", "2026-12-10"), RuleResult.UNKNOWN),  # two documents on one day are one addition
        (("2026-12-10", "2026-12-11"), RuleResult.MET),
    ],
)
def test_two_documents_on_one_day_are_one_addition(days: tuple[str, str], expected: RuleResult) -> None:
    def plan(published: str, number: int) -> Document:
        entry = make_entry(
            f"https://www.gov.uk/government/{number}",
            body="cabinet-office",
            source="nap-collection",
            published=moment(f"{published} 09:00"),
            updated=None,
        )
        first_seen = noon(published)
        return make_document(
            entry, labels=PROCESS, first_seen=first_seen, carriers=(make_carrier(entry, first_seen),)
        )

    now = noon("2027-04-30")  # the call of 25 March 2026 lies more than 365 days back
    report = [plan(published, number) for number, published in enumerate(days)]
    check = report_on(own_board(now, report, own_sources(FIRST_READ_AT, now)), "uk").check("R2.2")
    assert check
    assert check.result is expected


def test_publishing_frequency_comes_from_the_dates_of_a_sources_documents() -> None:
    days = ("2026-12-10", "2026-12-20", "2027-01-30", "2027-02-01")
    (frequency,) = scotland("2027-03-01", *(document(day) for day in days)).publishing_frequencies
    assert (frequency.source, frequency.count, frequency.newest) == (
        "scotland-open-government-blog",
        4,
        date(2027, 2, 1),
    )
    assert (frequency.usual_gap, frequency.longest_gap, frequency.usual_record_lag) == (
        10,
        41,
        None,
    )  # gaps of 10, 41 and 2 days
    assert frequency.years == {2026: 2, 2027: 2}


def test_the_collection_of_plans_is_a_source_about_open_government_alone() -> None:
    scopes = {one.source.id: one.source.scope for one in own_sources()}
    assert scopes["nap-collection"] is Scope.ALL


@pytest.mark.parametrize(
    ("new_labels", "is_record"),
    [
        (make_labels(type="report", topics=("open-government-process",)), True),
        (make_labels(type="action-plan", plans=("scotland-2026-2030",)), True),
        (make_labels(type="commitment-update", commitments=("GBSCT0001",)), True),
        (make_labels(type="transparency-return", topics=("open-government-process",)), False),
        (make_labels(type="foi-release", plans=("scotland-2026-2030",)), False),
        (make_labels(type="report", topics=("open-data",)), False),
    ],
)
def test_only_records_of_the_process_end_a_silence(new_labels: Labels, is_record: bool) -> None:
    """A routine return is relevant, too, and is shown beside the silence; it does not end it."""
    before, newer = document("2026-12-10"), replace(document("2027-05-01"), labels=new_labels)
    report = scotland("2027-06-20", before, newer)
    check = report.check("C2")
    assert check
    assert check.result is (RuleResult.MET if is_record else RuleResult.PAST_OUR_LIMIT)
    assert report.silence.days == (50 if is_record else 192)
    other = report.silence.other_document
    assert (other.url if other else None) == (None if is_record else newer.entry.url)


@pytest.mark.parametrize(
    "situation",
    [
        "only Network",
        "meeting 2026-05-01; readout 2026-10-09",
        "meeting 2026-05-01; readout 2026-10 2026-10-09",
    ],
)
def test_the_feed_of_silences_names_no_meeting_that_may_have_taken_place(situation: str) -> None:
    """The bodies themselves are not read, or a record that tells no day may be of a later meeting."""
    board = Situation.read("2026-11-10", f"fact uk-1 published 2025-01-10; {situation}").board()
    events = report_on(board, "uk").silence_events
    assert [event for event in events if event.rule.id == "R1.1"] == []


def test_an_event_names_the_sources_and_the_quiet_days() -> None:
    board = Situation.read(
        "2026-12-20",
        "fact uk-1 published 2025-01-10; record 2026-02-01; meeting 2026-02-01; "
        "quiet uk 2026-03-26 2026-05-07",
    ).board()
    found = {
        event.rule.id: (event.days, [one.days for one in event.quiet], event.looked_in)
        for event in report_on(board, "uk").silence_events
    }
    assert found == {
        "C1": (227, [43], ("Government",)),
        "R1.1": (184, [43], ("Government", "Network")),
    }
