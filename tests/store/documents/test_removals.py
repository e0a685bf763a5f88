"""What the store knows of when documents were seen, and of what vanished."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from aggregator.model import ChangeKind, PendingRemoval, Removal, RemovalKind, Revision
from aggregator.store import Store
from tests.store.values import change, keep
from tests.support.builders import NOON, entry

HOUR = timedelta(hours=1)
PLAN = entry()
OTHER = entry(key="https://www.gov.uk/other")
GONE = Removal(kind=RemovalKind.GONE, note="Taken down.")


def test_what_the_last_poll_saw_is_what_is_listed(store: Store) -> None:
    keep(store, change(PLAN), change(OTHER))
    with store.writing() as tx:
        tx.carriers.mark_seen("cabinet-office", [OTHER.id], NOON + HOUR)

        assert tx.carriers.listed("cabinet-office") == {OTHER.id}
        tx.names.add([(PLAN.key, PLAN.id), (OTHER.key, OTHER.id), ("content:1", OTHER.id)], NOON)
    assert store.names.last("cabinet-office", NOON + HOUR) == {OTHER.key, "content:1"}
    assert store.names.last("cabinet-office", NOON) == frozenset()
    assert store.names.last("nobody", NOON + HOUR) == frozenset()


def test_a_revision_knows_until_when_it_was_seen(store: Store) -> None:
    keep(store, change(PLAN))
    with store.writing() as tx:
        tx.carriers.mark_seen("cabinet-office", [PLAN.id], NOON + HOUR)
    keep(store, change(replace(PLAN, title="New"), ChangeKind.REVISED, NOON + 3 * HOUR))

    with store.writing() as tx:
        first, second = tx.carriers.of([PLAN.id])[PLAN.id][0].revisions
    assert (first.last_seen, second.last_seen) == (NOON + HOUR, None)


def test_a_first_look_is_kept_and_forgotten_when_it_is_there_again(store: Store) -> None:
    keep(store, change(PLAN))
    look = PendingRemoval(since=NOON + HOUR, removal=GONE)
    with store.writing() as tx:
        tx.carriers.vanish("cabinet-office", {PLAN.id: look})
        assert [carrier.vanishing for carrier in tx.carriers.of_source("cabinet-office")] == [look]

        tx.carriers.vanish("cabinet-office", {PLAN.id: None})
        assert [carrier.vanishing for carrier in tx.carriers.of_source("cabinet-office")] == [None]


def test_what_was_withdrawn_stays_readable_and_can_come_back(store: Store) -> None:
    keep(store, change(PLAN))
    gone = replace(PLAN, removal=GONE)
    keep(store, change(gone, ChangeKind.WITHDRAWN, NOON + HOUR, parts=("removed",), note="Taken down."))
    with store.writing() as tx:
        (withdrawn,) = tx.carriers.of([PLAN.id])[PLAN.id]
    keep(store, change(PLAN, ChangeKind.RESTORED, NOON + 2 * HOUR, parts=("restored",)))
    with store.writing() as tx:
        (restored,) = tx.carriers.of([PLAN.id])[PLAN.id]

    assert (withdrawn.removed, withdrawn.entry.text) == (GONE, PLAN.text)
    assert withdrawn.revisions[-1] == Revision(
        entry=gone, number=2, seen_at=NOON + HOUR, parts=("removed",), note="Taken down."
    )
    assert (restored.removed, len(restored.revisions)) == (None, 3)
