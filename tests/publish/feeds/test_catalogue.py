"""Which documents stand in which feed, and in what order."""

from __future__ import annotations

from datetime import timedelta

from aggregator.publish.feeds.history import MOST
from tests.publish.feed_readers import ATOM, entries, feed, told
from tests.support.builders import NOON, edition, entry, holding, instant, labels, site


def test_the_main_feed_holds_what_is_about_open_government_and_the_other_one_everything() -> None:
    about = holding(entry("https://a.example/", title="About it"))
    other = holding(entry("https://b.example/", title="Potholes"), labels=labels(relevant=False))
    both = edition(about, other)

    assert [told(found, "title") for found in entries(both)] == ["About it"]
    assert {told(found, "title") for found in entries(both, "all.atom")} == {"About it", "Potholes"}


def test_a_feed_carries_the_documents_that_changed_last_the_latest_first_and_100_at_least() -> None:
    many = [
        holding(entry(f"https://a.example/{n}", title=f"Number {n}"), updated=NOON - timedelta(hours=n))
        for n in range(500)
    ]

    told_of = [found.findtext(f"{ATOM}title") for found in entries(edition(*reversed(many)))]

    assert told_of[:100] == [f"Number {n}" for n in range(100)]
    # What no archive page holds yet stays in the feed, too: fewer than a page is long.
    assert len(told_of) < 100 + MOST
    assert told_of == sorted(told_of, key=lambda title: int(title.split()[1]))


def test_documents_of_one_instant_stand_in_the_order_of_their_ids() -> None:
    twins = [holding(entry(f"https://a.example/{n}")) for n in range(9)]

    ids = [told(found, "id") for found in entries(edition(*twins))]

    assert ids == sorted((twin.entry.id for twin in twins), reverse=True)


def test_a_feed_is_as_new_as_its_newest_document_and_an_empty_one_as_its_edition() -> None:
    old = holding(updated=instant("2026-05-01 09:00"))

    assert told(feed(edition(old)), "updated") == "2026-05-01T09:00:00+00:00"
    assert told(feed(edition()), "updated") == "2026-06-05T12:00:00+00:00"


def test_the_id_of_a_feed_depends_on_instance_and_path_and_not_on_the_address() -> None:
    here = told(feed(edition()), "id")
    moved = told(feed(edition(site=site(base_url="https://elsewhere.example/"))), "id")
    other = told(feed(edition(site=site(instance="other.example.org"))), "id")

    # uuid5(uuid5(NAMESPACE_DNS, "updates.example.org"), "feed.atom"), worked out once: it must never change.
    assert here == moved == "urn:uuid:2d189388-98b7-5d0b-a1de-f69ae2b56a61"
    assert len({here, other, told(feed(edition(), "all.atom"), "id")}) == 3
