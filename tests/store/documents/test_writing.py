"""What a poll found is stored whole, once, and the same in whatever order polls come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from aggregator.model import Carrier, Change, ChangeKind, Relevance, Revision, SourceState, Validators
from aggregator.store import Store, open_store
from tests.store.values import make_change, save_changes
from tests.support.builders import NOON, make_document, make_entry, make_labels, moment
from tests.support.examples import examples

HOUR = timedelta(hours=1)
PLAN = make_entry(title="A plan")
RENAMED = make_entry(title="The plan")
RETIMED = make_entry(title="A plan", updated=moment("2026-06-04 09:00"))


def carriers_of(store: Store, document_id: str) -> tuple[Carrier, ...]:
    with store.transaction() as tx:
        return tx.carriers.of_documents([document_id])[document_id]


def test_a_new_document_has_a_carrier_with_its_first_revision(store: Store) -> None:
    save_changes(store, make_change(PLAN, backlog=True))

    (carrier,) = carriers_of(store, PLAN.id)
    assert carrier == Carrier(
        entry=PLAN,
        first_seen=NOON,
        backlog=True,
        revisions=(Revision(entry=PLAN, number=1, seen_at=NOON),),
        last_seen=NOON,
    )


def test_a_revision_is_added_and_becomes_the_carriers_entry(store: Store) -> None:
    save_changes(store, make_change(PLAN))
    save_changes(store, make_change(RENAMED, ChangeKind.REVISED, NOON + HOUR))

    (carrier,) = carriers_of(store, PLAN.id)
    assert carrier.entry == RENAMED
    assert carrier.first_seen == NOON
    assert carrier.revisions == (
        Revision(entry=PLAN, number=1, seen_at=NOON, last_seen=NOON),
        Revision(entry=RENAMED, number=2, seen_at=NOON + HOUR, parts=("title",)),
    )


def test_a_restated_entry_replaces_the_carriers_without_a_revision(store: Store) -> None:
    save_changes(store, make_change(PLAN))
    save_changes(store, make_change(RETIMED, ChangeKind.RESTATED, NOON + HOUR))

    (carrier,) = carriers_of(store, PLAN.id)
    assert carrier.entry == RETIMED
    assert carrier.first_seen == NOON
    assert carrier.revisions == (Revision(entry=PLAN, number=1, seen_at=NOON),)


def test_an_entry_restated_in_the_same_poll_replaces_the_first(store: Store) -> None:
    save_changes(store, make_change(PLAN), make_change(RETIMED, ChangeKind.RESTATED))

    (carrier,) = carriers_of(store, PLAN.id)
    assert carrier.entry == RETIMED
    assert carrier.revisions == (Revision(entry=PLAN, number=1, seen_at=NOON),)


def test_a_title_that_goes_and_comes_back_is_three_revisions(store: Store) -> None:
    save_changes(store, make_change(PLAN))
    save_changes(store, make_change(RENAMED, ChangeKind.REVISED, NOON + HOUR))
    save_changes(store, make_change(PLAN, ChangeKind.REVISED, NOON + 2 * HOUR))

    (carrier,) = carriers_of(store, PLAN.id)
    assert [(revision.number, revision.entry.title) for revision in carrier.revisions] == [
        (1, "A plan"),
        (2, "The plan"),
        (3, "A plan"),
    ]


def test_a_source_that_only_restates_what_others_have_begins_with_its_first_revision(store: Store) -> None:
    save_changes(store, make_change(PLAN, ChangeKind.RESTATED))

    (carrier,) = carriers_of(store, PLAN.id)
    assert carrier.revisions == (Revision(entry=PLAN, number=1, seen_at=NOON),)


def test_each_source_has_its_own_carrier_and_the_first_one_comes_first(store: Store) -> None:
    save_changes(store, make_change(make_entry(source="a"), seen_at=NOON + HOUR))
    save_changes(store, make_change(make_entry(source="c")))
    save_changes(store, make_change(make_entry(source="b")))

    assert [carrier.source for carrier in carriers_of(store, PLAN.id)] == ["b", "c", "a"]
    document = store.documents.get(PLAN.id)
    assert document is not None
    assert [carrier.source for carrier in document.carriers] == ["b", "c", "a"]


def test_nobody_carries_an_unknown_document(store: Store) -> None:
    save_changes(store, make_change(PLAN))

    with store.transaction() as tx:
        assert tx.carriers.of_documents(["urn:uuid:unknown"]) == {"urn:uuid:unknown": ()}
        assert tx.carriers.of_documents([]) == {}


def test_carriers_of_more_documents_than_one_statement_can_name_are_all_found(store: Store) -> None:
    entries = [make_entry(f"https://www.gov.uk/{number}") for number in range(1001)]
    save_changes(store, *map(make_change, entries))

    with store.transaction() as tx:
        found = tx.carriers.of_documents(entry.id for entry in entries)
    assert len(found) == 1001
    assert all(len(carriers) == 1 for carriers in found.values())


def test_saving_a_document_again_replaces_it(store: Store) -> None:
    save_changes(store, make_change(PLAN))
    changed = make_document(
        RENAMED,
        labels=make_labels(relevant=False, type="guidance"),
        carriers=carriers_of(store, PLAN.id),
        updated=NOON + HOUR,
        backlog=True,
    )
    with store.transaction() as tx:
        tx.documents.save([changed])

    assert store.documents.all() == (changed,) == store.documents.all(relevance=Relevance.NO)


def test_fractions_of_a_second_in_a_publishers_time_are_cut(store: Store) -> None:
    with store.transaction() as tx:
        tx.carriers.apply([make_change(PLAN)])
        tx.documents.save([make_document(PLAN, updated=NOON.replace(microsecond=123456))])

    document = store.documents.get(PLAN.id)
    assert document is not None
    assert document.updated == NOON


def test_changes_validators_and_due_time_are_one_transaction(store: Store) -> None:
    save_changes(store, make_change(PLAN))
    before = store.dump()
    state = SourceState(
        source="cabinet-office", validators={"https://www.gov.uk/a.atom": Validators(etag='"1"')}
    )

    def poll() -> None:
        with store.transaction() as tx:
            tx.carriers.apply([make_change(RENAMED, ChangeKind.REVISED, NOON + HOUR)])
            tx.documents.save([make_document(RENAMED)])
            tx.sources.save_state(state)
            assert tx.sources.state("cabinet-office") == state
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        poll()
    assert store.dump() == before


def test_a_carrier_cannot_be_stored_without_its_document(store: Store) -> None:
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"), store.transaction() as tx:
        tx.carriers.apply([make_change(PLAN)])

    assert store.dump() == ""


def test_an_old_change_applied_again_does_not_undo_a_newer_entry(store: Store) -> None:
    changes = [
        make_change(PLAN),
        make_change(RETIMED, ChangeKind.RESTATED, NOON + HOUR),
        make_change(RENAMED, ChangeKind.REVISED, NOON + 2 * HOUR),
    ]
    save_changes(store, *changes)
    before = store.dump()

    for old in changes:
        save_changes(store, old)
        assert store.dump() == before


def test_a_revision_is_not_lost_when_the_clock_was_set_back(store: Store) -> None:
    save_changes(store, make_change(PLAN, seen_at=NOON + HOUR))
    save_changes(store, make_change(RENAMED, ChangeKind.REVISED, NOON))

    (carrier,) = carriers_of(store, PLAN.id)
    assert carrier.entry == RENAMED
    assert [revision.number for revision in carrier.revisions] == [1, 2]


def test_two_entries_in_one_poll_count_in_the_order_given(store: Store) -> None:
    changes = [make_change(PLAN), make_change(RENAMED, ChangeKind.REVISED)]
    save_changes(store, *changes)
    before = store.dump()
    save_changes(store, *changes)

    (carrier,) = carriers_of(store, PLAN.id)
    assert carrier.entry == RENAMED
    assert [revision.entry.title for revision in carrier.revisions] == ["A plan", "The plan"]
    assert store.dump() == before


KINDS = st.sampled_from([ChangeKind.REVISED, ChangeKind.RESTATED])
TITLES = st.sampled_from(["A plan", "The plan", "Our plan"])


@st.composite
def histories(draw: st.DrawFn) -> list[list[Change]]:
    """The changes of two documents at two sources: for each in the order of its polls."""
    found: list[list[Change]] = []
    for source in ("a", "b"):
        for key in ("https://www.gov.uk/1", "https://www.gov.uk/2"):
            later = draw(st.lists(st.tuples(KINDS, TITLES), max_size=3))
            entries = [(ChangeKind.NEW, "A plan"), *later]
            found.append(
                [
                    make_change(make_entry(key, source=source, title=title), kind, NOON + hour * HOUR)
                    for hour, (kind, title) in enumerate(entries)
                ]
            )
    return found


def dump_after(polls: Sequence[Sequence[Change]]) -> str:
    with open_store("sqlite://") as store:
        for poll in polls:
            save_changes(store, *poll)
        return store.dump()


@examples(50, few=10)
@given(by_carrier=histories(), data=st.data())
def test_the_order_of_polls_does_not_matter(by_carrier: list[list[Change]], data: st.DataObject) -> None:
    in_order = [[change] for history in by_carrier for change in history]
    order = data.draw(st.permutations([index for index, history in enumerate(by_carrier) for _ in history]))
    waiting = [iter(history) for history in by_carrier]
    shuffled = [[next(waiting[index])] for index in order]

    assert dump_after(shuffled) == dump_after(in_order)


@examples(50, few=10)
@given(by_carrier=histories(), data=st.data())
def test_the_order_within_one_transaction_does_not_matter(
    by_carrier: list[list[Change]], data: st.DataObject
) -> None:
    changes = [change for history in by_carrier for change in history]

    assert dump_after([data.draw(st.permutations(changes))]) == dump_after([changes])


@examples(50, few=10)
@given(by_carrier=histories(), data=st.data())
def test_changes_applied_again_change_nothing(by_carrier: list[list[Change]], data: st.DataObject) -> None:
    changes = [change for history in by_carrier for change in history]
    again = data.draw(st.lists(st.sampled_from(changes)))

    assert dump_after([changes, again]) == dump_after([changes])
