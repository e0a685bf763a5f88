"""Meetings from minutes, read-outs and records: dates, lag and conflicts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from aggregator.model import Claim, Document, Link, Meeting, Moment, Precision
from tests.observe.own_register import own_board, report_on
from tests.support.builders import make_carrier, make_document, make_entry, make_labels, moment

AT = datetime(2026, 12, 1, 12, tzinfo=UTC)
FIRST_SEEN = datetime(2026, 11, 30, tzinfo=UTC)


def day(text: str, precision: Precision = Precision.DAY) -> Moment:
    return moment(f"{text} 00:00", precision)


def record(title: str, url: str | None = "https://www.gov.scot/m", **changes: Any) -> Document:
    entry = make_entry(url or "record:m", url=url, title=title, body="scot-gov", updated=None, **changes)
    return make_document(entry, labels=make_labels(type="meeting-record"), first_seen=FIRST_SEEN)


def meetings_of(*records: Document, process: str = "scotland") -> tuple[Meeting, ...]:
    return report_on(own_board(AT, records), process).meetings


MINUTES = record(
    "Open Government Partnership Steering Group minutes: June 2026",
    published=day("2026-08-12"),
    text="Attendees and apologies. The group agreed.",
    claims=(
        Claim(what="meeting held", moment=day("2026-06-19"), source="https://www.gov.scot/m"),
        Claim(what="next meeting", moment=day("2026-09-26"), source="https://www.gov.scot/m"),
    ),
)


def test_the_four_fields_of_minutes_on_gov_scot_are_read() -> None:
    (meeting,) = meetings_of(MINUTES)
    assert (meeting.day, meeting.lag, meeting.official) == (date(2026, 6, 19), 54, True)
    assert (meeting.record_published, meeting.next_meeting) == (day("2026-08-12"), day("2026-09-26"))
    assert (meeting.names_published, meeting.slides_published, meeting.conflicts) == (True, None, ())


def test_a_read_out_without_claims_is_read_by_its_title() -> None:
    entry = make_entry(
        "https://www.opengovernment.org.uk/r",
        title="Read-out from the UK Multi-Stakeholder Forum, Wednesday 18th January 2026",
        body="uk-ogn",
        published=moment("2026-03-06 10:00"),
        updated=None,
        links=(Link(href="https://www.opengovernment.org.uk/s.pdf", rel="enclosure", title="Slides"),),
    )
    readout = make_document(entry, labels=make_labels(type="meeting-record"), first_seen=FIRST_SEEN)
    (meeting,) = meetings_of(readout, process="uk")
    assert (meeting.day, meeting.lag, meeting.official) == (date(2026, 1, 18), 47, False)
    assert (meeting.slides_published, meeting.names_published) == (True, None)


def test_a_wrong_date_in_a_title_is_shown_as_a_conflict() -> None:
    entry = replace(MINUTES.entry, id=MINUTES.entry.id, title="Steering group, meeting in December 2027")
    both = replace(
        MINUTES, carriers=(make_carrier(MINUTES.entry, FIRST_SEEN), make_carrier(entry, FIRST_SEEN))
    )
    (meeting,) = meetings_of(both)
    assert meeting.day == date(2026, 6, 19)
    (conflict,) = meeting.conflicts
    assert conflict.moment == day("2027-12-01", Precision.MONTH)
    assert "December 2027" in conflict.what


def test_a_month_in_a_title_that_fits_is_no_conflict() -> None:
    assert meetings_of(MINUTES)[0].conflicts == ()


def test_two_records_of_one_meeting_are_merged_with_the_official_one_first() -> None:
    other = record(
        "Open Government Steering Group meeting of 19 June 2026",
        url=None,
        claims=(
            Claim(what="meeting held", moment=day("2026-06-19"), source="https://discuss.example.org/t"),
        ),
    )
    (meeting,) = meetings_of(other, MINUTES)
    assert [one.official for one in meeting.evidence] == [True, False]
    assert meeting.evidence[1].note == "by a record kept here"
    assert meeting.lag == 54


def test_a_record_that_came_out_before_its_meeting_has_no_lag() -> None:
    early = record(MINUTES.entry.title, published=day("2026-06-01"), claims=MINUTES.entry.claims)
    assert meetings_of(early)[0].lag is None


def test_a_record_dated_by_month_has_no_lag() -> None:
    coarse = record(
        MINUTES.entry.title, published=day("2026-08-01", Precision.MONTH), claims=MINUTES.entry.claims
    )
    assert meetings_of(coarse)[0].lag is None


def test_a_meeting_recorded_as_not_formal_does_not_count() -> None:
    formal_by_day = {one.day: one.formal for one in report_on(own_board(AT), "uk").meetings}
    assert formal_by_day[date(2020, 12, 9)] is False
    assert formal_by_day[date(2022, 12, 14)] is False
    assert formal_by_day[date(2023, 10, 18)] is True


def test_the_wrong_year_of_a_forum_title_is_shown_as_a_conflict() -> None:
    """The forum's title says December 2023; the read-out is of 14 December 2022 (collected fact M17)."""
    meeting = next(one for one in report_on(own_board(AT), "uk").meetings if one.day == date(2022, 12, 14))
    (conflict,) = meeting.conflicts
    assert conflict.moment
    assert (conflict.moment.at, conflict.moment.precision) == (
        datetime(2023, 12, 1, tzinfo=UTC),
        Precision.MONTH,
    )
    assert conflict.source
    assert conflict.source.endswith("/2328")


def test_a_future_meeting_is_left_out() -> None:
    ahead = record(
        MINUTES.entry.title,
        claims=(Claim(what="meeting held", moment=day("2027-06-19"), source=None),),
    )
    assert meetings_of(ahead) == ()


def test_other_types_and_irrelevant_documents_record_no_meeting() -> None:
    event = make_document(MINUTES.entry, labels=make_labels(type="event"), first_seen=FIRST_SEEN)
    unrelated = make_document(
        MINUTES.entry, labels=make_labels(type="meeting-record", relevant=False), first_seen=FIRST_SEEN
    )
    assert meetings_of(event) == meetings_of(unrelated) == ()


def test_minutes_that_say_they_came_out_later_are_not_on_the_board_of_a_day_before() -> None:
    """The record of June's meeting says that its minutes came out on 12 August."""
    for day_of_board, shown in (("2024-07-25", False), ("2024-08-11", False), ("2024-08-12", True)):
        at = datetime.fromisoformat(day_of_board).replace(hour=12, tzinfo=UTC)
        days = {meeting.day for meeting in report_on(own_board(at), "scotland").meetings}
        assert (date(2024, 6, 19) in days) is shown
        assert date(2023, 12, 13) in days
