"""By what names documents go, from when on, and what becomes of two documents that turn out to be one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.model import (
    Change,
    ChangeKind,
    Document,
    LabelOverride,
    PendingRemoval,
    Relevance,
    Removal,
    RemovalKind,
)
from aggregator.store import Store
from tests.store.values import change, keep
from tests.support.builders import NOON, entry, holding, moment

HOUR = timedelta(hours=1)
PLAN = entry("https://www.gov.uk/plan", source="one", title="A plan")
SLUG = entry("https://www.gov.uk/the-plan", source="one", title="The plan")


def joined(store: Store, gone: str, stays: str) -> Document:
    """One document of two, held as its first teller tells it; nothing is left of the other."""
    with store.writing() as tx:
        tx.documents.join(gone, stays)
        carriers = tx.carriers.of([stays])[stays]
        tx.documents.hold([holding(carriers[0].entry, carriers=carriers, first_seen=carriers[0].first_seen)])
    (held,) = store.documents.all()
    return held


def told(store: Store, *changes: Change) -> None:
    keep(store, *changes)
    with store.writing() as tx:
        for each in changes:
            tx.names.add([(each.entry.key, each.entry.id)], each.seen_at)


def test_a_name_counts_from_the_next_instant_on_and_belongs_to_whoever_had_it_first(store: Store) -> None:
    with store.writing() as tx:
        tx.names.add([("content:1", PLAN.id)], NOON)
        tx.names.add([("content:1", SLUG.id)], NOON + HOUR)

        assert tx.names.resolve(["content:1", "nobody"], NOON) == {}
        assert tx.names.resolve(["content:1", "nobody"], NOON + HOUR) == {"content:1": PLAN.id}


def test_a_name_told_again_is_known_since_its_first_instant(store: Store) -> None:
    with store.writing() as tx:
        tx.names.add([("content:1", PLAN.id)], NOON + HOUR)
        tx.names.add([("content:1", PLAN.id)], NOON)
        tx.names.add([("content:1", PLAN.id)], NOON + 2 * HOUR)

        assert tx.names.resolve(["content:1"], NOON + HOUR) == {"content:1": PLAN.id}


def test_documents_that_share_a_name_are_found_for_names_known_before_an_instant(store: Store) -> None:
    with store.writing() as tx:
        tx.names.add([("content:1", PLAN.id), ("content:2", PLAN.id)], NOON)
        tx.names.add([("content:1", SLUG.id)], NOON + HOUR)

        assert tx.names.shared(NOON + HOUR) == ()
        assert tx.names.shared(NOON + 2 * HOUR) == (frozenset({PLAN.id, SLUG.id}),) == tx.names.shared()
    assert not store.names.shared(NOON + HOUR)
    assert store.names.shared(None)


def test_where_a_redirect_led_counts_while_no_document_bears_that_address(store: Store) -> None:
    with store.writing() as tx:
        tx.names.add([(SLUG.key, PLAN.id)], NOON, moved=True)
        assert tx.names.resolve([SLUG.key], NOON + HOUR) == {SLUG.key: PLAN.id}

        tx.names.add([(SLUG.key, SLUG.id)], NOON + HOUR)
        assert tx.names.resolve([SLUG.key], NOON + 2 * HOUR) == {SLUG.key: SLUG.id}
        assert tx.names.shared() == ()


def test_a_word_of_another_source_moves_with_its_revisions(store: Store) -> None:
    other = entry(SLUG.key, source="two", title="The plan")
    told(store, change(PLAN), change(other, seen_at=NOON + HOUR))
    renamed = entry(SLUG.key, source="two", title="The plan, renamed")
    told(store, change(renamed, ChangeKind.REVISED, NOON + 2 * HOUR))

    held = joined(store, SLUG.id, PLAN.id)

    first, second = held.carriers
    assert (first.source, second.source) == ("one", "two")
    assert [(r.number, r.entry.title) for r in second.revisions] == [
        (1, "The plan"),
        (2, "The plan, renamed"),
    ]
    assert {r.entry.id for c in held.carriers for r in c.revisions} == {PLAN.id}
    assert {c.entry.key for c in held.carriers} == {PLAN.key}


def test_of_a_source_that_told_of_both_the_word_of_its_latest_look_stands(store: Store) -> None:
    told(store, change(PLAN), change(SLUG, seen_at=NOON + HOUR))
    renamed = entry(PLAN.key, source="one", title="A plan, renamed")
    told(store, change(renamed, ChangeKind.REVISED, NOON + HOUR))
    with store.writing() as tx:
        tx.carriers.mark_seen("one", [SLUG.id], NOON + 2 * HOUR)

    (carrier,) = joined(store, SLUG.id, PLAN.id).carriers

    assert (carrier.entry.title, carrier.first_seen, carrier.last_seen) == ("The plan", NOON, NOON + 2 * HOUR)
    assert [(r.number, r.entry.title, r.seen_at) for r in carrier.revisions] == [
        (1, "A plan", NOON),
        (2, "A plan, renamed", NOON + HOUR),
    ]


def test_english_stands_and_knows_its_translation(store: Store) -> None:
    welsh = entry("https://www.gov.uk/plan.cy", source="one", title="Y cynllun", language="cy")
    told(store, change(PLAN), change(welsh))

    (carrier,) = joined(store, welsh.id, PLAN.id).carriers

    assert (carrier.entry.title, carrier.entry.language) == ("A plan", "en")
    assert [(t.language, t.title, t.url) for t in carrier.entry.translations] == [
        ("cy", "Y cynllun", "https://www.gov.uk/plan.cy")
    ]


def test_one_of_two_addresses_that_went_takes_nothing_away(store: Store) -> None:
    gone = Removal(kind=RemovalKind.REDIRECTED, to=SLUG.url)
    told(store, change(PLAN), change(SLUG, seen_at=NOON + HOUR))
    with store.writing() as tx:
        tx.carriers.mark_seen("one", [SLUG.id], NOON + 4 * HOUR)
        tx.carriers.vanish("one", {PLAN.id: PendingRemoval(since=NOON + HOUR, removal=gone)})

    (carrier,) = joined(store, SLUG.id, PLAN.id).carriers

    assert (carrier.removed, carrier.vanishing) == (None, None)


@pytest.mark.parametrize(("first", "shown"), [("2026-05-01", "2026-05-01"), (None, "2026-05-02")])
def test_the_publication_date_of_the_document_that_stays_does_not_move(
    store: Store, first: str | None, shown: str
) -> None:
    plan = entry(PLAN.key, source="two", published=moment(f"{first} 09:00") if first else None)
    slug = entry(SLUG.key, source="one", published=moment("2026-05-02 09:00"))
    told(store, change(plan, seen_at=NOON + HOUR), change(slug, seen_at=NOON))

    held = joined(store, slug.id, plan.id)

    assert {str(c.entry.published.at.date()) for c in held.carriers if c.entry.published} == {shown}


def test_the_id_that_went_leads_to_the_document_and_so_do_its_names(store: Store) -> None:
    third = entry("https://www.gov.uk/plans", source="two")
    told(store, change(PLAN), change(SLUG), change(third))
    with store.writing() as tx:
        tx.documents.join(third.id, SLUG.id)
        tx.documents.join(SLUG.id, PLAN.id)
        carriers = tx.carriers.of([PLAN.id])[PLAN.id]
        tx.documents.hold([holding(PLAN, carriers=carriers)])

    assert {store.documents.one(id) for id in (third.id, SLUG.id)} == {store.documents.one(PLAN.id)}
    with store.writing() as tx:
        assert tx.names.resolve([third.key, SLUG.key], NOON + HOUR) == {third.key: PLAN.id, SLUG.key: PLAN.id}
        assert tx.names.shared() == ()


def test_what_is_the_same_as_a_retracted_document_is_retracted(store: Store) -> None:
    told(store, change(PLAN), change(SLUG))
    store.documents.retract(PLAN.id, "asked", NOON)
    with store.writing() as tx:
        tx.documents.silence(SLUG.id, PLAN.id)

    assert store.documents.one(SLUG.id) is None
    assert "The plan" not in store.dump()
    with store.writing() as tx:
        assert tx.names.resolve([SLUG.key], NOON + HOUR) == {SLUG.key: PLAN.id}


def test_the_operators_correction_moves_with_the_document(store: Store) -> None:
    told(store, change(PLAN), change(SLUG))
    mark = LabelOverride(why="A plan of ours.", at=NOON, relevance=Relevance.YES)
    with store.writing() as tx:
        tx.labels.mark(SLUG.id, mark)

    joined(store, SLUG.id, PLAN.id)

    assert store.labels.marks() == {PLAN.id: mark}
