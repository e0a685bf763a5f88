"""Past outages of a source: on their days silence does not count."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from aggregator.model import Outage, ReadStatus, RuleResult, SourceWithState
from tests.observe.own_register import FIRST_READ_AT, own_board, own_sources, report_on
from tests.observe.test_silence import FAILURE, document, noon, scotland

SOURCE = "scotland-publications"
TITLE = "Scottish Government publications"
RECORD = "2026-12-10"
"""The limit of half a year after it is 11 June 2027."""


def make_outage(since: str, until: str, *, failed: bool = True, items_missed: bool = False) -> Outage:
    return Outage(
        source=SOURCE,
        since=noon(since),
        until=noon(until),
        failing_since=noon(since).replace(hour=13) if failed else None,
        failure=FAILURE if failed else None,
        items_missed=items_missed,
    )


def sources_with_outages(now: str, *outages: Outage) -> tuple[SourceWithState, ...]:
    """All sources, read since the first poll, one of them with these outages."""
    return tuple(
        replace(one, outages=outages if one.source.id == SOURCE else ())
        for one in own_sources(FIRST_READ_AT, noon(now))
    )


SOURCES = sources_with_outages("2027-08-01", make_outage("2027-06-05", "2027-06-25"))


@pytest.mark.parametrize("as_known", [False, True])
def test_on_a_day_in_a_gap_the_result_is_unknown_even_when_the_gap_is_over(as_known: bool) -> None:
    report = report_on(
        own_board(noon("2027-06-20"), [document(RECORD)], SOURCES, as_known=as_known), "scotland"
    )
    assert (report.coverage.unreadable, report.coverage.unreadable_since) == ((TITLE,), date(2027, 6, 5))
    assert report.silence.observed_days is None
    check = report.check("C2")
    assert check
    assert (check.result, check.since) == (RuleResult.UNKNOWN, date(2027, 6, 5))


def test_the_row_of_a_body_shows_since_when_it_was_unreadable() -> None:
    sources = tuple(one for one in SOURCES if one.source.id == SOURCE)
    (report,) = (one for one in own_board(noon("2027-06-20"), [], sources).rows)
    assert (report.read_status, report.since) == (ReadStatus.FAILING, noon("2027-06-05").replace(hour=13))


def test_days_count_before_and_after_a_gap() -> None:
    before = scotland("2027-06-05", document(RECORD), sources=SOURCES).check("C2")
    after = scotland("2027-06-25", document(RECORD), sources=SOURCES)
    check = after.check("C2")
    assert before
    assert check
    assert (before.result, before.days) == (RuleResult.DUE, 6)
    assert (check.result, check.days) == (RuleResult.PAST_OUR_LIMIT, 14)
    assert [(gap.source, gap.since, gap.until, gap.restarts_coverage) for gap in after.coverage.gaps] == [
        (TITLE, date(2027, 6, 5), date(2027, 6, 25), False)
    ]


@pytest.mark.parametrize(
    "gap",
    [
        make_outage("2027-03-01", "2027-04-02"),  # 32 days: longer than lists are sure to reach
        make_outage("2027-03-01", "2027-04-02", failed=False),  # nobody polled
        make_outage("2027-04-01", "2027-04-02", failed=False, items_missed=True),  # the feed had rolled on
    ],
)
def test_coverage_restarts_after_a_gap_in_which_items_may_have_been_missed(gap: Outage) -> None:
    report = scotland("2027-06-20", document(RECORD), sources=sources_with_outages("2027-08-01", gap))
    check = report.check("C2")
    assert check
    assert check.result is RuleResult.UNKNOWN
    assert (report.coverage.first_read, report.coverage.since) == (date(2026, 11, 23), date(2027, 4, 2))
    assert (report.silence.days, report.silence.observed_days, report.silence.reconstructed) == (
        192,
        79,
        True,
    )
    later = scotland("2027-10-03", document(RECORD), sources=sources_with_outages("2027-11-01", gap)).check(
        "C2"
    )
    assert later
    assert (later.result, later.days) == (RuleResult.PAST_OUR_LIMIT, 1)


def test_an_outage_of_hours_is_no_gap() -> None:
    sources = sources_with_outages("2027-08-01", make_outage("2027-06-19", "2027-06-20"))
    assert scotland("2027-06-25", document(RECORD), sources=sources).coverage.gaps == ()


def test_a_silence_that_spans_a_gap_is_reported_once() -> None:
    gap = make_outage("2027-07-01", "2027-08-15")
    events = scotland(
        "2028-06-01", document(RECORD), sources=sources_with_outages("2028-06-01", gap)
    ).silence_events
    assert [(event.ended, event.day) for event in events] == [(False, date(2027, 6, 12))]
    early = make_outage("2027-05-01", "2027-06-15")
    events = scotland(
        "2028-06-01", document(RECORD), sources=sources_with_outages("2028-06-01", early)
    ).silence_events
    assert [(event.ended, event.day, event.days) for event in events] == [(False, date(2027, 12, 16), 184)]


def first_read_in_july(*outages: Outage) -> tuple[SourceWithState, ...]:
    """The sources in August, one of which was first read in July, after these outages."""
    return tuple(
        replace(one, state=replace(one.state, first_read=noon("2027-07-01")), outages=outages)
        if one.source.id == SOURCE
        else one
        for one in own_sources(FIRST_READ_AT, noon("2027-08-01"))
    )


def test_a_source_first_polled_later_is_not_in_the_board_as_known() -> None:
    """A source added in July does not change the board of June as it was known in June."""
    sources = first_read_in_july()
    report = report_on(own_board(noon("2027-06-20"), [document(RECORD)], sources, as_known=True), "scotland")
    check = report.check("C2")
    assert check
    assert (check.result, check.days) == (RuleResult.PAST_OUR_LIMIT, 9)
    assert TITLE not in report.coverage.sources
    now = scotland("2027-06-20", document(RECORD), sources=sources).check("C2")
    assert now
    assert now.result is RuleResult.UNKNOWN


def test_a_source_that_had_only_failed_by_then_is_unreadable_and_not_silent() -> None:
    """Its polls failed from May on, and it first answered in July: in June the result is unknown."""
    first = Outage(
        source=SOURCE,
        since=noon("2027-05-01"),
        until=noon("2027-07-01"),
        failing_since=noon("2027-05-01"),
        failure=FAILURE,
    )
    sources = first_read_in_july(first)
    report = report_on(own_board(noon("2027-06-20"), [document(RECORD)], sources, as_known=True), "scotland")
    check = report.check("C2")
    assert check
    assert check.result is RuleResult.UNKNOWN
    assert report.coverage.unreadable == (TITLE,)
