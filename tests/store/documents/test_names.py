"""Names of documents, since when they count, and the merging of two documents that turn out to be one."""

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
from tests.store.values import make_change, save_changes
from tests.support.builders import NOON, make_document, make_entry, moment

HOUR = timedelta(hours=1)
PLAN = make_entry("https://www.gov.uk/plan", source="one", title="A plan")
SLUG = make_entry("https://www.gov.uk/the-plan", source="one", title="The plan")


def merge(store: Store, duplicate_id: str, into: str) -> Document:
    """Merge two documents, and save the result with the entry of its first carrier."""
    with store.transaction() as tx:
        tx.documents.merge(duplicate_id, into)
        carriers = tx.carriers.of_documents([into])[into]
        tx.documents.save(
            [make_document(carriers[0].entry, carriers=carriers, first_seen=carriers[0].first_seen)]
        )
    (document,) = store.documents.all()
    return document


def save_with_names(store: Store, *changes: Change) -> None:
    save_changes(store, *changes)
    with store.transaction() as tx:
        for each in changes:
            tx.names.add([(each.entry.key, each.entry.id)], each.seen_at)


def test_a_name_counts_from_the_next_instant_on_and_belongs_to_the_first_document_with_it(
    store: Store,
) -> None:
    with store.transaction() as tx:
        tx.names.add([("content:1", PLAN.id)], NOON)
        tx.names.add([("content:1", SLUG.id)], NOON + HOUR)

        assert tx.names.resolve(["content:1", "nobody"], NOON) == {}
        assert tx.names.resolve(["content:1", "nobody"], NOON + HOUR) == {"content:1": PLAN.id}


def test_a_name_added_again_is_known_since_its_first_instant(store: Store) -> None:
    with store.transaction() as tx:
        tx.names.add([("content:1", PLAN.id)], NOON + HOUR)
        tx.names.add([("content:1", PLAN.id)], NOON)
        tx.names.add([("content:1", PLAN.id)], NOON + 2 * HOUR)

        assert tx.names.resolve(["content:1"], NOON + HOUR) == {"content:1": PLAN.id}


def test_documents_that_share_a_name_are_found_for_names_known_before_an_instant(store: Store) -> None:
    with store.transaction() as tx:
        tx.names.add([("content:1", PLAN.id), ("content:2", PLAN.id)], NOON)
        tx.names.add([("content:1", SLUG.id)], NOON + HOUR)

        assert tx.names.duplicates(NOON + HOUR) == ()
        assert (
            tx.names.duplicates(NOON + 2 * HOUR) == (frozenset({PLAN.id, SLUG.id}),) == tx.names.duplicates()
        )
    assert not store.names.duplicates(NOON + HOUR)
    assert store.names.duplicates(None)


def test_where_a_redirect_led_counts_while_no_document_has_that_address(store: Store) -> None:
    with store.transaction() as tx:
        tx.names.add([(SLUG.key, PLAN.id)], NOON, from_redirect=True)
        assert tx.names.resolve([SLUG.key], NOON + HOUR) == {SLUG.key: PLAN.id}

        tx.names.add([(SLUG.key, SLUG.id)], NOON + HOUR)
        assert tx.names.resolve([SLUG.key], NOON + 2 * HOUR) == {SLUG.key: SLUG.id}
        assert tx.names.duplicates() == ()


def test_a_carrier_of_another_source_moves_with_its_revisions(store: Store) -> None:
    other = make_entry(SLUG.key, source="two", title="The plan")
    save_with_names(store, make_change(PLAN), make_change(other, seen_at=NOON + HOUR))
    renamed = make_entry(SLUG.key, source="two", title="The plan, renamed")
    save_with_names(store, make_change(renamed, ChangeKind.REVISED, NOON + 2 * HOUR))

    document = merge(store, SLUG.id, PLAN.id)

    first, second = document.carriers
    assert (first.source, second.source) == ("one", "two")
    assert [(r.number, r.entry.title) for r in second.revisions] == [
        (1, "The plan"),
        (2, "The plan, renamed"),
    ]
    assert {r.entry.id for c in document.carriers for r in c.revisions} == {PLAN.id}
    assert {c.entry.key for c in document.carriers} == {PLAN.key}


def test_of_a_source_that_carries_both_the_entry_seen_last_counts(store: Store) -> None:
    save_with_names(store, make_change(PLAN), make_change(SLUG, seen_at=NOON + HOUR))
    renamed = make_entry(PLAN.key, source="one", title="A plan, renamed")
    save_with_names(store, make_change(renamed, ChangeKind.REVISED, NOON + HOUR))
    with store.transaction() as tx:
        tx.carriers.mark_seen("one", [SLUG.id], NOON + 2 * HOUR)

    (carrier,) = merge(store, SLUG.id, PLAN.id).carriers

    assert (carrier.entry.title, carrier.first_seen, carrier.last_seen) == ("The plan", NOON, NOON + 2 * HOUR)
    assert [(r.number, r.entry.title, r.seen_at) for r in carrier.revisions] == [
        (1, "A plan", NOON),
        (2, "A plan, renamed", NOON + HOUR),
    ]


def test_the_english_entry_counts_and_lists_its_translation(store: Store) -> None:
    welsh = make_entry("https://www.gov.uk/plan.cy", source="one", title="Y cynllun", language="cy")
    save_with_names(store, make_change(PLAN), make_change(welsh))

    (carrier,) = merge(store, welsh.id, PLAN.id).carriers

    assert (carrier.entry.title, carrier.entry.language) == ("A plan", "en")
    assert [(t.language, t.title, t.url) for t in carrier.entry.translations] == [
        ("cy", "Y cynllun", "https://www.gov.uk/plan.cy")
    ]


def test_a_document_is_not_removed_when_one_of_its_two_addresses_is_gone(store: Store) -> None:
    gone = Removal(kind=RemovalKind.REDIRECTED, to=SLUG.url)
    save_with_names(store, make_change(PLAN), make_change(SLUG, seen_at=NOON + HOUR))
    with store.transaction() as tx:
        tx.carriers.mark_seen("one", [SLUG.id], NOON + 4 * HOUR)
        tx.carriers.set_pending_removals("one", {PLAN.id: PendingRemoval(since=NOON + HOUR, removal=gone)})

    (carrier,) = merge(store, SLUG.id, PLAN.id).carriers

    assert (carrier.removal, carrier.pending_removal) == (None, None)


@pytest.mark.parametrize(("first", "shown"), [("2026-05-01", "2026-05-01"), (None, "2026-05-02")])
def test_the_publication_date_of_the_document_that_stays_does_not_move(
    store: Store, first: str | None, shown: str
) -> None:
    plan = make_entry(PLAN.key, source="two", published=moment(f"{first} 09:00") if first else None)
    slug = make_entry(SLUG.key, source="one", published=moment("2026-05-02 09:00"))
    save_with_names(store, make_change(plan, seen_at=NOON + HOUR), make_change(slug, seen_at=NOON))

    document = merge(store, slug.id, plan.id)

    assert {str(c.entry.published.at.date()) for c in document.carriers if c.entry.published} == {shown}


def test_the_id_and_names_of_the_duplicate_find_the_document(store: Store) -> None:
    third = make_entry("https://www.gov.uk/plans", source="two")
    save_with_names(store, make_change(PLAN), make_change(SLUG), make_change(third))
    with store.transaction() as tx:
        tx.documents.merge(third.id, SLUG.id)
        tx.documents.merge(SLUG.id, PLAN.id)
        carriers = tx.carriers.of_documents([PLAN.id])[PLAN.id]
        tx.documents.save([make_document(PLAN, carriers=carriers)])

    assert {store.documents.get(id) for id in (third.id, SLUG.id)} == {store.documents.get(PLAN.id)}
    with store.transaction() as tx:
        assert tx.names.resolve([third.key, SLUG.key], NOON + HOUR) == {third.key: PLAN.id, SLUG.key: PLAN.id}
        assert tx.names.duplicates() == ()


def test_a_duplicate_of_a_retracted_document_is_retracted(store: Store) -> None:
    save_with_names(store, make_change(PLAN), make_change(SLUG))
    store.documents.retract(PLAN.id, "asked", NOON)
    with store.transaction() as tx:
        tx.documents.retract_duplicate(SLUG.id, PLAN.id)

    assert store.documents.get(SLUG.id) is None
    assert "The plan" not in store.dump()
    with store.transaction() as tx:
        assert tx.names.resolve([SLUG.key], NOON + HOUR) == {SLUG.key: PLAN.id}


def test_the_label_override_moves_with_the_document(store: Store) -> None:
    save_with_names(store, make_change(PLAN), make_change(SLUG))
    override = LabelOverride(why="A plan of ours.", at=NOON, relevance=Relevance.YES)
    with store.transaction() as tx:
        tx.labels.set_override(SLUG.id, override)

    merge(store, SLUG.id, PLAN.id)

    assert store.labels.overrides() == {PLAN.id: override}
