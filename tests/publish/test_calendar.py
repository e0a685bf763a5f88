"""The calendar, read back: what closes and when people meet, with an identity that stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from icalendar import Calendar

from aggregator.model import Claim, Deadline, Precision, Removal, RemovalKind, Revision, Snapshot
from aggregator.publish.calendar.events import Dated
from aggregator.publish.calendar.ics import calendars
from tests.publish.board.boards import observed, process_line, proof
from tests.publish.feed_readers import payload
from tests.support.builders import NOON, body, carrier, edition, entry, holding, instant, labels, moment, site

CLOSES = moment("2026-06-10 22:59", Precision.MINUTE)


def events(made: Snapshot, path: str = "calendar.ics") -> list[Any]:
    """What stands in a calendar."""
    return list(Calendar.from_ical(payload(made, path)).walk("VEVENT"))


def test_a_closing_time_stands_at_its_moment_in_the_zone_of_the_site() -> None:
    told = entry(title="A consultation", closes=CLOSES)

    (event,) = events(edition(holding(told)))

    assert event["summary"] == "Closes: A consultation"
    assert event["dtstart"].params["TZID"] == "Europe/London"
    assert event["dtstart"].dt.astimezone(UTC) == datetime(2026, 6, 10, 22, 59, tzinfo=UTC)
    assert event["url"] == "https://www.gov.uk/a-plan"
    assert (event["status"], event["sequence"]) == ("CONFIRMED", 0)


def test_a_closing_day_without_a_time_is_the_whole_of_that_day_in_london() -> None:
    told = entry(closes=moment("2026-06-09 23:00", Precision.DAY))

    (event,) = events(edition(holding(told)))

    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2026, 6, 10), date(2026, 6, 11))


def test_the_rules_of_london_begin_summer_at_one_o_clock_gmt() -> None:
    written = payload(edition(), "calendar.ics").decode()

    assert "BEGIN:DAYLIGHT\r\nDTSTART:19810329T010000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3" in written
    assert "BEGIN:STANDARD\r\nDTSTART:19961027T020000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10" in written


def revised(closes: Any) -> Any:
    """A consultation whose closing date was changed to `closes` a day later."""
    first = entry(closes=CLOSES)
    second = replace(first, closes=closes)
    revision = Revision(entry=second, number=2, seen_at=instant("2026-06-06 12:00"), parts=("closing date",))
    told = carrier(first)
    told = replace(told, entry=second, revisions=(*told.revisions, revision))
    return holding(second, carriers=(told,), updated=instant("2026-06-06 12:00"))


def test_a_changed_closing_date_is_the_same_event_with_a_higher_sequence() -> None:
    (before,) = events(edition(holding(entry(closes=CLOSES))))
    (after,) = events(edition(revised(moment("2026-06-20 11:00", Precision.MINUTE))))

    assert before["uid"] == after["uid"]
    assert (before["sequence"], after["sequence"]) == (0, 1)
    assert after["dtstart"].dt.day == 20
    assert after["last-modified"].dt == instant("2026-06-06 12:00")


def test_a_closing_date_that_is_told_no_longer_is_cancelled_at_the_date_that_was_told() -> None:
    (event,) = events(edition(revised(None)))

    assert (event["status"], event["sequence"]) == ("CANCELLED", 1)
    assert event["dtstart"].dt.day == 10


def test_what_was_removed_is_cancelled() -> None:
    gone = holding(entry(closes=CLOSES), removed=Removal(kind=RemovalKind.GONE))

    assert [event["status"] for event in events(edition(gone))] == ["CANCELLED"]


def test_meetings_held_keep_their_day_and_the_next_one_may_be_moved() -> None:
    def meets(day: str) -> Snapshot:
        claims = (
            Claim(what="meeting held", moment=moment("2026-03-03 00:00", Precision.DAY), source=None),
            Claim(what="Meeting held", moment=moment("2026-01-20 00:00", Precision.DAY), source=None),
            Claim(what="next meeting", moment=moment(day, Precision.DAY), source=None, note="Online"),
            Claim(what="next meeting", moment=moment("2026-09-01 00:00", Precision.MONTH), source=None),
            Claim(what="record posted", moment=moment("2026-02-02 00:00", Precision.DAY), source=None),
        )
        return edition(holding(entry(title="Forum", claims=claims)))

    first, moved = events(meets("2026-07-01 23:00")), events(meets("2026-07-08 23:00"))

    assert [event["dtstart"].dt for event in first] == [date(2026, 1, 20), date(2026, 3, 3), date(2026, 7, 2)]
    assert [event["uid"] for event in first] == [event["uid"] for event in moved]
    assert moved[2]["dtstart"].dt == date(2026, 7, 9)
    assert "Online" in first[2]["description"]


def test_each_body_has_a_calendar_of_what_it_published_and_what_is_about_it() -> None:
    bodies = {id: body(id, name=id) for id in ("cabinet-office", "glasgow", "gmca")}
    about = labels(subjects=("glasgow",))
    made = edition(holding(entry(closes=CLOSES), labels=about), bodies=bodies)

    counts = [len(events(made, f"bodies/{id}.ics")) for id in bodies]

    assert counts == [1, 1, 0]


def test_what_is_not_about_open_government_stands_in_no_calendar() -> None:
    assert events(edition(holding(entry(closes=CLOSES), labels=labels(relevant=False)))) == []


def test_ids_do_not_depend_on_the_address_of_the_site() -> None:
    held = holding(entry(closes=CLOSES))
    here = events(edition(held))
    moved = events(edition(held, site=site(base_url="https://elsewhere.example/")))

    assert here[0]["uid"] == moved[0]["uid"]


def test_dated_things_of_any_other_kind_can_be_put_in() -> None:
    deadline = Dated(
        uid="1",
        title="Plan due",
        moment=moment("2026-12-31 00:00", Precision.DAY),
        url="https://www.gov.uk/",
        bodies=("cabinet-office",),
        category="Deadline",
        description="",
        sequence=0,
        created=NOON,
        changed=NOON,
    )

    made = {one.path: one.payload for one in calendars(edition(), [deadline])}

    assert b"SUMMARY:Plan due" in made["calendar.ics"]
    assert b"SUMMARY:Plan due" in made["bodies/cabinet-office.ics"]


def deadlines_on(day: date, held: str) -> Snapshot:
    """A process whose next meeting is due on a day, by the record of the last one."""
    due = Deadline(
        id=f"here:R1.1:{day.isoformat()}",
        title="Here: the forum meets",
        day=day,
        days=30,
        evidence=(proof(moment=moment(held)),),
    )
    process = replace(process_line().process, bodies=("cabinet-office",))
    return observed(deadlines=(due,), process=process)


def test_a_deadline_of_the_board_is_a_whole_day_and_when_it_moves_it_is_the_same_event() -> None:
    before = events(deadlines_on(date(2026, 7, 24), "2026-01-24 00:00"))
    after = events(deadlines_on(date(2026, 11, 30), "2026-05-31 00:00"))

    (first,) = [event for event in before if event["categories"].cats == ["Deadline"]]
    (moved,) = [event for event in after if event["categories"].cats == ["Deadline"]]
    assert first.decoded("dtstart") == date(2026, 7, 24)
    assert moved.decoded("dtstart") == date(2026, 11, 30)
    assert first["uid"] == moved["uid"]
    assert first["sequence"] < moved["sequence"]
    assert first["url"] == "https://updates.example.org/board/here.html"
    assert first in events(deadlines_on(date(2026, 7, 24), "2026-01-24 00:00"), "bodies/cabinet-office.ics")
