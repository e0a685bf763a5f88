"""Times in which a source could not be read, and that are over: they stop the clock on their own days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from aggregator.model import Outage, ReadStatus, RuleResult, SourceWithState
from tests.observe.own_register import READ, line, sources, whole_board
from tests.observe.test_silence import FAILURE, document, noon, scotland

SOURCE = "scotland-publications"
TITLE = "Scottish Government publications"
RECORD = "2026-12-10"
"""Its half year is over on 11 June 2027."""


def out_of_sight(since: str, until: str, *, failed: bool = True, missed: bool = False) -> Outage:
    return Outage(
        source=SOURCE,
        since=noon(since),
        until=noon(until),
        failing_since=noon(since).replace(hour=13) if failed else None,
        failure=FAILURE if failed else None,
        missed=missed,
    )


def read_again(now: str, *gaps: Outage) -> tuple[SourceWithState, ...]:
    """All sources read since the first poll, one of them with these gaps."""
    return tuple(
        replace(one, outages=gaps if one.source.id == SOURCE else ()) for one in sources(READ, noon(now))
    )


LINES = read_again("2027-08-01", out_of_sight("2027-06-05", "2027-06-25"))


@pytest.mark.parametrize("as_seen", [False, True])
def test_on_a_day_in_the_gap_it_cannot_be_told_although_the_gap_is_over_by_now(as_seen: bool) -> None:
    found = line(whole_board(noon("2027-06-20"), [document(RECORD)], LINES, as_seen=as_seen), "scotland")
    assert (found.coverage.unreadable, found.coverage.unreadable_since) == ((TITLE,), date(2027, 6, 5))
    assert found.silence.observed_days is None
    check = found.check("C2")
    assert check
    assert (check.result, check.since) == (RuleResult.UNKNOWN, date(2027, 6, 5))


def test_the_line_of_the_body_says_since_when_it_could_not_be_read() -> None:
    lines = tuple(one for one in LINES if one.source.id == SOURCE)
    (found,) = (one for one in whole_board(noon("2027-06-20"), [], lines).rows)
    assert (found.read_status, found.since) == (ReadStatus.FAILING, noon("2027-06-05").replace(hour=13))


def test_before_the_gap_and_behind_it_the_clock_goes_on() -> None:
    before = scotland("2027-06-05", document(RECORD), lines=LINES).check("C2")
    after = scotland("2027-06-25", document(RECORD), lines=LINES)
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
        out_of_sight("2027-03-01", "2027-04-02"),  # 32 days: longer than lists are sure to hold
        out_of_sight("2027-03-01", "2027-04-02", failed=False),  # nobody asked
        out_of_sight("2027-04-01", "2027-04-02", failed=False, missed=True),  # the feed had rolled on
    ],
)
def test_behind_a_gap_in_which_something_may_have_been_missed_the_watch_begins_anew(gap: Outage) -> None:
    found = scotland("2027-06-20", document(RECORD), lines=read_again("2027-08-01", gap))
    check = found.check("C2")
    assert check
    assert check.result is RuleResult.UNKNOWN
    assert (found.coverage.first_read, found.coverage.since) == (date(2026, 11, 23), date(2027, 4, 2))
    assert (found.silence.days, found.silence.observed_days, found.silence.reconstructed) == (192, 79, True)
    later = scotland("2027-10-03", document(RECORD), lines=read_again("2027-11-01", gap)).check("C2")
    assert later
    assert (later.result, later.days) == (RuleResult.PAST_OUR_LIMIT, 1)


def test_a_gap_of_hours_is_none() -> None:
    lines = read_again("2027-08-01", out_of_sight("2027-06-19", "2027-06-20"))
    assert scotland("2027-06-25", document(RECORD), lines=lines).coverage.gaps == ()


def test_a_silence_that_reaches_over_a_gap_is_told_once() -> None:
    gap = out_of_sight("2027-07-01", "2027-08-15")
    told = scotland("2028-06-01", document(RECORD), lines=read_again("2028-06-01", gap)).silence_events
    assert [(turn.ended, turn.day) for turn in told] == [(False, date(2027, 6, 12))]
    early = out_of_sight("2027-05-01", "2027-06-15")
    told = scotland("2028-06-01", document(RECORD), lines=read_again("2028-06-01", early)).silence_events
    assert [(turn.ended, turn.day, turn.days) for turn in told] == [(False, date(2027, 12, 16), 184)]


def first_answered_in_july(*outages: Outage) -> tuple[SourceWithState, ...]:
    """The sources of August, one of which first answered in July, after these outages."""
    return tuple(
        replace(one, state=replace(one.state, first_read=noon("2027-07-01")), outages=outages)
        if one.source.id == SOURCE
        else one
        for one in sources(READ, noon("2027-08-01"))
    )


def test_a_source_that_was_asked_later_is_no_part_of_what_we_had_seen() -> None:
    """What the board said in June is what it says of June, when a source is added in July."""
    lines = first_answered_in_july()
    then = line(whole_board(noon("2027-06-20"), [document(RECORD)], lines, as_seen=True), "scotland")
    check = then.check("C2")
    assert check
    assert (check.result, check.days) == (RuleResult.PAST_OUR_LIMIT, 9)
    assert TITLE not in then.coverage.sources
    now = scotland("2027-06-20", document(RECORD), lines=lines).check("C2")
    assert now
    assert now.result is RuleResult.UNKNOWN


def test_a_source_that_had_only_failed_until_then_was_no_silence_either() -> None:
    """It was asked in vain from May on and first answered in July: in June it could not be told."""
    first = Outage(
        source=SOURCE,
        since=noon("2027-05-01"),
        until=noon("2027-07-01"),
        failing_since=noon("2027-05-01"),
        failure=FAILURE,
    )
    lines = first_answered_in_july(first)
    then = line(whole_board(noon("2027-06-20"), [document(RECORD)], lines, as_seen=True), "scotland")
    check = then.check("C2")
    assert check
    assert check.result is RuleResult.UNKNOWN
    assert then.coverage.unreadable == (TITLE,)
