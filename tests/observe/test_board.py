"""One line for each body: last record, age, and whether we could look. It is 5 June 2026, 12:00 UTC."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import Cause
from aggregator.model import (
    BoardRow,
    Claim,
    Document,
    Failed,
    Moment,
    Precision,
    ReadStatus,
    Revision,
    SourceState,
    SourceWithState,
)
from aggregator.observe import build_board, carriers_at
from tests.support.builders import (
    LONDON,
    NOON,
    instant,
    make_body,
    make_carrier,
    make_document,
    make_entry,
    make_labels,
    make_source,
    moment,
)

BODIES = {name: make_body(name) for name in ("uk", "cabinet-office", "scotland", "glasgow")}
TIMEOUT = Failed(url="https://www.gov.uk/", cause=Cause.TIMEOUT, detail="30 s", hint="wait")


def held(dated: Moment | None = None, body: str = "scotland", key: str = "a", **changes: Any) -> Document:
    """A relevant holding with this date of its own."""
    told = make_entry(f"https://example.org/{key}", body=body, published=dated, updated=None)
    return make_document(told, **changes)


def polled(answered: str | None, failing_since: str | None = None, **changes: Any) -> SourceWithState:
    """A source of Scotland: when it last answered, and since when it fails, if it does."""
    one = make_source("scotland-feed", **{"body": "scotland", **changes})
    state = SourceState(
        source=one.id,
        last_polled=NOON if answered or failing_since else None,
        last_read=instant(answered) if answered else None,
        failing_since=instant(failing_since) if failing_since else None,
        failure=TIMEOUT if failing_since else None,
        failures=1 if failing_since else 0,
    )
    return SourceWithState(source=one, state=state)


def lines(*given: SourceWithState | Document, at: datetime = NOON) -> dict[str, BoardRow]:
    """The board's lines by body."""
    sources = [one for one in given if isinstance(one, SourceWithState)]
    holdings = [one for one in given if isinstance(one, Document)]
    found = build_board(BODIES, sources, holdings, at=at, zone=LONDON)
    assert found.at == at
    return {line.body.id: line for line in found.rows}


ANSWERS = polled("2026-06-05 11:00")


def test_bodies_with_a_source_or_a_holding_have_a_line_in_the_registers_order() -> None:
    found = lines(held(body="glasgow"), ANSWERS, held(body="cabinet-office"), held(body="not registered"))
    assert list(found) == ["cabinet-office", "scotland", "glasgow"]
    assert found["glasgow"].body == BODIES["glasgow"]
    assert lines() == {}


def test_wound_back_a_document_says_what_it_said_then() -> None:
    told = make_carrier(make_entry(title="Then"))
    later = Revision(entry=make_entry(title="Later"), number=2, seen_at=NOON + timedelta(days=2))
    now = replace(told, entry=later.entry, revisions=(*told.revisions, later), last_seen=later.seen_at)

    (then,) = carriers_at([now], NOON + timedelta(days=1))

    assert (then.entry.title, then.revisions) == ("Then", told.revisions)
    assert carriers_at([now], later.seen_at) == (now,)
    assert carriers_at([now], NOON - timedelta(days=1)) == ()


# ---------------------------------------------------------------- the last record and its age


def test_the_last_record_is_the_newest_by_its_own_date_not_by_when_we_saw_it() -> None:
    old = held(moment("2026-05-01 10:00"), key="old", first_seen=NOON)
    new = held(moment("2026-05-26 10:00"), key="new", first_seen=instant("2026-05-27 00:00"), backlog=True)
    line = lines(new, old)["scotland"]
    assert (line.last, line.last_on, line.days) == (new, date(2026, 5, 26), 10)


def test_what_is_not_about_open_government_is_no_record_of_it() -> None:
    other = held(moment("2026-06-04 10:00"), labels=make_labels(relevant=False))
    line = lines(other)["scotland"]
    assert (line.last, line.last_on, line.days) == (None, None, None)


def test_a_holding_without_a_date_is_no_dated_record() -> None:
    line = lines(held(None), ANSWERS)["scotland"]
    assert (line.last, line.days, line.read_status) == (None, None, ReadStatus.READ)


def test_a_record_is_dated_by_its_claim_where_it_has_no_other_date() -> None:
    met = Claim(what="held", moment=moment("2024-01-24 00:00", Precision.DAY), source=None)
    record = make_document(make_entry("record:forum", url=None, body="uk", updated=None, claims=(met,)))
    assert lines(record)["uk"].last_on == date(2024, 1, 24)


@pytest.mark.parametrize(
    ("dated", "last_on", "days"),
    [
        (moment("2026-06-05 12:00"), date(2026, 6, 5), 0),
        (moment("2026-06-05 12:01"), None, None),  # a date still to come
        (moment("2026-06-04 23:00", Precision.DAY), date(2026, 6, 5), 0),  # 5 June in London
        (moment("2026-06-04 22:59"), date(2026, 6, 4), 1),
        (moment("2026-05-31 23:00", Precision.MONTH), date(2026, 6, 1), 4),
        (moment("2026-01-01 00:00", Precision.YEAR), date(2026, 1, 1), 155),
        (moment("2026-12-31 00:00", Precision.DAY), None, None),
    ],
)
def test_age_is_whole_days_in_london_from_the_first_day_of_a_coarse_date(
    dated: Moment, last_on: date | None, days: int | None
) -> None:
    line = lines(held(dated))["scotland"]
    assert (line.last_on, line.days) == (last_on, days)


def test_a_date_to_come_does_not_hide_the_record_before_it() -> None:
    past, event = held(moment("2026-06-01 09:00"), key="past"), held(moment("2026-07-01 09:00"), key="event")
    assert lines(event, past)["scotland"].last == past


def test_a_day_ends_at_midnight_in_london_not_in_utc() -> None:
    record = held(moment("2026-06-04 10:00"))
    assert lines(record, at=instant("2026-06-05 22:59"))["scotland"].days == 1
    assert lines(record, at=instant("2026-06-05 23:00"))["scotland"].days == 2


def test_of_two_records_of_one_instant_it_is_always_the_same_one() -> None:
    pair = held(moment("2026-06-01 09:00"), key="a"), held(moment("2026-06-01 09:00"), key="b")
    assert lines(*pair)["scotland"].last == lines(*reversed(pair))["scotland"].last


def test_what_a_child_publishes_is_no_word_of_its_parent() -> None:
    bodies = {"uk": make_body("uk"), "cabinet-office": make_body("cabinet-office", parent="uk")}
    records = [
        held(moment("2026-06-01 09:00"), "cabinet-office", key="new"),
        held(moment("2026-01-01 09:00"), "uk", key="old"),
    ]
    found = build_board(bodies, [], records, at=NOON, zone=LONDON)
    assert [(line.body.id, line.days) for line in found.rows] == [("uk", 155), ("cabinet-office", 4)]


# ---------------------------------------------------------------- whether we could look


def reading(*sources: SourceWithState) -> tuple[ReadStatus, datetime | None]:
    """Reading and since, of Scotland."""
    line = lines(*sources, held())["scotland"]
    return line.read_status, line.since


def test_one_source_that_answered_at_its_last_asking_is_enough() -> None:
    failing = polled("2026-06-01 00:00", failing_since="2026-06-02 00:00")
    assert reading(ANSWERS) == (ReadStatus.READ, None)
    assert reading(failing, ANSWERS) == (ReadStatus.READ, None)


def test_a_body_whose_sources_all_fail_cannot_be_told_since_the_last_of_them_stopped() -> None:
    first = polled("2026-05-01 00:00", failing_since="2026-05-02 00:00")
    second = polled("2026-06-01 00:00", failing_since="2026-06-02 00:00")
    assert reading(first) == (ReadStatus.FAILING, instant("2026-05-02 00:00"))
    assert reading(first, second) == (ReadStatus.FAILING, instant("2026-06-02 00:00"))


def test_a_source_that_never_answered_does_not_make_the_gap_look_shorter() -> None:
    stopped = polled("2026-05-01 00:00", failing_since="2026-05-02 00:00")
    added_later = polled(None, failing_since="2026-06-04 00:00")
    assert reading(stopped, added_later) == (ReadStatus.FAILING, instant("2026-05-02 00:00"))


def test_where_no_source_ever_answered_the_gap_begins_with_the_first_try() -> None:
    tries = polled(None, failing_since="2026-06-04 00:00"), polled(None, failing_since="2026-06-03 00:00")
    assert reading(*tries) == (ReadStatus.FAILING, instant("2026-06-03 00:00"))
    assert reading(polled(None), tries[0]) == (ReadStatus.FAILING, instant("2026-06-04 00:00"))


def test_before_the_first_poll_it_cannot_be_told_and_there_is_no_since() -> None:
    assert reading(polled(None)) == (ReadStatus.FAILING, None)


def test_a_body_without_a_source_that_is_switched_on_is_not_read_yet() -> None:
    switched_off = polled("2026-06-05 11:00", enabled=False)
    assert reading() == (ReadStatus.NOT_READ_YET, None)
    assert reading(switched_off) == (ReadStatus.NOT_READ_YET, None)
    failing = polled("2026-05-01 00:00", failing_since="2026-05-02 00:00")
    assert reading(switched_off, failing) == (ReadStatus.FAILING, instant("2026-05-02 00:00"))


def test_reading_our_own_records_says_nothing_about_reading_the_body() -> None:
    records = polled("2026-06-05 11:00", kind="records")
    assert reading(records) == (ReadStatus.NOT_READ_YET, None)
    assert lines(records) == {}
    record = held(moment("2026-06-01 09:00"), "uk")
    assert lines(records, record)["uk"].days == 4


# ---------------------------------------------------------------- what must always hold

HOLDINGS = st.lists(
    st.builds(
        held,
        st.none() | st.integers(-900, 900).map(lambda hours: Moment(at=NOON + timedelta(hours=hours))),
        body=st.sampled_from(["uk", "scotland"]),
        key=st.text("abc", min_size=1, max_size=4),
        labels=st.booleans().map(lambda relevant: make_labels(relevant=relevant)),
    ),
    max_size=6,
)
WHEN = st.none() | st.sampled_from(["2026-05-01 00:00", "2026-06-01 00:00", "2026-06-05 11:00"])
SOURCES = st.lists(st.builds(polled, WHEN, failing_since=WHEN), min_size=1, max_size=4)


@given(holdings=HOLDINGS, one_more=HOLDINGS.filter(bool))
def test_adding_a_holding_never_makes_a_body_look_more_silent(
    holdings: list[Document], one_more: list[Document]
) -> None:
    before, after = lines(*holdings), lines(*holdings, one_more[0])
    assert before.keys() <= after.keys()
    for name, line in before.items():
        if line.days is not None:
            now = after[name].days
            assert now is not None
            assert 0 <= now <= line.days


@given(sources=SOURCES, data=st.data(), holdings=HOLDINGS)
def test_a_failed_poll_never_turns_into_silence(
    sources: list[SourceWithState], data: st.DataObject, holdings: list[Document]
) -> None:
    """It leaves the record and its age as they are, and it can only take "read" away, never give it."""
    which = data.draw(st.integers(0, len(sources) - 1))
    state = sources[which].state
    failed = replace(state, asked=NOON, failure=TIMEOUT, failing_since=state.failing_since or NOON)
    after = [*sources[:which], replace(sources[which], state=failed), *sources[which + 1 :]]
    was, now = lines(*sources, *holdings)["scotland"], lines(*after, *holdings)["scotland"]
    assert (now.last, now.days) == (was.last, was.days)
    assert now.read_status is ReadStatus.FAILING or was.read_status is ReadStatus.READ
    all_fail = [
        replace(one, state=replace(one.state, failure=TIMEOUT, failing_since=NOON)) for one in sources
    ]
    assert lines(*all_fail, *holdings)["scotland"].read_status is ReadStatus.FAILING
