"""The board's row of each body: last record, its age, and read status. It is 5 June 2026, 12:00 UTC."""

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
    Register,
    Revision,
    SourceState,
    SourceWithState,
)
from aggregator.observe import BoardInputs, build_board, carriers_at, known_at, public_at
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


def make_dated_document(
    dated: Moment | None = None, body: str = "scotland", key: str = "a", **changes: Any
) -> Document:
    """A relevant document with this date."""
    entry = make_entry(f"https://example.org/{key}", body=body, published=dated, updated=None)
    return make_document(entry, **changes)


def make_polled_source(
    last_read: str | None, failing_since: str | None = None, **changes: Any
) -> SourceWithState:
    """A source of Scotland that was last read at `last_read` and fails since `failing_since`."""
    one = make_source("scotland-feed", **{"body": "scotland", **changes})
    state = SourceState(
        source=one.id,
        last_polled=NOON if last_read or failing_since else None,
        last_read=instant(last_read) if last_read else None,
        failing_since=instant(failing_since) if failing_since else None,
        failure=TIMEOUT if failing_since else None,
        failures=1 if failing_since else 0,
    )
    return SourceWithState(source=one, state=state)


def rows_by_body(*inputs: SourceWithState | Document, at: datetime = NOON) -> dict[str, BoardRow]:
    """The board's rows by body."""
    sources = [one for one in inputs if isinstance(one, SourceWithState)]
    documents = [one for one in inputs if isinstance(one, Document)]
    board = build_board(BODIES, sources, documents, at=at, zone=LONDON)
    assert board.at == at
    return {row.body.id: row for row in board.rows}


READABLE_SOURCE = make_polled_source("2026-06-05 11:00")


def test_bodies_with_a_source_or_a_document_have_a_row_in_the_registers_order() -> None:
    rows = rows_by_body(
        make_dated_document(body="glasgow"),
        READABLE_SOURCE,
        make_dated_document(body="cabinet-office"),
        make_dated_document(body="not registered"),
    )
    assert list(rows) == ["cabinet-office", "scotland", "glasgow"]
    assert rows["glasgow"].body == BODIES["glasgow"]
    assert rows_by_body() == {}


def test_a_document_as_of_a_day_has_the_entry_of_that_day() -> None:
    carrier = make_carrier(make_entry(title="Then"))
    later = Revision(entry=make_entry(title="Later"), number=2, seen_at=NOON + timedelta(days=2))
    after = replace(
        carrier, entry=later.entry, revisions=(*carrier.revisions, later), last_seen=later.seen_at
    )

    (then,) = carriers_at([after], NOON + timedelta(days=1))

    assert (then.entry.title, then.revisions) == ("Then", carrier.revisions)
    assert carriers_at([after], later.seen_at) == (after,)
    assert carriers_at([after], NOON - timedelta(days=1)) == ()


# ---------------------------------------------------------------- the last record and its age


def test_the_last_record_is_the_newest_by_its_own_date_not_by_first_seen() -> None:
    old = make_dated_document(moment("2026-05-01 10:00"), key="old", first_seen=NOON)
    new = make_dated_document(
        moment("2026-05-26 10:00"), key="new", first_seen=instant("2026-05-27 00:00"), backlog=True
    )
    row = rows_by_body(new, old)["scotland"]
    assert (row.last, row.last_on, row.days) == (new, date(2026, 5, 26), 10)


def test_an_irrelevant_document_is_no_record() -> None:
    other = make_dated_document(moment("2026-06-04 10:00"), labels=make_labels(relevant=False))
    row = rows_by_body(other)["scotland"]
    assert (row.last, row.last_on, row.days) == (None, None, None)


def test_a_document_without_a_date_came_out_no_later_than_we_first_saw_it() -> None:
    undated = make_dated_document(None, first_seen=instant("2026-06-01 23:30"))
    row = rows_by_body(undated, READABLE_SOURCE)["scotland"]
    assert (row.last, row.last_on, row.days, row.no_later) == (undated, date(2026, 6, 2), 3, True)

    before = make_dated_document(moment("2026-05-30 10:00"), key="before")
    after = make_dated_document(moment("2026-06-03 10:00"), key="after")
    assert rows_by_body(undated, before)["scotland"].last == undated
    row = rows_by_body(undated, before, after)["scotland"]
    assert (row.last, row.no_later) == (after, False)
    assert rows_by_body(undated, READABLE_SOURCE, at=instant("2026-06-01 12:00"))["scotland"].last is None


def test_a_record_is_dated_by_its_claim_where_it_has_no_other_date() -> None:
    meeting = Claim(what="held", moment=moment("2024-01-24 00:00", Precision.DAY), source=None)
    record = make_document(make_entry("record:forum", url=None, body="uk", updated=None, claims=(meeting,)))
    assert rows_by_body(record)["uk"].last_on == date(2024, 1, 24)


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
    row = rows_by_body(make_dated_document(dated))["scotland"]
    assert (row.last_on, row.days) == (last_on, days)


def test_a_future_date_does_not_hide_the_record_before_it() -> None:
    past, event = (
        make_dated_document(moment("2026-06-01 09:00"), key="past"),
        make_dated_document(moment("2026-07-01 09:00"), key="event"),
    )
    assert rows_by_body(event, past)["scotland"].last == past


def test_a_day_ends_at_midnight_in_london_not_in_utc() -> None:
    record = make_dated_document(moment("2026-06-04 10:00"))
    assert rows_by_body(record, at=instant("2026-06-05 22:59"))["scotland"].days == 1
    assert rows_by_body(record, at=instant("2026-06-05 23:00"))["scotland"].days == 2


def test_of_two_records_of_one_instant_the_same_one_is_always_last() -> None:
    pair = (
        make_dated_document(moment("2026-06-01 09:00"), key="a"),
        make_dated_document(moment("2026-06-01 09:00"), key="b"),
    )
    assert rows_by_body(*pair)["scotland"].last == rows_by_body(*reversed(pair))["scotland"].last


def test_a_document_of_a_child_body_does_not_count_for_its_parent() -> None:
    bodies = {"uk": make_body("uk"), "cabinet-office": make_body("cabinet-office", parent="uk")}
    records = [
        make_dated_document(moment("2026-06-01 09:00"), "cabinet-office", key="new"),
        make_dated_document(moment("2026-01-01 09:00"), "uk", key="old"),
    ]
    board = build_board(bodies, [], records, at=NOON, zone=LONDON)
    assert [(row.body.id, row.days) for row in board.rows] == [("uk", 155), ("cabinet-office", 4)]


# ---------------------------------------------------------------- read status


def read_status_of(*sources: SourceWithState) -> tuple[ReadStatus, datetime | None]:
    """The read status of Scotland, and since when."""
    row = rows_by_body(*sources, make_dated_document())["scotland"]
    return row.read_status, row.since


def test_one_source_that_was_read_at_its_last_poll_is_enough() -> None:
    failing = make_polled_source("2026-06-01 00:00", failing_since="2026-06-02 00:00")
    assert read_status_of(READABLE_SOURCE) == (ReadStatus.READ, None)
    assert read_status_of(failing, READABLE_SOURCE) == (ReadStatus.READ, None)


def test_a_body_whose_sources_all_fail_is_unreadable_since_the_last_of_them_failed() -> None:
    first = make_polled_source("2026-05-01 00:00", failing_since="2026-05-02 00:00")
    second = make_polled_source("2026-06-01 00:00", failing_since="2026-06-02 00:00")
    assert read_status_of(first) == (ReadStatus.FAILING, instant("2026-05-02 00:00"))
    assert read_status_of(first, second) == (ReadStatus.FAILING, instant("2026-06-02 00:00"))


def test_a_source_that_never_answered_does_not_make_the_gap_look_shorter() -> None:
    failing = make_polled_source("2026-05-01 00:00", failing_since="2026-05-02 00:00")
    added_later = make_polled_source(None, failing_since="2026-06-04 00:00")
    assert read_status_of(failing, added_later) == (ReadStatus.FAILING, instant("2026-05-02 00:00"))


def test_where_no_source_ever_answered_the_gap_begins_with_the_first_poll() -> None:
    never_read = (
        make_polled_source(None, failing_since="2026-06-04 00:00"),
        make_polled_source(None, failing_since="2026-06-03 00:00"),
    )
    assert read_status_of(*never_read) == (ReadStatus.FAILING, instant("2026-06-03 00:00"))
    assert read_status_of(make_polled_source(None), never_read[0]) == (
        ReadStatus.FAILING,
        instant("2026-06-04 00:00"),
    )


def test_before_the_first_poll_a_body_is_unreadable_without_a_since() -> None:
    assert read_status_of(make_polled_source(None)) == (ReadStatus.FAILING, None)


def test_a_body_without_a_source_that_is_switched_on_is_not_read_yet() -> None:
    switched_off = make_polled_source("2026-06-05 11:00", enabled=False)
    assert read_status_of() == (ReadStatus.NOT_READ_YET, None)
    assert read_status_of(switched_off) == (ReadStatus.NOT_READ_YET, None)
    failing = make_polled_source("2026-05-01 00:00", failing_since="2026-05-02 00:00")
    assert read_status_of(switched_off, failing) == (ReadStatus.FAILING, instant("2026-05-02 00:00"))


def test_reading_our_own_records_does_not_count_as_reading_the_body() -> None:
    records = make_polled_source("2026-06-05 11:00", kind="records")
    assert read_status_of(records) == (ReadStatus.NOT_READ_YET, None)
    assert rows_by_body(records) == {}
    record = make_dated_document(moment("2026-06-01 09:00"), "uk")
    assert rows_by_body(records, record)["uk"].days == 4


# ---------------------------------------------------------------- properties

DOCUMENTS = st.lists(
    st.builds(
        make_dated_document,
        st.none() | st.integers(-900, 900).map(lambda hours: Moment(at=NOON + timedelta(hours=hours))),
        body=st.sampled_from(["uk", "scotland"]),
        key=st.text("abc", min_size=1, max_size=4),
        labels=st.booleans().map(lambda relevant: make_labels(relevant=relevant)),
    ),
    max_size=6,
)
TIMES = st.none() | st.sampled_from(["2026-05-01 00:00", "2026-06-01 00:00", "2026-06-05 11:00"])
SOURCES = st.lists(st.builds(make_polled_source, TIMES, failing_since=TIMES), min_size=1, max_size=4)


@given(documents=DOCUMENTS, one_more=DOCUMENTS.filter(bool))
def test_adding_a_document_never_makes_a_body_look_more_silent(
    documents: list[Document], one_more: list[Document]
) -> None:
    before, after = rows_by_body(*documents), rows_by_body(*documents, one_more[0])
    assert before.keys() <= after.keys()
    for name, row in before.items():
        if row.days is not None:
            days = after[name].days
            assert days is not None
            assert 0 <= days <= row.days


@given(sources=SOURCES, data=st.data(), documents=DOCUMENTS)
def test_a_failed_poll_never_becomes_silence(
    sources: list[SourceWithState], data: st.DataObject, documents: list[Document]
) -> None:
    """It changes neither the record nor its age, and it can only make a read source unread."""
    which = data.draw(st.integers(0, len(sources) - 1))
    state = sources[which].state
    failed = replace(state, last_polled=NOON, failure=TIMEOUT, failing_since=state.failing_since or NOON)
    one_failed = [*sources[:which], replace(sources[which], state=failed), *sources[which + 1 :]]
    before = rows_by_body(*sources, *documents)["scotland"]
    after = rows_by_body(*one_failed, *documents)["scotland"]
    assert (after.last, after.days) == (before.last, before.days)
    assert after.read_status is ReadStatus.FAILING or before.read_status is ReadStatus.READ
    all_fail = [
        replace(one, state=replace(one.state, failure=TIMEOUT, failing_since=NOON)) for one in sources
    ]
    assert rows_by_body(*all_fail, *documents)["scotland"].read_status is ReadStatus.FAILING


def test_a_correction_of_labels_does_not_change_the_board_of_an_earlier_day() -> None:
    before, corrected = make_document(), make_document(labels=make_labels(relevant=False))
    inputs = BoardInputs(
        bodies=BODIES,
        sources=(),
        documents=(corrected,),
        register=Register(),
        corrected_later=frozenset({corrected.entry.id}),
    )
    assert known_at(inputs, NOON, LONDON, lambda _carriers: before).documents == (before,)
    assert public_at(inputs, NOON, lambda _carriers: before).documents == (before,)
