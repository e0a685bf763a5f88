"""Meetings as minutes, read-outs and records tell them: the dates, the lag, and what does not agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from aggregator.model import Claim, Document, Link, Meeting, Moment, Precision
from tests.observe.own_register import line, whole_board
from tests.support.builders import make_carrier, make_document, make_entry, make_labels, moment

AT = datetime(2026, 12, 1, 12, tzinfo=UTC)
SEEN = datetime(2026, 11, 30, tzinfo=UTC)


def day(text: str, precision: Precision = Precision.DAY) -> Moment:
    return moment(f"{text} 00:00", precision)


def record(title: str, url: str | None = "https://www.gov.scot/m", **changes: Any) -> Document:
    told = make_entry(url or "record:m", url=url, title=title, body="scot-gov", updated=None, **changes)
    return make_document(told, labels=make_labels(type="meeting-record"), first_seen=SEEN)


def held(*records: Document, process: str = "scotland") -> tuple[Meeting, ...]:
    return line(whole_board(AT, records), process).meetings


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
    (meeting,) = held(MINUTES)
    assert (meeting.day, meeting.lag, meeting.official) == (date(2026, 6, 19), 54, True)
    assert (meeting.record_published, meeting.next_meeting) == (day("2026-08-12"), day("2026-09-26"))
    assert (meeting.names_published, meeting.slides_published, meeting.conflicts) == (True, None, ())


def test_a_read_out_without_claims_is_read_by_its_title() -> None:
    told = make_entry(
        "https://www.opengovernment.org.uk/r",
        title="Read-out from the UK Multi-Stakeholder Forum, Wednesday 18th January 2026",
        body="uk-ogn",
        published=moment("2026-03-06 10:00"),
        updated=None,
        links=(Link(href="https://www.opengovernment.org.uk/s.pdf", rel="enclosure", title="Slides"),),
    )
    readout = make_document(told, labels=make_labels(type="meeting-record"), first_seen=SEEN)
    (meeting,) = held(readout, process="uk")
    assert (meeting.day, meeting.lag, meeting.official) == (date(2026, 1, 18), 47, False)
    assert (meeting.slides_published, meeting.names_published) == (True, None)


def test_a_title_with_a_wrong_date_is_kept_beside_the_record_and_shown() -> None:
    told = replace(MINUTES.entry, id=MINUTES.entry.id, title="Steering group, meeting in December 2027")
    both = replace(MINUTES, carriers=(make_carrier(MINUTES.entry, SEEN), make_carrier(told, SEEN)))
    (meeting,) = held(both)
    assert meeting.day == date(2026, 6, 19)
    (conflict,) = meeting.conflicts
    assert conflict.moment == day("2027-12-01", Precision.MONTH)
    assert "December 2027" in conflict.what


def test_a_month_in_a_title_that_fits_is_no_conflict() -> None:
    assert held(MINUTES)[0].conflicts == ()


def test_one_meeting_told_twice_is_one_with_the_official_record_first() -> None:
    other = record(
        "Open Government Steering Group meeting of 19 June 2026",
        url=None,
        claims=(
            Claim(what="meeting held", moment=day("2026-06-19"), source="https://discuss.example.org/t"),
        ),
    )
    (meeting,) = held(other, MINUTES)
    assert [one.official for one in meeting.evidence] == [True, False]
    assert meeting.evidence[1].note == "by a record kept here"
    assert meeting.lag == 54


def test_a_record_that_came_out_before_its_meeting_has_no_lag() -> None:
    early = record(MINUTES.entry.title, published=day("2026-06-01"), claims=MINUTES.entry.claims)
    assert held(early)[0].lag is None


def test_a_month_is_no_day_of_posting() -> None:
    coarse = record(
        MINUTES.entry.title, published=day("2026-08-01", Precision.MONTH), claims=MINUTES.entry.claims
    )
    assert held(coarse)[0].lag is None


def test_what_is_said_to_be_no_formal_meeting_does_not_count_as_one() -> None:
    found = {one.day: one.formal for one in line(whole_board(AT), "uk").meetings}
    assert found[date(2020, 12, 9)] is False
    assert found[date(2022, 12, 14)] is False
    assert found[date(2023, 10, 18)] is True


def test_the_wrong_year_of_a_forum_title_is_shown_beside_the_meeting() -> None:
    """Facts, M17: the forum's title says December 2023; the read-out is of 14 December 2022."""
    meeting = next(one for one in line(whole_board(AT), "uk").meetings if one.day == date(2022, 12, 14))
    (conflict,) = meeting.conflicts
    assert conflict.moment
    assert (conflict.moment.at, conflict.moment.precision) == (
        datetime(2023, 12, 1, tzinfo=UTC),
        Precision.MONTH,
    )
    assert conflict.source
    assert conflict.source.endswith("/2328")


def test_a_meeting_to_come_is_not_held() -> None:
    ahead = record(
        MINUTES.entry.title,
        claims=(Claim(what="meeting held", moment=day("2027-06-19"), source=None),),
    )
    assert held(ahead) == ()


def test_what_is_no_record_of_a_meeting_is_none() -> None:
    event = make_document(MINUTES.entry, labels=make_labels(type="event"), first_seen=SEEN)
    unrelated = make_document(
        MINUTES.entry, labels=make_labels(type="meeting-record", relevant=False), first_seen=SEEN
    )
    assert held(event) == held(unrelated) == ()
