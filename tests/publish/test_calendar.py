"""The calendars, read back: closing dates and meetings as events whose ids never change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from icalendar import Calendar

from aggregator.model import Claim, Deadline, Precision, Removal, RemovalKind, Revision, Snapshot
from aggregator.publish.calendar.events import CalendarEvent
from aggregator.publish.calendar.ics import calendar_files
from tests.publish.board.boards import make_board_snapshot, make_evidence, make_process_report
from tests.publish.feed_readers import published_bytes
from tests.support.builders import (
    NOON,
    instant,
    make_body,
    make_carrier,
    make_document,
    make_entry,
    make_labels,
    make_site,
    make_snapshot,
    moment,
)

CLOSES = moment("2026-06-10 22:59", Precision.MINUTE)


def read_events(snapshot: Snapshot, path: str = "calendar.ics") -> list[Any]:
    """The events of a calendar."""
    return list(Calendar.from_ical(published_bytes(snapshot, path)).walk("VEVENT"))


def test_a_closing_time_is_an_instant_in_the_time_zone_of_the_site() -> None:
    entry = make_entry(title="A consultation", closes=CLOSES)

    (event,) = read_events(make_snapshot(make_document(entry)))

    assert event["summary"] == "Closes: A consultation"
    assert event["dtstart"].params["TZID"] == "Europe/London"
    assert event["dtstart"].dt.astimezone(UTC) == datetime(2026, 6, 10, 22, 59, tzinfo=UTC)
    assert event["url"] == "https://www.gov.uk/a-plan"
    assert (event["status"], event["sequence"]) == ("CONFIRMED", 0)


def test_a_closing_day_without_a_time_is_that_whole_day_in_london() -> None:
    entry = make_entry(closes=moment("2026-06-09 23:00", Precision.DAY))

    (event,) = read_events(make_snapshot(make_document(entry)))

    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2026, 6, 10), date(2026, 6, 11))


def test_summer_time_in_london_begins_at_one_o_clock_gmt() -> None:
    calendar = published_bytes(make_snapshot(), "calendar.ics").decode()

    assert "BEGIN:DAYLIGHT\r\nDTSTART:19810329T010000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3" in calendar
    assert "BEGIN:STANDARD\r\nDTSTART:19961027T020000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10" in calendar


def make_revised_document(closes: Any) -> Any:
    """A consultation whose closing date changed to `closes` a day later."""
    first = make_entry(closes=CLOSES)
    second = replace(first, closes=closes)
    revision = Revision(entry=second, number=2, seen_at=instant("2026-06-06 12:00"), parts=("closing date",))
    carrier = make_carrier(first)
    carrier = replace(carrier, entry=second, revisions=(*carrier.revisions, revision))
    return make_document(second, carriers=(carrier,), updated=instant("2026-06-06 12:00"))


def test_a_changed_closing_date_is_the_same_event_with_a_higher_sequence() -> None:
    (before,) = read_events(make_snapshot(make_document(make_entry(closes=CLOSES))))
    (after,) = read_events(make_snapshot(make_revised_document(moment("2026-06-20 11:00", Precision.MINUTE))))

    assert before["uid"] == after["uid"]
    assert (before["sequence"], after["sequence"]) == (0, 1)
    assert after["dtstart"].dt.day == 20
    assert after["last-modified"].dt == instant("2026-06-06 12:00")


def test_a_closing_date_that_was_taken_back_is_cancelled_at_its_last_date() -> None:
    (event,) = read_events(make_snapshot(make_revised_document(None)))

    assert (event["status"], event["sequence"]) == ("CANCELLED", 1)
    assert event["dtstart"].dt.day == 10


def test_the_event_of_a_removed_document_is_cancelled() -> None:
    gone = make_document(make_entry(closes=CLOSES), removal=Removal(kind=RemovalKind.GONE))

    assert [event["status"] for event in read_events(make_snapshot(gone))] == ["CANCELLED"]


def test_past_meetings_keep_their_day_and_the_next_one_may_move() -> None:
    def make_meeting_snapshot(day: str) -> Snapshot:
        claims = (
            Claim(what="meeting held", moment=moment("2026-03-03 00:00", Precision.DAY), source=None),
            Claim(what="Meeting held", moment=moment("2026-01-20 00:00", Precision.DAY), source=None),
            Claim(what="next meeting", moment=moment(day, Precision.DAY), source=None, note="Online"),
            Claim(what="next meeting", moment=moment("2026-09-01 00:00", Precision.MONTH), source=None),
            Claim(what="record posted", moment=moment("2026-02-02 00:00", Precision.DAY), source=None),
        )
        return make_snapshot(make_document(make_entry(title="Forum", claims=claims)))

    first, moved = (
        read_events(make_meeting_snapshot("2026-07-01 23:00")),
        read_events(make_meeting_snapshot("2026-07-08 23:00")),
    )

    assert [event["dtstart"].dt for event in first] == [date(2026, 1, 20), date(2026, 3, 3), date(2026, 7, 2)]
    assert [event["uid"] for event in first] == [event["uid"] for event in moved]
    assert moved[2]["dtstart"].dt == date(2026, 7, 9)
    assert "Online" in first[2]["description"]


def test_each_body_has_a_calendar_of_documents_by_it_and_about_it() -> None:
    bodies = {id: make_body(id, name=id) for id in ("cabinet-office", "glasgow", "gmca")}
    labels = make_labels(subjects=("glasgow",))
    snapshot = make_snapshot(make_document(make_entry(closes=CLOSES), labels=labels), bodies=bodies)

    counts = [len(read_events(snapshot, f"bodies/{id}.ics")) for id in bodies]

    assert counts == [1, 1, 0]


def test_an_irrelevant_document_is_in_no_calendar() -> None:
    assert (
        read_events(
            make_snapshot(make_document(make_entry(closes=CLOSES), labels=make_labels(relevant=False)))
        )
        == []
    )


def test_ids_do_not_depend_on_the_address_of_the_site() -> None:
    document = make_document(make_entry(closes=CLOSES))
    here = read_events(make_snapshot(document))
    moved = read_events(make_snapshot(document, site=make_site(base_url="https://elsewhere.example/")))

    assert here[0]["uid"] == moved[0]["uid"]


def test_events_of_any_other_kind_can_be_added() -> None:
    deadline = CalendarEvent(
        uid="1",
        title="Plan due",
        moment=moment("2026-12-31 00:00", Precision.DAY),
        url="https://www.gov.uk/",
        bodies=("cabinet-office",),
        category="Deadline",
        description="",
        sequence=0,
        created=NOON,
        updated=NOON,
    )

    files = {file.path: file.payload for file in calendar_files(make_snapshot(), [deadline])}

    assert b"SUMMARY:Plan due" in files["calendar.ics"]
    assert b"SUMMARY:Plan due" in files["bodies/cabinet-office.ics"]


def make_deadline_snapshot(day: date, last_meeting: str) -> Snapshot:
    """A process whose next meeting is due on a day, by the record of the last one."""
    due = Deadline(
        id=f"here:R1.1:{day.isoformat()}",
        title="Here: the forum meets",
        day=day,
        days=30,
        evidence=(make_evidence(moment=moment(last_meeting)),),
    )
    process = replace(make_process_report().process, bodies=("cabinet-office",))
    return make_board_snapshot(deadlines=(due,), process=process)


def test_a_deadline_of_the_board_is_a_whole_day_and_stays_the_same_event_when_it_moves() -> None:
    before = read_events(make_deadline_snapshot(date(2026, 7, 24), "2026-01-24 00:00"))
    after = read_events(make_deadline_snapshot(date(2026, 11, 30), "2026-05-31 00:00"))

    (first,) = [event for event in before if event["categories"].cats == ["Deadline"]]
    (moved,) = [event for event in after if event["categories"].cats == ["Deadline"]]
    assert first.decoded("dtstart") == date(2026, 7, 24)
    assert moved.decoded("dtstart") == date(2026, 11, 30)
    assert first["uid"] == moved["uid"]
    assert first["sequence"] < moved["sequence"]
    assert first["url"] == "https://updates.example.org/board/here.html"
    assert first in read_events(
        make_deadline_snapshot(date(2026, 7, 24), "2026-01-24 00:00"), "bodies/cabinet-office.ics"
    )
