"""Which feeds list which documents, and in what order."""

from __future__ import annotations

from datetime import timedelta

from aggregator.publish.feeds.history import MAX_EVENTS_PER_PAGE
from tests.publish.feed_readers import ATOM, child_text, feed_entries, read_feed
from tests.support.builders import (
    NOON,
    instant,
    make_document,
    make_entry,
    make_labels,
    make_site,
    make_snapshot,
)


def test_the_main_feed_has_the_relevant_documents_and_the_other_one_all() -> None:
    relevant = make_document(make_entry("https://a.example/", title="About it"))
    other = make_document(
        make_entry("https://b.example/", title="Potholes"), labels=make_labels(relevant=False)
    )
    snapshot = make_snapshot(relevant, other)

    assert [child_text(entry, "title") for entry in feed_entries(snapshot)] == ["About it"]
    assert {child_text(entry, "title") for entry in feed_entries(snapshot, "all.atom")} == {
        "About it",
        "Potholes",
    }


def test_a_feed_has_the_latest_changes_first_and_at_least_100() -> None:
    many = [
        make_document(
            make_entry(f"https://a.example/{n}", title=f"Number {n}"), updated=NOON - timedelta(hours=n)
        )
        for n in range(500)
    ]

    titles = [entry.findtext(f"{ATOM}title") for entry in feed_entries(make_snapshot(*reversed(many)))]

    assert titles[:100] == [f"Number {n}" for n in range(100)]
    # The feed also has what no archive page has yet: fewer items than a page.
    assert len(titles) < 100 + MAX_EVENTS_PER_PAGE
    assert titles == sorted(titles, key=lambda title: int(title.split()[1]))


def test_documents_of_one_instant_are_sorted_by_id() -> None:
    twins = [make_document(make_entry(f"https://a.example/{n}")) for n in range(9)]

    ids = [child_text(entry, "id") for entry in feed_entries(make_snapshot(*twins))]

    assert ids == sorted((twin.entry.id for twin in twins), reverse=True)


def test_a_feed_is_as_new_as_its_newest_document_and_an_empty_one_as_its_snapshot() -> None:
    old = make_document(updated=instant("2026-05-01 09:00"))

    assert child_text(read_feed(make_snapshot(old)), "updated") == "2026-05-01T09:00:00+00:00"
    assert child_text(read_feed(make_snapshot()), "updated") == "2026-06-05T12:00:00+00:00"


def test_the_id_of_a_feed_depends_on_instance_and_path_and_not_on_the_address() -> None:
    here = child_text(read_feed(make_snapshot()), "id")
    moved = child_text(read_feed(make_snapshot(site=make_site(base_url="https://elsewhere.example/"))), "id")
    other = child_text(read_feed(make_snapshot(site=make_site(instance="other.example.org"))), "id")

    # uuid5(uuid5(NAMESPACE_DNS, "updates.example.org"), "feed.atom"), worked out once: it must never change.
    assert here == moved == "urn:uuid:2d189388-98b7-5d0b-a1de-f69ae2b56a61"
    assert len({here, other, child_text(read_feed(make_snapshot(), "all.atom"), "id")}) == 3
