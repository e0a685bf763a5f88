"""What the store answers: documents, states, runs, letters, copies of robots.txt."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any

import pytest
from sqlalchemy.exc import StatementError

from aggregator.errors import Cause
from aggregator.model import (
    ChangeKind,
    Claim,
    Digest,
    Document,
    Failed,
    Head,
    Relevance,
    RobotsCopy,
    Run,
    SourceState,
    Validators,
    Window,
)
from aggregator.store import Store, open_store
from tests.store.values import change, keep
from tests.support.builders import NOON, entry, holding, instant, labels, moment

HOUR = timedelta(hours=1)
WEEK = Window(start=instant("2026-06-01 07:00"), end=instant("2026-06-08 07:00"))


def hold(store: Store, *holdings: Document) -> None:
    with store.writing() as tx:
        tx.carriers.apply([change(held.entry, seen_at=held.first_seen) for held in holdings])
        tx.documents.hold(holdings)


def titles(holdings: tuple[Document, ...]) -> list[str]:
    return [held.entry.title for held in holdings]


def test_nothing_is_known_of_an_unknown_source(store: Store) -> None:
    assert store.sources.state("nobody") == SourceState(source="nobody")
    assert store.sources.states() == {}
    with store.writing() as tx:
        assert tx.sources.state("nobody") == SourceState(source="nobody")


def test_the_latest_state_of_each_source_is_kept(store: Store) -> None:
    gds = SourceState(source="gds", due=NOON, head=Head(title="GDS"))
    with store.writing() as tx:
        tx.sources.keep(SourceState(source="scotland", items=3))
        tx.sources.keep(SourceState(source="gds", items=1))
        tx.sources.keep(gds)

    assert store.sources.states() == {"gds": gds, "scotland": SourceState(source="scotland", items=3)}
    assert store.sources.state("gds") == gds


def test_documents_come_newest_first_by_their_own_date(store: Store) -> None:
    """Published before updated before a record's claim before the day we saw it; then by id."""
    dated = moment("2026-06-04 10:00")
    claim = Claim(what="held", moment=moment("2026-06-03 10:00"), source=None)
    hold(
        store,
        holding(entry("https://a.example/1", title="undated", updated=None)),
        holding(
            entry(
                "https://a.example/2",
                title="published",
                published=moment("2026-06-01 10:00"),
                updated=moment("2026-06-05 10:00"),
            )
        ),
        holding(entry("https://a.example/3", title="updated", updated=dated)),
        holding(entry("https://a.example/4", title="claimed", updated=None, claims=(claim,))),
    )

    assert titles(store.documents.all()) == ["undated", "updated", "claimed", "published"]


def test_documents_of_one_date_come_in_the_order_of_their_ids(store: Store) -> None:
    same = [replace(entry(f"https://a.example/{n}"), id=f"urn:uuid:{n}", title=str(n)) for n in (2, 3, 1)]
    hold(store, *map(holding, same))

    assert titles(store.documents.all()) == ["3", "2", "1"]
    assert titles(store.documents.all(limit=2)) == ["3", "2"]


def test_documents_are_chosen_by_body_relevance_date_and_number(store: Store) -> None:
    hold(
        store,
        holding(entry("https://a.example/1", title="old", updated=moment("2026-06-01 10:00"))),
        holding(entry("https://a.example/2", title="at", updated=moment("2026-06-02 10:00"))),
        holding(
            entry("https://a.example/3", title="other", updated=moment("2026-06-03 10:00")),
            labels=labels(relevant=False),
        ),
        holding(entry("https://a.example/4", title="gds", body="gds", updated=moment("2026-06-04 10:00"))),
    )

    assert titles(store.documents.all()) == ["gds", "other", "at", "old"]
    assert titles(store.documents.all(body="gds")) == ["gds"]
    assert titles(store.documents.all(relevance=Relevance.YES)) == ["gds", "at", "old"]
    assert titles(store.documents.all(relevance=Relevance.NO)) == ["other"]
    assert titles(store.documents.all(since=instant("2026-06-02 10:00"))) == ["gds", "other", "at"]
    assert titles(store.documents.all(limit=1)) == ["gds"]
    assert titles(store.documents.all(body="cabinet-office", limit=2)) == ["other", "at"]
    assert store.documents.all(limit=0) == ()


def test_one_document_is_found_by_its_id(store: Store) -> None:
    wanted = holding(entry("https://a.example/1"))
    hold(store, wanted, holding(entry("https://a.example/2")))

    assert store.documents.one(wanted.entry.id) == wanted
    assert store.documents.one("urn:uuid:unknown") is None


def test_a_document_that_nobody_carries_is_held_all_the_same(store: Store) -> None:
    orphan = holding(carriers=())
    with store.writing() as tx:
        tx.documents.hold([orphan])

    assert store.documents.all() == (orphan,)


def test_news_is_what_was_first_seen_in_the_window(store: Store) -> None:
    """The window is half-open: its start belongs to it, its end does not."""
    for title, first_seen in [
        ("before", WEEK.start - timedelta(seconds=1)),
        ("at the start", WEEK.start),
        ("at the end", WEEK.end - timedelta(seconds=1)),
        ("after", WEEK.end),
    ]:
        keep(store, change(entry(f"https://a.example/{title}", title=title), seen_at=first_seen))

    assert sorted(titles(store.documents.news(WEEK))) == ["at the end", "at the start"]


def test_backlog_is_news_only_when_it_is_revised(store: Store) -> None:
    for title in ("silent", "revised", "revised before", "restated"):
        told = entry(f"https://a.example/{title}", title=title)
        keep(store, change(told, seen_at=WEEK.start - 2 * HOUR, backlog=True))
    for title, kind, seen_at in [
        ("revised", ChangeKind.REVISED, WEEK.start),
        ("revised before", ChangeKind.REVISED, WEEK.start - HOUR),
        ("restated", ChangeKind.RESTATED, WEEK.start),
    ]:
        keep(store, change(entry(f"https://a.example/{title}", title=title, text="new"), kind, seen_at))
    keep(store, change(entry("https://a.example/5", title="backlog"), seen_at=WEEK.start, backlog=True))

    assert titles(store.documents.news(WEEK)) == ["revised"]
    assert store.documents.news(Window(start=WEEK.end, end=WEEK.end + HOUR)) == ()


def test_labels_are_replaced_and_no_date_moves(store: Store) -> None:
    one, two = holding(entry("https://a.example/1")), holding(entry("https://a.example/2"))
    hold(store, one, two)
    consultation = labels(type="consultation", relevant=False)

    with store.writing() as transaction:
        transaction.labels.keep(
            {one.entry.id: consultation, "urn:uuid:unknown": consultation}, "words of today"
        )
        transaction.labels.keep({}, "words of today")

    assert store.documents.one(one.entry.id) == replace(one, labels=consultation)
    assert store.documents.one(two.entry.id) == two
    assert store.documents.all(relevance=Relevance.NO) == (replace(one, labels=consultation),)


def test_a_run_is_counted_from_what_it_left_behind(store: Store) -> None:
    """At NOON: two new documents (one told twice), one revised by two sources, three polls, one failed."""
    failed = Failed(url="https://a.example/", cause=Cause.DNS, detail="no such name", hint="look at the name")
    for source in ("a", "b"):
        keep(store, change(entry("https://a.example/1", source=source), seen_at=NOON - HOUR))
    keep(store, change(entry("https://a.example/2"), seen_at=NOON - HOUR))
    with store.writing() as tx:
        tx.sources.keep(SourceState(source="a", asked=NOON))
        tx.sources.keep(SourceState(source="b", asked=NOON))
        tx.sources.keep(SourceState(source="c", asked=NOON, failure=failed))
        tx.sources.keep(SourceState(source="d", asked=NOON - HOUR, failure=failed))
        tx.sources.keep(SourceState(source="e"))
    for source in ("a", "b"):
        told = entry("https://a.example/1", source=source, title="The plan")
        keep(store, change(told, ChangeKind.REVISED, NOON))
    keep(store, change(entry("https://a.example/3", source="a")))
    keep(store, change(entry("https://a.example/3", source="b")))
    keep(store, change(entry("https://a.example/4"), backlog=True))
    keep(store, change(entry("https://a.example/2", source="b")))

    assert store.runs.count(NOON) == Run(at=NOON, asked=3, failed=1, new=2, revised=1)
    assert store.runs.count(NOON + HOUR) == Run(at=NOON + HOUR, asked=0, failed=0, new=0, revised=0)


def test_runs_come_latest_first_and_one_for_each_instant(store: Store) -> None:
    early, late = (Run(at=at, asked=1, failed=0, new=5, revised=0) for at in (NOON, NOON + HOUR))
    again = replace(early, failed=1)
    for run in (late, early, again):
        store.runs.note(run)

    assert store.runs.all() == (late, again)
    assert store.runs.all(limit=1) == (late,)


def test_the_store_takes_only_whole_seconds_of_utc(store: Store) -> None:
    summer_time = timezone(timedelta(hours=1))
    for wrong in (NOON.replace(tzinfo=None), NOON.replace(microsecond=1), NOON.astimezone(summer_time)):
        with pytest.raises(StatementError, match="UTC in whole seconds"):
            store.runs.note(Run(at=wrong, asked=0, failed=0, new=0, revised=0))

    assert store.runs.all() == ()


def test_a_value_of_the_wrong_type_is_refused_when_it_is_written(store: Store) -> None:
    wrong: Any = "three"
    with pytest.raises(StatementError, match="Expected `int`"), store.writing() as tx:
        tx.sources.keep(SourceState(source="gds", items=wrong))

    assert store.sources.states() == {}


LETTER = Digest(week="2026-W23", window=WEEK, sections=(), unread=(), issued=WEEK.end)


def test_a_letter_is_frozen_once_it_is_issued(store: Store) -> None:
    changed = replace(LETTER, unread=("gds",), issued=WEEK.end + HOUR)

    assert store.digests.one("2026-W23") is None
    assert store.digests.issue([LETTER])[0] == LETTER
    assert store.digests.issue([changed])[0] == LETTER
    assert store.digests.one("2026-W23") == LETTER
    assert store.digests.all() == (LETTER,)


def test_letters_come_newest_first(store: Store) -> None:
    for week in ("2026-W09", "2026-W23", "2025-W52"):
        store.digests.issue([replace(LETTER, week=week)])

    assert [letter.week for letter in store.digests.all()] == ["2026-W23", "2026-W09", "2025-W52"]


def test_a_letter_of_an_open_week_cannot_be_issued(store: Store) -> None:
    with pytest.raises(ValueError, match="2026-W23 cannot be issued: its window is still open"):
        store.digests.issue([replace(LETTER, issued=None)])

    assert store.digests.all() == ()


def test_a_letter_issued_through_another_opening_is_the_one_that_counts(file_url: str) -> None:
    with open_store(file_url) as one, open_store(file_url) as other:
        one.digests.issue([LETTER])

        assert other.digests.issue([replace(LETTER, unread=("gds",))]) == (LETTER,)


def test_the_copy_of_robots_txt_that_was_put_last_is_remembered(store: Store) -> None:
    old = RobotsCopy(fetched_at=NOON, status=200, text="User-agent: *\nDisallow: /\n")
    new = RobotsCopy(fetched_at=NOON + HOUR, status=404, text="")
    store.robots.put("https://www.gov.uk", old)
    store.robots.put("https://www.gov.uk", new)
    store.robots.put("https://www.gov.scot", old)

    assert store.robots.get("https://www.gov.uk") == new
    assert store.robots.get("https://www.gov.wales") is None


def test_what_was_kept_is_there_after_the_store_was_closed(file_url: str) -> None:
    with open_store(file_url) as store:
        keep(store, change())
        before = store.dump()

    with open_store(file_url) as store:
        assert store.dump() == before


def test_a_reader_sees_nothing_of_a_transaction_before_its_end(file_url: str) -> None:
    with open_store(file_url) as store:
        with store.writing() as tx:
            tx.sources.keep(SourceState(source="gds", items=1))
            assert store.sources.states() == {}

        assert store.sources.states() == {"gds": SourceState(source="gds", items=1)}


def test_a_dump_names_every_row_in_the_order_of_table_and_key(store: Store) -> None:
    keep(store, change(entry("https://a.example/1", title="Teßt", text="Tex\tt")))
    store.runs.note(Run(at=NOON, asked=1, failed=0, new=5, revised=0))
    store.runs.note(Run(at=NOON - HOUR, asked=0, failed=0, new=0, revised=0))
    store.digests.issue([LETTER])
    store.robots.put("https://www.gov.uk", RobotsCopy(fetched_at=NOON, status=404, text=""))
    with store.writing() as tx:
        tx.sources.keep(SourceState(source="gds"))

    assert "Teßt" in store.dump()
    lines = store.dump().splitlines()
    assert [line.split("\t")[0] for line in lines] == [
        "carriers",
        "digest_runs",
        "entries",
        "revisions",
        "robots",
        "runs",
        "runs",
        "source_states",
    ]
    assert lines[5] == (
        r'runs	{"at": "2026-06-05T11:00:00Z", '
        r'"run": "{\"asked\":0,\"at\":\"2026-06-05T11:00:00Z\",\"failed\":0,\"new\":0,\"revised\":0}"}'
    )


def test_equal_states_are_equal_bytes_in_whatever_order_they_were_built() -> None:
    first = {"https://a.example/1": Validators(etag='"1"')}
    second = {"https://a.example/2": Validators(etag='"2"')}
    dumps = []
    for validators in (first | second, second | first):
        with open_store("sqlite://") as store:
            with store.writing() as tx:
                tx.sources.keep(SourceState(source="gds", validators=validators, due=NOON))
            dumps.append(store.dump())

    assert dumps[0] == dumps[1]
