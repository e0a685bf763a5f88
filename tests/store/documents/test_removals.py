"""When documents were last seen, pending removals, and removals."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from aggregator.model import ChangeKind, PendingRemoval, Removal, RemovalKind, Revision
from aggregator.store import Store
from tests.store.values import make_change, save_changes
from tests.support.builders import NOON, make_entry

HOUR = timedelta(hours=1)
PLAN = make_entry()
OTHER = make_entry(key="https://www.gov.uk/other")
GONE = Removal(kind=RemovalKind.GONE, note="Taken down.")


def test_the_last_listed_documents_are_those_that_the_last_poll_saw(store: Store) -> None:
    save_changes(store, make_change(PLAN), make_change(OTHER))
    with store.transaction() as tx:
        tx.carriers.mark_seen("cabinet-office", [OTHER.id], NOON + HOUR)

        assert tx.carriers.last_listed_ids("cabinet-office") == {OTHER.id}
        tx.names.add([(PLAN.key, PLAN.id), (OTHER.key, OTHER.id), ("content:1", OTHER.id)], NOON)
    assert store.names.names_in_last_poll("cabinet-office", NOON + HOUR) == {
        OTHER.id: {OTHER.key, "content:1"}
    }
    assert store.names.names_in_last_poll("cabinet-office", NOON) == {}
    assert store.names.names_in_last_poll("nobody", NOON + HOUR) == {}


def test_a_revision_has_the_instant_at_which_it_was_last_seen(store: Store) -> None:
    save_changes(store, make_change(PLAN))
    with store.transaction() as tx:
        tx.carriers.mark_seen("cabinet-office", [PLAN.id], NOON + HOUR)
    save_changes(store, make_change(replace(PLAN, title="New"), ChangeKind.REVISED, NOON + 3 * HOUR))

    with store.transaction() as tx:
        first, second = tx.carriers.of_documents([PLAN.id])[PLAN.id][0].revisions
    assert (first.last_seen, second.last_seen) == (NOON + HOUR, None)


def test_a_pending_removal_is_stored_and_deleted_when_the_document_is_there_again(store: Store) -> None:
    save_changes(store, make_change(PLAN))
    pending = PendingRemoval(since=NOON + HOUR, removal=GONE)
    with store.transaction() as tx:
        tx.carriers.set_pending_removals("cabinet-office", {PLAN.id: pending})
        assert [carrier.pending_removal for carrier in tx.carriers.of_source("cabinet-office")] == [pending]

        tx.carriers.set_pending_removals("cabinet-office", {PLAN.id: None})
        assert [carrier.pending_removal for carrier in tx.carriers.of_source("cabinet-office")] == [None]


def test_what_was_withdrawn_stays_readable_and_can_come_back(store: Store) -> None:
    save_changes(store, make_change(PLAN))
    gone = replace(PLAN, removal=GONE)
    save_changes(
        store, make_change(gone, ChangeKind.WITHDRAWN, NOON + HOUR, parts=("removed",), note="Taken down.")
    )
    with store.transaction() as tx:
        (withdrawn,) = tx.carriers.of_documents([PLAN.id])[PLAN.id]
    save_changes(store, make_change(PLAN, ChangeKind.RESTORED, NOON + 2 * HOUR, parts=("restored",)))
    with store.transaction() as tx:
        (restored,) = tx.carriers.of_documents([PLAN.id])[PLAN.id]

    assert (withdrawn.removal, withdrawn.entry.text) == (GONE, PLAN.text)
    assert withdrawn.revisions[-1] == Revision(
        entry=gone, number=2, seen_at=NOON + HOUR, parts=("removed",), note="Taken down."
    )
    assert (restored.removal, len(restored.revisions)) == (None, 3)
