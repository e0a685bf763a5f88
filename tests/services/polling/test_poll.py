"""Polls: removals after two polls, gaps, changed layouts, and documents with several names."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest

from aggregator.errors import Cause
from aggregator.model import Fetched, FetchedPart, RemovalKind, Request, Scope, Selectors, Validators
from aggregator.normalise.identity import entry_id
from aggregator.store import open_store
from tests.services.stage import FakeResponse, PollingBench
from tests.support.builders import NOON, make_source
from tests.support.projects import make_atom_feed

HOUR = timedelta(hours=1)
FEED = "https://www.gov.uk/one.atom"


def record(name: str, title: str) -> FetchedPart:
    text = f"---\nid: {name}\nbody: cabinet-office\ntitle: {title}\nadded: 2026-06-01\n---\nText.\n"
    return FetchedPart(name=f"{name}.md", payload=text.encode())


RECORDS = tuple(record(f"r{number}", f"Record {number}") for number in range(6))


@pytest.fixture
def records_stage(tmp_path: Path) -> Iterator[PollingBench]:
    """A complete listing: a document that it leaves out is missing."""
    kept = make_source("records", kind="records", address="records/", licence="own", scope=Scope.ALL)
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        stage = PollingBench(store, (kept,))
        stage.poll(NOON, {"records/": RECORDS})
        yield stage


@pytest.fixture
def feed_stage(tmp_path: Path) -> Iterator[PollingBench]:
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        yield PollingBench(store, (make_source("one", address=FEED, fallbacks=()),))


def test_a_document_that_a_complete_listing_leaves_out_is_removed_after_two_polls_hours_apart(
    records_stage: PollingBench,
) -> None:
    first = records_stage.poll(NOON + HOUR, {"records/": RECORDS[1:]})["records"]
    soon = records_stage.poll(NOON + 3 * HOUR, {"records/": RECORDS[1:]})["records"]
    before = records_stage.documents_by_title()["Record 0"]
    later = records_stage.poll(NOON + 4 * HOUR, {"records/": RECORDS[1:]})["records"]
    after = records_stage.documents_by_title()["Record 0"]

    assert (first.removed, soon.removed, later.removed) == (0, 0, 1)
    assert before.removal is None
    assert after.removal is not None
    assert after.removal.kind is RemovalKind.MISSING
    assert after.entry.text == before.entry.text
    assert after.carriers[0].revisions[-1].parts == ("removed",)


def test_a_document_that_is_back_at_the_second_poll_was_never_removed(records_stage: PollingBench) -> None:
    records_stage.poll(NOON + HOUR, {"records/": RECORDS[1:]})
    records_stage.poll(NOON + 2 * HOUR, {"records/": RECORDS})
    outcome = records_stage.poll(NOON + 9 * HOUR, {"records/": RECORDS[1:]})["records"]

    assert outcome.removed == 0
    assert records_stage.documents_by_title()["Record 0"].removal is None


def test_a_return_is_restored_and_named(records_stage: PollingBench) -> None:
    records_stage.poll(NOON + HOUR, {"records/": RECORDS[1:]})
    records_stage.poll(NOON + 5 * HOUR)
    outcome = records_stage.poll(NOON + 6 * HOUR, {"records/": RECORDS})["records"]

    document = records_stage.documents_by_title()["Record 0"]
    assert (outcome.revised, document.removal) == (1, None)
    assert document.carriers[0].revisions[-1].parts == ("restored",)


def test_when_more_than_a_fifth_goes_at_once_the_operator_decides(records_stage: PollingBench) -> None:
    for hours in (1, 5, 9):
        outcome = records_stage.poll(NOON + hours * HOUR, {"records/": RECORDS[2:]})["records"]
        assert outcome.removed == 0

    assert len(records_stage.state("records").removals_to_confirm) == 2
    assert all(document.removal is None for document in records_stage.documents_by_title().values())

    records_stage.poller.accept_removals("records", NOON + 10 * HOUR)
    assert [
        title for title, document in sorted(records_stage.documents_by_title().items()) if document.removal
    ] == [
        "Record 0",
        "Record 1",
    ]
    assert records_stage.state("records").removals_to_confirm == ()


def test_when_exactly_a_fifth_goes_at_once_it_is_removed(records_stage: PollingBench) -> None:
    ten = (*RECORDS, *(record(f"r{number}", f"Record {number}") for number in range(6, 10)))
    records_stage.poll(NOON + HOUR, {"records/": ten})
    for hours in (2, 6):
        records_stage.poll(NOON + hours * HOUR, {"records/": ten[2:]})

    assert [
        title for title, document in sorted(records_stage.documents_by_title().items()) if document.removal
    ] == [
        "Record 0",
        "Record 1",
    ]
    assert records_stage.state("records").removals_to_confirm == ()


def test_a_failed_poll_and_a_feed_that_drops_an_old_item_remove_nothing(feed_stage: PollingBench) -> None:
    feed_stage.poll(NOON, {FEED: make_atom_feed({"/a": "A", "/b": "B"})})
    for hours in (1, 5, 9):
        feed_stage.poll(NOON + hours * HOUR, {FEED: make_atom_feed({"/b": "B"})})
    for hours in (10, 15, 20):
        feed_stage.poll(NOON + hours * HOUR, {FEED: 404})

    assert all(document.removal is None for document in feed_stage.documents_by_title().values())
    assert feed_stage.state("one").failures == 3


def test_a_poll_that_is_interrupted_at_its_very_end_has_saved_nothing(
    feed_stage: PollingBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(type(feed_stage.store.sources), "save_state", lambda *_: 1 / 0)
        outcome = feed_stage.poll(NOON, {FEED: make_atom_feed({"/a": "A"})})["one"]

    assert "ZeroDivisionError" in (outcome.bug or "")
    assert feed_stage.documents_by_title() == {}
    assert feed_stage.poll(NOON)["one"].new == 1


def test_the_first_successful_poll_brings_backlog_also_after_a_failed_one(feed_stage: PollingBench) -> None:
    feed_stage.poll(NOON, {FEED: 500})
    feed_stage.poll(NOON + HOUR, {FEED: make_atom_feed({"/a": "A"})})
    feed_stage.poll(NOON + 2 * HOUR, {FEED: make_atom_feed({"/a": "A", "/b": "B"})})

    assert {title: document.backlog for title, document in feed_stage.documents_by_title().items()} == {
        "A": True,
        "B": False,
    }


def test_a_feed_with_only_new_items_since_the_last_poll_has_a_gap(feed_stage: PollingBench) -> None:
    feed_stage.poll(NOON, {FEED: make_atom_feed({"/a": "A", "/b": "B"})})
    feed_stage.poll(NOON + HOUR, {FEED: make_atom_feed({"/b": "B", "/c": "C"})})
    assert feed_stage.state("one").items_missed_at is None

    feed_stage.poll(NOON + 2 * HOUR, {FEED: 304})
    feed_stage.poll(NOON + 3 * HOUR, {FEED: make_atom_feed({"/d": "D", "/e": "E"})})

    assert feed_stage.state("one").items_missed_at == NOON + 3 * HOUR
    assert sorted(feed_stage.documents_by_title()) == ["A", "B", "C", "D", "E"]


def test_a_gap_is_stored_with_its_days_when_it_is_over(feed_stage: PollingBench) -> None:
    """A failed source, one not polled for days, and one that lost items have gaps; an hour is no gap."""
    rounds: list[tuple[datetime, FakeResponse]] = [
        (NOON, 404),
        (NOON + HOUR, make_atom_feed({"/a": "A"})),
        (NOON + 2 * HOUR, 304),
        (NOON + 3 * HOUR, 404),
        (NOON + 4 * HOUR, 500),
        (NOON + 30 * HOUR, make_atom_feed({"/a": "A"})),
        (NOON + 90 * HOUR, make_atom_feed({"/a": "A"})),
        (NOON + 91 * HOUR, make_atom_feed({"/b": "B"})),
        (NOON + 92 * HOUR, 404),
    ]
    for at, served in rounds:
        feed_stage.poll(at, {FEED: served})
        feed_stage.poll(at, {FEED: 404})  # the same instant twice is once

    gaps = feed_stage.store.sources.outages()["one"]
    assert [(one.since, one.failing_since, one.until, one.items_missed) for one in gaps] == [
        (NOON, NOON, NOON + HOUR, False),
        (NOON + 2 * HOUR, NOON + 3 * HOUR, NOON + 30 * HOUR, False),
        (NOON + 30 * HOUR, None, NOON + 90 * HOUR, False),
        (NOON + 90 * HOUR, None, NOON + 91 * HOUR, True),
    ]
    assert [one.failure.status if one.failure else None for one in gaps] == [404, 500, None, None]
    assert gaps[0].at_first


def test_each_revision_has_the_hash_of_its_payload_and_when_it_was_last_seen(
    feed_stage: PollingBench,
) -> None:
    feed_stage.poll(NOON, {FEED: make_atom_feed({"/a": "A"})})
    feed_stage.poll(NOON + HOUR, {FEED: 304})
    feed_stage.poll(NOON + 2 * HOUR, {FEED: make_atom_feed({"/a": "A, revised"})})

    first, second = feed_stage.documents_by_title()["A, revised"].carriers[0].revisions
    assert (first.seen_at, first.last_seen) == (NOON, NOON + HOUR)
    assert (second.seen_at, second.parts) == (NOON + 2 * HOUR, ("title", "text"))
    assert len({first.payload_sha256, second.payload_sha256}) == 2
    assert all(len(revision.payload_sha256) == 64 for revision in (first, second))


def test_a_text_that_changes_and_changes_back_is_three_revisions(feed_stage: PollingBench) -> None:
    for hours, title in enumerate(("A plan", "Another plan", "A plan")):
        feed_stage.poll(NOON + hours * HOUR, {FEED: make_atom_feed({"/a": title})})

    assert len(feed_stage.documents_by_title()["A plan"].carriers[0].revisions) == 3


def test_the_order_in_which_sources_are_polled_never_changes_the_store(tmp_path: Path) -> None:
    addresses = {name: f"https://{name}.gov.uk/feed.atom" for name in ("one", "two", "three")}
    polls: tuple[dict[str, FakeResponse], ...] = (
        {
            addresses["one"]: make_atom_feed({"/a": "A", "/b": "B"}),
            addresses["two"]: make_atom_feed({"/a": "A"}),
            addresses["three"]: make_atom_feed({"/b": "B, too", "/c": "C"}),
        },
        {
            addresses["one"]: make_atom_feed({"/a": "A, revised", "/b": "B"}),
            addresses["two"]: make_atom_feed({"/a": "A, revised", "/d": "D"}),
            addresses["three"]: 500,
        },
    )
    dumps = set()
    for number, order in enumerate(permutations(addresses)):
        sources = tuple(make_source(name, address=addresses[name]) for name in sorted(order))
        with open_store(f"sqlite:///{tmp_path}/{number}.db") as store:
            stage = PollingBench(store, sources)
            for hours, served in enumerate(polls):
                for name in order:
                    stage.poll(NOON + hours * HOUR, served, only={name})
            dumps.add(stage.store.dump())

    assert len(dumps) == 1


def test_a_page_is_fetched_whole_after_its_selectors_changed(tmp_path: Path) -> None:
    """And the new selector may find fewer items than the old one."""
    address = "https://www.example.org/news/"
    items = "".join(
        f'<li class="{"new" if n < 2 else "old"}"><a href="/{n}">Plan {n}</a></li>' for n in range(6)
    )
    sent: list[Validators] = []

    async def fetch(request: Request) -> Fetched:
        sent.append(request.validators)
        return Fetched(
            url=request.url,
            final_url=request.url,
            status=200,
            headers={"content-type": "text/html", "etag": '"1"'},
            payload=f"<!doctype html><main><ul>{items}</ul></main>".encode(),
        )

    listed = make_source("list", kind="listing", address=address, selectors=Selectors(item="li", title="a"))
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        stage = PollingBench(store, (listed,))
        for hours, item in enumerate(("li", "li", "li.new", "li.new")):
            stage.change_source(selectors=Selectors(item=item, title="a"))
            polled = stage.poller.poll(stage.sources, fetch, NOON + hours * HOUR)
            assert [outcome.failure for outcome in asyncio.run(polled)] == [None]

    assert [validators.etag for validators in sent] == [None, '"1"', None, '"1"']


def test_when_all_addresses_fail_the_failure_of_the_first_is_reported(feed_stage: PollingBench) -> None:
    feed_stage.change_source(fallbacks=("https://www.gov.uk/other.atom",))

    failed = feed_stage.poll(NOON, {FEED: 410, "https://www.gov.uk/other.atom": 500})["one"]
    served = {"https://www.gov.uk/other.atom": make_atom_feed({"/a": "A"})}
    answered = feed_stage.poll(NOON + HOUR, served)["one"]

    assert failed.failure is not None
    assert failed.failure.cause is Cause.GONE
    assert (answered.failure, feed_stage.state("one").address) == (None, "https://www.gov.uk/other.atom")


def content_api(path: str, content_id: str, locale: str, title: str) -> bytes:
    content = {
        "base_path": path,
        "content_id": content_id,
        "locale": locale,
        "title": title,
        "document_type": "policy_paper",
        "schema_name": "publication",
        "public_updated_at": "2026-06-01T09:00:00Z",
        "details": {"body": f"<p>{title}</p>"},
    }
    return json.dumps(content).encode()


def test_english_and_welsh_are_one_entry_in_two_languages(tmp_path: Path) -> None:
    english, welsh = "https://www.gov.uk/api/content/plan", "https://www.gov.uk/api/content/plan.cy"
    sources = tuple(make_source(n, kind="govuk", address=a) for n, a in (("en", english), ("cy", welsh)))
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        stage = PollingBench(store, sources)
        stage.network.content_type = "application/json"
        same = "5e5bd2ef-7631-11e4-a3cb-005056011aef"
        stage.poll(NOON, {english: content_api("/plan", same, "en", "Example: the plan")})
        stage.poll(NOON + HOUR, {welsh: content_api("/plan.cy", same, "cy", "Example: y cynllun")})

        (document,) = store.documents.all()
    assert (document.entry.title, document.entry.language) == ("Example: the plan", "en")
    assert [(t.language, t.title, t.url) for t in document.entry.translations] == [
        ("cy", "Example: y cynllun", "https://www.gov.uk/plan.cy")
    ]
    assert [carrier.source for carrier in document.carriers] == ["en", "cy"]


SAME = "5e5bd2ef-7631-11e4-a3cb-005056011aef"
API = {name: f"https://www.gov.uk/api/content/{name}" for name in ("plan", "plan.cy")}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[PollingBench]:
    """Two documents of GOV.UK, each watched by a source of its own."""
    watched = tuple(make_source(name, kind="govuk", address=address) for name, address in API.items())
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        stage = PollingBench(store, watched)
        stage.network.content_type = "application/json"
        yield stage


def page(name: str, content_id: str, title: str) -> dict[str, FakeResponse]:
    locale = "cy" if name.endswith(".cy") else "en"
    return {API[name]: content_api(f"/{name}", content_id, locale, title)}


@pytest.mark.parametrize("order", [("plan", "plan.cy"), ("plan.cy", "plan")])
def test_two_addresses_found_at_one_instant_are_one_document_with_the_english_id(
    stage: PollingBench, order: tuple[str, str]
) -> None:
    stage.network.responses |= page("plan", SAME, "Plan") | page("plan.cy", SAME, "Cynllun")
    for name in order:
        stage.poll_only(NOON, name)
    stage.poller.merge_documents(NOON)

    (document,) = stage.store.documents.all()
    assert document.entry.id == entry_id("https://gov.uk/plan")
    assert (document.entry.title, [t.title for t in document.entry.translations]) == ("Plan", ["Cynllun"])
    assert [carrier.source for carrier in document.carriers] == ["plan", "plan.cy"]


def test_documents_found_apart_become_one_under_the_older_id(stage: PollingBench) -> None:
    stage.poll(NOON, page("plan.cy", "", "Cynllun") | {API["plan"]: 500})
    stage.poll(NOON + HOUR, page("plan", "", "Plan"))
    welsh, english = entry_id("https://gov.uk/plan.cy"), entry_id("https://gov.uk/plan")
    assert {document.entry.id for document in stage.store.documents.all()} == {welsh, english}

    stage.poll(NOON + 2 * HOUR, page("plan", SAME, "Plan, revised") | page("plan.cy", SAME, "Cynllun"))

    (document,) = stage.store.documents.all()
    assert (document.entry.id, document.first_seen) == (welsh, NOON)
    assert stage.store.documents.get(english) == document
    (english_carrier,) = [carrier for carrier in document.carriers if carrier.source == "plan"]
    assert [revision.entry.title for revision in english_carrier.revisions] == ["Plan", "Plan, revised"]

    outcomes = stage.poll(NOON + 3 * HOUR)
    assert [(one.new, one.revised) for one in outcomes.values()] == [(0, 0), (0, 0)]
    assert stage.store.documents.all()[0].entry.id == welsh


def test_a_run_that_was_interrupted_before_merging_is_completed_by_the_next(stage: PollingBench) -> None:
    stage.network.responses |= page("plan", SAME, "Plan") | page("plan.cy", SAME, "Cynllun")
    stage.poll_only(NOON)
    assert len(stage.store.documents.all()) == 2

    stage.poll_only(NOON + HOUR)

    (document,) = stage.store.documents.all()
    assert [(carrier.source, len(carrier.revisions)) for carrier in document.carriers] == [
        ("plan", 1),
        ("plan.cy", 1),
    ]


def test_a_retracted_document_is_retracted_at_its_other_addresses(stage: PollingBench) -> None:
    stage.poll(NOON, page("plan", "", "Plan") | page("plan.cy", SAME, "Cynllun"))
    stage.store.documents.retract(entry_id("https://gov.uk/plan"), "asked", NOON)

    stage.poll(NOON + HOUR, page("plan", SAME, "Plan"))

    assert stage.store.documents.all() == ()
    assert "Cynllun" not in stage.store.dump()


def test_the_withdrawal_of_one_address_leaves_the_document_that_another_one_shows(
    stage: PollingBench,
) -> None:
    stage.poll(NOON, page("plan", SAME, "Plan") | page("plan.cy", SAME, "Cynllun"))
    for hours in (1, 5, 9):
        stage.poll(NOON + hours * HOUR, {API["plan.cy"]: 410})

    (document,) = stage.store.documents.all()
    assert (document.entry.title, document.entry.language, document.removal) == ("Plan", "en", None)
    assert {carrier.source: bool(carrier.removal) for carrier in document.carriers} == {
        "plan": False,
        "plan.cy": True,
    }


def test_a_guid_that_every_item_has_is_no_name(feed_stage: PollingBench) -> None:
    def rss(*slugs: str) -> bytes:
        items = "".join(
            f"<item><title>{slug}</title><link>https://a.example.org/{slug}</link>"
            '<guid isPermaLink="false">https://a.example.org/?p=1</guid></item>'
            for slug in slugs
        )
        return f'<rss version="2.0"><channel><title>x</title>{items}</channel></rss>'.encode()

    feed_stage.poll(NOON, {FEED: rss("one", "two")})
    feed_stage.poll(NOON + HOUR, {FEED: rss("two", "three")})

    assert sorted(feed_stage.documents_by_title()) == ["one", "three", "two"]


def test_a_feed_whose_site_moved_has_no_gap(feed_stage: PollingBench) -> None:
    """Its items are recognised by their numbers, although all addresses are new."""

    def rss(host: str) -> bytes:
        item = (
            f"<item><title>Post</title><link>https://{host}/post</link>"
            '<guid isPermaLink="false">https://old.example.org/?p=6897</guid></item>'
        )
        return f'<rss version="2.0"><channel><title>x</title>{item}</channel></rss>'.encode()

    feed_stage.poll(NOON, {FEED: rss("old.example.org")})
    feed_stage.poll(NOON + HOUR, {FEED: rss("new.example.org")})

    assert feed_stage.state("one").items_missed_at is None


def test_a_site_that_moves_brings_nothing_up_as_new(feed_stage: PollingBench) -> None:
    def rss(host: str, slug: str) -> bytes:
        item = (
            f"<item><title>Example: post</title><link>https://{host}/2026/06/01/{slug}/</link>"
            '<guid isPermaLink="false">https://old.example.org/?p=6897</guid></item>'
        )
        return f'<rss version="2.0"><channel><title>x</title>{item}</channel></rss>'.encode()

    feed_stage.poll(NOON, {FEED: rss("old.example.org", "post")})
    moved = feed_stage.poll(NOON + HOUR, {FEED: rss("new.example.org", "post-corrected")})["one"]

    assert (moved.new, moved.revised, len(feed_stage.store.documents.all())) == (0, 0, 1)


def test_a_retracted_document_is_never_saved_again(feed_stage: PollingBench) -> None:
    feed_stage.poll(NOON, {FEED: make_atom_feed({"/a": "A person's name", "/b": "B"})})
    feed_stage.store.documents.retract(
        feed_stage.documents_by_title()["A person's name"].entry.id, "asked", NOON
    )
    feed_stage.poll(NOON + HOUR, {FEED: make_atom_feed({"/a": "A person's name, again", "/b": "B"})})

    assert list(feed_stage.documents_by_title()) == ["B"]
    assert "A person's name" not in feed_stage.store.dump()


def test_a_read_out_that_arrives_later_is_merged_with_its_record(tmp_path: Path) -> None:
    kept = make_source("records", kind="records", address="records/", licence="own", scope=Scope.ALL)
    site = make_source("ogn", address=FEED, licence="unknown", scope=Scope.ALL)
    minutes = record("uk-msf-2024-01-24", "Multi-Stakeholder Forum meeting of 24 January 2024")
    read_out = "Read out from the UK Multi-Stakeholder Forum | Wednesday 24th January 2024"
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        stage = PollingBench(store, (kept, site))
        stage.poll(NOON, {"records/": (minutes,), FEED: make_atom_feed({"/z": "Other"})})
        stage.poll(NOON + HOUR, {FEED: make_atom_feed({"/z": "Other", "/2024/read-out": read_out})})

        by_title = stage.documents_by_title()
    assert sorted(by_title) == ["Multi-Stakeholder Forum meeting of 24 January 2024", "Other"]
    merged = by_title["Multi-Stakeholder Forum meeting of 24 January 2024"]
    assert [carrier.source for carrier in merged.carriers] == ["records", "ogn"]


def test_a_record_with_an_issue_is_rejected_and_not_missing(records_stage: PollingBench) -> None:
    broken = FetchedPart(name="r0.md", payload=b"---\nid: r0\n---\n")
    for hours in (1, 5, 9):
        outcome = records_stage.poll(NOON + hours * HOUR, {"records/": (broken, *RECORDS[1:])})["records"]
        assert (outcome.removed, outcome.rejected) == (0, 3)

    assert records_stage.documents_by_title()["Record 0"].removal is None
