"""What a poll brought is kept whole, once, and the same in whatever order polls come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from aggregator.model import Carrier, Change, ChangeKind, Relevance, Revision, SourceState, Validators
from aggregator.store import Store, open_store
from tests.store.values import change, keep
from tests.support.builders import NOON, entry, holding, labels, moment
from tests.support.examples import examples

HOUR = timedelta(hours=1)
PLAN = entry(title="A plan")
RENAMED = entry(title="The plan")
RETIMED = entry(title="A plan", updated=moment("2026-06-04 09:00"))


def carriers_of(store: Store, entry_id: str) -> tuple[Carrier, ...]:
    with store.writing() as tx:
        return tx.carriers.of([entry_id])[entry_id]


def test_a_new_document_has_a_carrier_with_its_first_revision(store: Store) -> None:
    keep(store, change(PLAN, backlog=True))

    (carrier,) = carriers_of(store, PLAN.id)
    assert carrier == Carrier(
        entry=PLAN,
        first_seen=NOON,
        backlog=True,
        revisions=(Revision(entry=PLAN, number=1, seen_at=NOON),),
        last_seen=NOON,
    )


def test_a_revision_is_added_and_becomes_the_carriers_word(store: Store) -> None:
    keep(store, change(PLAN))
    keep(store, change(RENAMED, ChangeKind.REVISED, NOON + HOUR))

    (carrier,) = carriers_of(store, PLAN.id)
    assert carrier.entry == RENAMED
    assert carrier.first_seen == NOON
    assert carrier.revisions == (
        Revision(entry=PLAN, number=1, seen_at=NOON, last_seen=NOON),
        Revision(entry=RENAMED, number=2, seen_at=NOON + HOUR, parts=("title",)),
    )


def test_a_restated_document_is_kept_as_told_now_without_a_revision(store: Store) -> None:
    keep(store, change(PLAN))
    keep(store, change(RETIMED, ChangeKind.RESTATED, NOON + HOUR))

    (carrier,) = carriers_of(store, PLAN.id)
    assert carrier.entry == RETIMED
    assert carrier.first_seen == NOON
    assert carrier.revisions == (Revision(entry=PLAN, number=1, seen_at=NOON),)


def test_a_document_restated_in_the_same_poll_is_kept_as_told_last(store: Store) -> None:
    keep(store, change(PLAN), change(RETIMED, ChangeKind.RESTATED))

    (carrier,) = carriers_of(store, PLAN.id)
    assert carrier.entry == RETIMED
    assert carrier.revisions == (Revision(entry=PLAN, number=1, seen_at=NOON),)


def test_a_word_that_goes_and_comes_back_is_three_revisions(store: Store) -> None:
    keep(store, change(PLAN))
    keep(store, change(RENAMED, ChangeKind.REVISED, NOON + HOUR))
    keep(store, change(PLAN, ChangeKind.REVISED, NOON + 2 * HOUR))

    (carrier,) = carriers_of(store, PLAN.id)
    assert [(revision.number, revision.entry.title) for revision in carrier.revisions] == [
        (1, "A plan"),
        (2, "The plan"),
        (3, "A plan"),
    ]


def test_a_source_that_only_restates_what_others_told_begins_with_its_first_revision(store: Store) -> None:
    keep(store, change(PLAN, ChangeKind.RESTATED))

    (carrier,) = carriers_of(store, PLAN.id)
    assert carrier.revisions == (Revision(entry=PLAN, number=1, seen_at=NOON),)


def test_each_source_has_its_own_carrier_and_the_first_teller_comes_first(store: Store) -> None:
    keep(store, change(entry(source="a"), seen_at=NOON + HOUR))
    keep(store, change(entry(source="c")))
    keep(store, change(entry(source="b")))

    assert [carrier.source for carrier in carriers_of(store, PLAN.id)] == ["b", "c", "a"]
    held = store.documents.one(PLAN.id)
    assert held is not None
    assert [carrier.source for carrier in held.carriers] == ["b", "c", "a"]


def test_nobody_carries_an_unknown_document(store: Store) -> None:
    keep(store, change(PLAN))

    with store.writing() as tx:
        assert tx.carriers.of(["urn:uuid:unknown"]) == {"urn:uuid:unknown": ()}
        assert tx.carriers.of([]) == {}


def test_carriers_of_more_documents_than_one_statement_can_name_are_all_found(store: Store) -> None:
    told = [entry(f"https://www.gov.uk/{number}") for number in range(1001)]
    keep(store, *map(change, told))

    with store.writing() as tx:
        found = tx.carriers.of(document.id for document in told)
    assert len(found) == 1001
    assert all(len(carriers) == 1 for carriers in found.values())


def test_holding_a_document_again_replaces_it(store: Store) -> None:
    keep(store, change(PLAN))
    moved = holding(
        RENAMED,
        labels=labels(relevant=False, type="guidance"),
        carriers=carriers_of(store, PLAN.id),
        updated=NOON + HOUR,
        backlog=True,
    )
    with store.writing() as tx:
        tx.documents.hold([moved])

    assert store.documents.all() == (moved,) == store.documents.all(relevance=Relevance.NO)


def test_fractions_of_a_second_in_a_publishers_time_are_cut(store: Store) -> None:
    with store.writing() as tx:
        tx.carriers.apply([change(PLAN)])
        tx.documents.hold([holding(PLAN, updated=NOON.replace(microsecond=123456))])

    held = store.documents.one(PLAN.id)
    assert held is not None
    assert held.updated == NOON


def test_changes_validators_and_due_time_are_one_transaction(store: Store) -> None:
    keep(store, change(PLAN))
    before = store.dump()
    state = SourceState(
        source="cabinet-office", validators={"https://www.gov.uk/a.atom": Validators(etag='"1"')}
    )

    def poll() -> None:
        with store.writing() as tx:
            tx.carriers.apply([change(RENAMED, ChangeKind.REVISED, NOON + HOUR)])
            tx.documents.hold([holding(RENAMED)])
            tx.sources.keep(state)
            assert tx.sources.state("cabinet-office") == state
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        poll()
    assert store.dump() == before


def test_a_document_cannot_be_carried_without_being_held(store: Store) -> None:
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"), store.writing() as tx:
        tx.carriers.apply([change(PLAN)])

    assert store.dump() == ""


def test_an_old_change_applied_again_does_not_undo_a_newer_word(store: Store) -> None:
    changes = [
        change(PLAN),
        change(RETIMED, ChangeKind.RESTATED, NOON + HOUR),
        change(RENAMED, ChangeKind.REVISED, NOON + 2 * HOUR),
    ]
    keep(store, *changes)
    before = store.dump()

    for old in changes:
        keep(store, old)
        assert store.dump() == before


def test_a_revision_is_not_lost_when_the_clock_was_set_back(store: Store) -> None:
    keep(store, change(PLAN, seen_at=NOON + HOUR))
    keep(store, change(RENAMED, ChangeKind.REVISED, NOON))

    (carrier,) = carriers_of(store, PLAN.id)
    assert carrier.entry == RENAMED
    assert [revision.number for revision in carrier.revisions] == [1, 2]


def test_two_words_in_one_poll_count_in_the_order_given(store: Store) -> None:
    changes = [change(PLAN), change(RENAMED, ChangeKind.REVISED)]
    keep(store, *changes)
    before = store.dump()
    keep(store, *changes)

    (carrier,) = carriers_of(store, PLAN.id)
    assert carrier.entry == RENAMED
    assert [revision.entry.title for revision in carrier.revisions] == ["A plan", "The plan"]
    assert store.dump() == before


KINDS = st.sampled_from([ChangeKind.REVISED, ChangeKind.RESTATED])
TITLES = st.sampled_from(["A plan", "The plan", "Our plan"])


@st.composite
def histories(draw: st.DrawFn) -> list[list[Change]]:
    """What two sources tell of two documents: for each the changes in the order of their polls."""
    told: list[list[Change]] = []
    for source in ("a", "b"):
        for key in ("https://www.gov.uk/1", "https://www.gov.uk/2"):
            later = draw(st.lists(st.tuples(KINDS, TITLES), max_size=3))
            words = [(ChangeKind.NEW, "A plan"), *later]
            told.append(
                [
                    change(entry(key, source=source, title=title), kind, NOON + hour * HOUR)
                    for hour, (kind, title) in enumerate(words)
                ]
            )
    return told


def kept(polls: Sequence[Sequence[Change]]) -> str:
    with open_store("sqlite://") as store:
        for poll in polls:
            keep(store, *poll)
        return store.dump()


@examples(50, few=10)
@given(told=histories(), data=st.data())
def test_the_order_of_polls_does_not_matter(told: list[list[Change]], data: st.DataObject) -> None:
    in_turn = [[change] for history in told for change in history]
    turns = data.draw(st.permutations([turn for turn, history in enumerate(told) for _ in history]))
    waiting = [iter(history) for history in told]
    shuffled = [[next(waiting[turn])] for turn in turns]

    assert kept(shuffled) == kept(in_turn)


@examples(50, few=10)
@given(told=histories(), data=st.data())
def test_the_order_within_one_transaction_does_not_matter(
    told: list[list[Change]], data: st.DataObject
) -> None:
    changes = [change for history in told for change in history]

    assert kept([data.draw(st.permutations(changes))]) == kept([changes])


@examples(50, few=10)
@given(told=histories(), data=st.data())
def test_changes_applied_again_change_nothing(told: list[list[Change]], data: st.DataObject) -> None:
    changes = [change for history in told for change in history]
    again = data.draw(st.lists(st.sampled_from(changes)))

    assert kept([changes, again]) == kept([changes])
