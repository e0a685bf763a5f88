"""What the store returns: documents, states, runs, digests, robots.txt files."""

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
    FeedMetadata,
    Relevance,
    RobotsTxt,
    Run,
    SourceState,
    Validators,
    Window,
)
from aggregator.store import Store, open_store
from tests.store.values import make_change, save_changes
from tests.support.builders import NOON, instant, make_document, make_entry, make_labels, moment

HOUR = timedelta(hours=1)
WEEK = Window(start=instant("2026-06-01 07:00"), end=instant("2026-06-08 07:00"))


def save_documents(store: Store, *documents: Document) -> None:
    with store.transaction() as tx:
        tx.carriers.apply([make_change(one.entry, seen_at=one.first_seen) for one in documents])
        tx.documents.save(documents)


def titles(documents: tuple[Document, ...]) -> list[str]:
    return [document.entry.title for document in documents]


def test_an_unknown_source_has_an_empty_state(store: Store) -> None:
    assert store.sources.state("nobody") == SourceState(source="nobody")
    assert store.sources.states() == {}
    with store.transaction() as tx:
        assert tx.sources.state("nobody") == SourceState(source="nobody")


def test_the_latest_state_of_each_source_is_stored(store: Store) -> None:
    gds = SourceState(source="gds", due=NOON, feed_metadata=FeedMetadata(title="GDS"))
    with store.transaction() as tx:
        tx.sources.save_state(SourceState(source="scotland", items=3))
        tx.sources.save_state(SourceState(source="gds", items=1))
        tx.sources.save_state(gds)

    assert store.sources.states() == {"gds": gds, "scotland": SourceState(source="scotland", items=3)}
    assert store.sources.state("gds") == gds


def test_documents_come_newest_first_by_their_own_date(store: Store) -> None:
    """Published before updated before a record's claim before the day we saw it; then by id."""
    dated = moment("2026-06-04 10:00")
    claim = Claim(what="held", moment=moment("2026-06-03 10:00"), source=None)
    save_documents(
        store,
        make_document(make_entry("https://a.example/1", title="undated", updated=None)),
        make_document(
            make_entry(
                "https://a.example/2",
                title="published",
                published=moment("2026-06-01 10:00"),
                updated=moment("2026-06-05 10:00"),
            )
        ),
        make_document(make_entry("https://a.example/3", title="updated", updated=dated)),
        make_document(make_entry("https://a.example/4", title="claimed", updated=None, claims=(claim,))),
    )

    assert titles(store.documents.all()) == ["undated", "updated", "claimed", "published"]


def test_documents_of_one_date_come_in_the_order_of_their_ids(store: Store) -> None:
    same = [
        replace(make_entry(f"https://a.example/{n}"), id=f"urn:uuid:{n}", title=str(n)) for n in (2, 3, 1)
    ]
    save_documents(store, *map(make_document, same))

    assert titles(store.documents.all()) == ["3", "2", "1"]
    assert titles(store.documents.all(limit=2)) == ["3", "2"]


def test_documents_are_chosen_by_body_relevance_date_and_number(store: Store) -> None:
    save_documents(
        store,
        make_document(make_entry("https://a.example/1", title="old", updated=moment("2026-06-01 10:00"))),
        make_document(make_entry("https://a.example/2", title="at", updated=moment("2026-06-02 10:00"))),
        make_document(
            make_entry("https://a.example/3", title="other", updated=moment("2026-06-03 10:00")),
            labels=make_labels(relevant=False),
        ),
        make_document(
            make_entry("https://a.example/4", title="gds", body="gds", updated=moment("2026-06-04 10:00"))
        ),
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
    wanted = make_document(make_entry("https://a.example/1"))
    save_documents(store, wanted, make_document(make_entry("https://a.example/2")))

    assert store.documents.get(wanted.entry.id) == wanted
    assert store.documents.get("urn:uuid:unknown") is None


def test_a_document_that_nobody_carries_is_stored_all_the_same(store: Store) -> None:
    orphan = make_document(carriers=())
    with store.transaction() as tx:
        tx.documents.save([orphan])

    assert store.documents.all() == (orphan,)


def test_updates_are_what_was_first_seen_in_the_window(store: Store) -> None:
    """The window is half-open: its start is in it, its end is not."""
    for title, first_seen in [
        ("before", WEEK.start - timedelta(seconds=1)),
        ("at the start", WEEK.start),
        ("at the end", WEEK.end - timedelta(seconds=1)),
        ("after", WEEK.end),
    ]:
        save_changes(
            store, make_change(make_entry(f"https://a.example/{title}", title=title), seen_at=first_seen)
        )

    assert sorted(titles(store.documents.with_updates(WEEK))) == ["at the end", "at the start"]


def test_backlog_is_an_update_only_when_it_is_revised(store: Store) -> None:
    for title in ("silent", "revised", "revised before", "restated"):
        entry = make_entry(f"https://a.example/{title}", title=title)
        save_changes(store, make_change(entry, seen_at=WEEK.start - 2 * HOUR, backlog=True))
    for title, kind, seen_at in [
        ("revised", ChangeKind.REVISED, WEEK.start),
        ("revised before", ChangeKind.REVISED, WEEK.start - HOUR),
        ("restated", ChangeKind.RESTATED, WEEK.start),
    ]:
        save_changes(
            store,
            make_change(make_entry(f"https://a.example/{title}", title=title, text="new"), kind, seen_at),
        )
    save_changes(
        store,
        make_change(make_entry("https://a.example/5", title="backlog"), seen_at=WEEK.start, backlog=True),
    )

    assert titles(store.documents.with_updates(WEEK)) == ["revised"]
    assert store.documents.with_updates(Window(start=WEEK.end, end=WEEK.end + HOUR)) == ()


def test_labels_are_replaced_and_no_date_moves(store: Store) -> None:
    one, two = (
        make_document(make_entry("https://a.example/1")),
        make_document(make_entry("https://a.example/2")),
    )
    save_documents(store, one, two)
    consultation = make_labels(type="consultation", relevant=False)

    with store.transaction() as transaction:
        transaction.labels.save(
            {one.entry.id: consultation, "urn:uuid:unknown": consultation}, "vocabulary of today"
        )
        transaction.labels.save({}, "vocabulary of today")

    assert store.documents.get(one.entry.id) == replace(one, labels=consultation)
    assert store.documents.get(two.entry.id) == two
    assert store.documents.all(relevance=Relevance.NO) == (replace(one, labels=consultation),)


def test_a_run_is_counted_from_what_it_stored(store: Store) -> None:
    """At NOON: two new documents (one at two sources), one revised at both, three polls, one failed."""
    failed = Failed(url="https://a.example/", cause=Cause.DNS, detail="no such name", hint="look at the name")
    for source in ("a", "b"):
        save_changes(
            store, make_change(make_entry("https://a.example/1", source=source), seen_at=NOON - HOUR)
        )
    save_changes(store, make_change(make_entry("https://a.example/2"), seen_at=NOON - HOUR))
    with store.transaction() as tx:
        tx.sources.save_state(SourceState(source="a", last_polled=NOON))
        tx.sources.save_state(SourceState(source="b", last_polled=NOON))
        tx.sources.save_state(SourceState(source="c", last_polled=NOON, failure=failed))
        tx.sources.save_state(SourceState(source="d", last_polled=NOON - HOUR, failure=failed))
        tx.sources.save_state(SourceState(source="e"))
    for source in ("a", "b"):
        entry = make_entry("https://a.example/1", source=source, title="The plan")
        save_changes(store, make_change(entry, ChangeKind.REVISED, NOON))
    save_changes(store, make_change(make_entry("https://a.example/3", source="a")))
    save_changes(store, make_change(make_entry("https://a.example/3", source="b")))
    save_changes(store, make_change(make_entry("https://a.example/4"), backlog=True))
    save_changes(store, make_change(make_entry("https://a.example/2", source="b")))

    assert store.runs.summarise(NOON) == Run(at=NOON, polled=3, failed=1, new=2, revised=1)
    assert store.runs.summarise(NOON + HOUR) == Run(at=NOON + HOUR, polled=0, failed=0, new=0, revised=0)


def test_runs_come_latest_first_and_one_for_each_instant(store: Store) -> None:
    early, late = (Run(at=at, polled=1, failed=0, new=5, revised=0) for at in (NOON, NOON + HOUR))
    again = replace(early, failed=1)
    for run in (late, early, again):
        store.runs.save(run)

    assert store.runs.all() == (late, again)
    assert store.runs.all(limit=1) == (late,)


def test_the_store_takes_only_whole_seconds_of_utc(store: Store) -> None:
    summer_time = timezone(timedelta(hours=1))
    for wrong in (NOON.replace(tzinfo=None), NOON.replace(microsecond=1), NOON.astimezone(summer_time)):
        with pytest.raises(StatementError, match="UTC in whole seconds"):
            store.runs.save(Run(at=wrong, polled=0, failed=0, new=0, revised=0))

    assert store.runs.all() == ()


def test_a_value_of_the_wrong_type_is_refused_when_it_is_written(store: Store) -> None:
    wrong: Any = "three"
    with pytest.raises(StatementError, match="Expected `int`"), store.transaction() as tx:
        tx.sources.save_state(SourceState(source="gds", items=wrong))

    assert store.sources.states() == {}


DIGEST = Digest(period="2026-W23", window=WEEK, sections=(), unread_sources=(), issued_at=WEEK.end)


def test_an_issued_digest_does_not_change(store: Store) -> None:
    changed = replace(DIGEST, unread_sources=("gds",), issued_at=WEEK.end + HOUR)

    assert store.digests.get("2026-W23") is None
    assert store.digests.issue([DIGEST])[0] == DIGEST
    assert store.digests.issue([changed])[0] == DIGEST
    assert store.digests.get("2026-W23") == DIGEST
    assert store.digests.all() == (DIGEST,)


def test_digests_come_newest_first(store: Store) -> None:
    for week in ("2026-W09", "2026-W23", "2025-W52"):
        store.digests.issue([replace(DIGEST, period=week)])

    assert [digest.period for digest in store.digests.all()] == ["2026-W23", "2026-W09", "2025-W52"]


def test_a_digest_of_an_open_week_cannot_be_issued(store: Store) -> None:
    with pytest.raises(ValueError, match="2026-W23 cannot be issued: its window is still open"):
        store.digests.issue([replace(DIGEST, issued_at=None)])

    assert store.digests.all() == ()


def test_of_two_processes_the_digest_that_was_issued_first_counts(file_url: str) -> None:
    with open_store(file_url) as one, open_store(file_url) as other:
        one.digests.issue([DIGEST])

        assert other.digests.issue([replace(DIGEST, unread_sources=("gds",))]) == (DIGEST,)


def test_the_robots_txt_that_was_put_last_is_returned(store: Store) -> None:
    old = RobotsTxt(fetched_at=NOON, status=200, text="User-agent: *\nDisallow: /\n")
    new = RobotsTxt(fetched_at=NOON + HOUR, status=404, text="")
    store.robots_txt.put("https://www.gov.uk", old)
    store.robots_txt.put("https://www.gov.uk", new)
    store.robots_txt.put("https://www.gov.scot", old)

    assert store.robots_txt.get("https://www.gov.uk") == new
    assert store.robots_txt.get("https://www.gov.wales") is None


def test_what_was_stored_is_there_after_the_store_was_closed(file_url: str) -> None:
    with open_store(file_url) as store:
        save_changes(store, make_change())
        before = store.dump()

    with open_store(file_url) as store:
        assert store.dump() == before


def test_others_see_nothing_of_a_transaction_before_its_end(file_url: str) -> None:
    with open_store(file_url) as store:
        with store.transaction() as tx:
            tx.sources.save_state(SourceState(source="gds", items=1))
            assert store.sources.states() == {}

        assert store.sources.states() == {"gds": SourceState(source="gds", items=1)}


def test_a_dump_names_every_row_in_the_order_of_table_and_key(store: Store) -> None:
    save_changes(store, make_change(make_entry("https://a.example/1", title="Teßt", text="Tex\tt")))
    store.runs.save(Run(at=NOON, polled=1, failed=0, new=5, revised=0))
    store.runs.save(Run(at=NOON - HOUR, polled=0, failed=0, new=0, revised=0))
    store.digests.issue([DIGEST])
    store.robots_txt.put("https://www.gov.uk", RobotsTxt(fetched_at=NOON, status=404, text=""))
    with store.transaction() as tx:
        tx.sources.save_state(SourceState(source="gds"))

    assert "Teßt" in store.dump()
    lines = store.dump().splitlines()
    assert [line.split("\t")[0] for line in lines] == [
        "carriers",
        "digests",
        "documents",
        "poll_runs",
        "poll_runs",
        "revisions",
        "robots_txt",
        "source_states",
    ]
    assert lines[3] == (
        r'poll_runs	{"at": "2026-06-05T11:00:00Z", '
        r'"run": "{\"at\":\"2026-06-05T11:00:00Z\",\"failed\":0,\"new\":0,\"polled\":0,\"revised\":0}"}'
    )


def test_equal_states_are_equal_bytes_in_whatever_order_they_were_built() -> None:
    first = {"https://a.example/1": Validators(etag='"1"')}
    second = {"https://a.example/2": Validators(etag='"2"')}
    dumps = []
    for validators in (first | second, second | first):
        with open_store("sqlite://") as store:
            with store.transaction() as tx:
                tx.sources.save_state(SourceState(source="gds", validators=validators, due=NOON))
            dumps.append(store.dump())

    assert dumps[0] == dumps[1]
