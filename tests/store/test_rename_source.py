"""A source gets another id, or is merged into another: documents, dates and what was new stay the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import (
    Carrier,
    Change,
    ChangeKind,
    Document,
    Entry,
    Moment,
    Outage,
    PendingRemoval,
    Removal,
    RemovalKind,
    Revision,
    SourceState,
    Validators,
    Window,
)
from aggregator.store import Store, open_store
from tests.store.values import make_change, save_changes
from tests.support.builders import NOON, make_entry, moment

HOUR = timedelta(hours=1)
ALWAYS = Window(start=NOON - timedelta(days=99), end=NOON + timedelta(days=99))


def entry_of(source: str, title: str = "A plan", **changes: object) -> Entry:
    return replace(make_entry(), source=source, title=title, **changes)  # type: ignore[arg-type]  # any field


def stored(store: Store, id: str = make_entry().id) -> Document:
    document = store.documents.get(id)
    assert document is not None
    return document


def rename(store: Store, old: str, new: str) -> int:
    with store.sources.rename(old, new) as moved:
        return moved


def merge(store: Store, old: str, new: str) -> int:
    with store.sources.merge(old, new) as moved:
        return moved


def state(source: str, first: datetime | None) -> SourceState:
    return SourceState(
        source=source, first_read=first, validators={"https://a.example/": Validators(etag='"1"')}
    )


# ---------------------------------------------------------------- renaming
def test_a_renamed_source_carries_what_it_carried_and_only_its_id_differs(store: Store) -> None:
    save_changes(store, make_change(entry_of("old"), backlog=True))
    save_changes(
        store, make_change(entry_of("old", "The plan"), ChangeKind.REVISED, NOON + HOUR, note="Renamed.")
    )
    before = stored(store)

    assert rename(store, "old", "new") == 1

    after = stored(store)
    assert after.entry == replace(before.entry, source="new")
    old = before.carriers[0]
    assert [
        replace(c, entry=old.entry, previous_entry=old.previous_entry, revisions=()) for c in after.carriers
    ] == [replace(old, revisions=())]
    (carrier,) = after.carriers
    assert (carrier.entry, carrier.previous_entry) == (entry_of("new", "The plan"), entry_of("new"))
    assert [(r.number, r.entry, r.seen_at, r.note, r.last_seen) for r in carrier.revisions] == [
        (1, entry_of("new"), NOON, "", NOON),
        (2, entry_of("new", "The plan"), NOON + HOUR, "Renamed.", None),
    ]
    assert '"old"' not in store.dump()


def test_a_renamed_source_keeps_its_state(store: Store) -> None:
    with store.transaction() as tx:
        tx.sources.save_state(replace(state("old", NOON), failures=3, due=NOON + HOUR))

    assert rename(store, "old", "new") == 0

    assert store.sources.states() == {"new": replace(state("new", NOON), failures=3, due=NOON + HOUR)}


def test_a_renamed_source_keeps_the_times_in_which_it_could_not_be_read(store: Store) -> None:
    outage = Outage(source="old", since=NOON, until=NOON + HOUR, items_missed=True)
    with store.transaction() as tx:
        tx.sources.save_outage(outage)
        tx.sources.save_outage(replace(outage, source="new", since=NOON + HOUR, until=NOON + 2 * HOUR))

    rename(store, "old", "new")

    assert [one.since for one in store.sources.outages()["new"]] == [NOON, NOON + HOUR]
    assert '"old"' not in store.dump()


def test_renaming_twice_is_renaming_once(store: Store) -> None:
    save_changes(store, make_change(entry_of("old")))
    with store.transaction() as tx:
        tx.sources.save_state(state("old", NOON))
    rename(store, "old", "new")
    once = store.dump()

    assert rename(store, "old", "new") == 0
    assert store.dump() == once


def test_polls_that_already_ran_under_the_new_id_are_merged(store: Store) -> None:
    save_changes(store, make_change(entry_of("old")))
    save_changes(store, make_change(entry_of("new"), seen_at=NOON + HOUR, backlog=True))
    with store.transaction() as tx:
        tx.sources.save_state(state("old", NOON))
        tx.sources.save_state(replace(state("new", NOON + HOUR), failures=2))

    rename(store, "old", "new")

    (carrier,) = stored(store).carriers
    assert (carrier.source, carrier.first_seen, carrier.backlog) == ("new", NOON, False)
    assert store.sources.states() == {"new": replace(state("new", NOON), failures=2)}


def test_other_sources_and_other_documents_are_left_alone(store: Store) -> None:
    other = make_entry("https://www.gov.uk/other", source="other")
    save_changes(
        store, make_change(other), make_change(replace(entry_of("other"))), make_change(entry_of("old"))
    )

    rename(store, "old", "new")

    assert [c.source for c in stored(store).carriers] == ["new", "other"]
    assert stored(store, other.id).carriers[0].entry == other


def test_a_failure_inside_undoes_everything(store: Store) -> None:
    save_changes(store, make_change(entry_of("old")))
    before = store.dump()

    def interrupted() -> None:
        with store.sources.rename("old", "new"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert store.dump() == before


# ---------------------------------------------------------------- merging
def test_a_document_of_both_has_one_carrier_from_the_first_sight_on(store: Store) -> None:
    save_changes(store, make_change(entry_of("from", "First")))
    save_changes(store, make_change(entry_of("into", "Second"), seen_at=NOON + HOUR))
    save_changes(store, make_change(entry_of("from", "First, revised"), ChangeKind.REVISED, NOON + 2 * HOUR))
    save_changes(store, make_change(entry_of("into", "Second, revised"), ChangeKind.REVISED, NOON + 3 * HOUR))
    save_changes(store, make_change(entry_of("from", "First, again"), ChangeKind.REVISED, NOON + 4 * HOUR))
    with store.transaction() as tx:
        tx.carriers.mark_seen("from", [make_entry().id], NOON + 5 * HOUR)
        tx.carriers.mark_seen("into", [make_entry().id], NOON + 6 * HOUR)

    assert merge(store, "from", "into") == 1

    assert stored(store).carriers == (
        Carrier(
            entry=entry_of("into", "Second, revised"),
            changed_at=NOON + 3 * HOUR,
            previous_entry=entry_of("into", "Second"),
            first_seen=NOON,
            backlog=False,
            last_seen=NOON + 6 * HOUR,
            revisions=(
                Revision(entry=entry_of("into", "First"), number=1, seen_at=NOON, last_seen=NOON),
                *(
                    Revision(
                        entry=entry_of("into", title),
                        number=number,
                        seen_at=at,
                        parts=("title",),
                        last_seen=until,
                    )
                    for title, number, at, until in (
                        ("First, revised", 2, NOON + 2 * HOUR, NOON),
                        ("Second, revised", 3, NOON + 3 * HOUR, NOON + 6 * HOUR),
                        ("First, again", 4, NOON + 4 * HOUR, None),
                    )
                ),
            ),
        ),
    )


def test_the_first_entry_of_the_later_carrier_does_not_become_an_update(store: Store) -> None:
    save_changes(store, make_change(entry_of("from"), backlog=True))
    save_changes(store, make_change(entry_of("into", "Another title"), seen_at=NOON + HOUR))
    assert store.documents.with_updates(ALWAYS) == ()

    merge(store, "from", "into")

    assert store.documents.with_updates(ALWAYS) == ()
    (carrier,) = stored(store).carriers
    assert carrier.backlog
    assert [revision.entry.title for revision in carrier.revisions] == ["A plan"]
    assert carrier.entry.title == "Another title"


def test_of_two_carriers_seen_at_once_the_entry_with_the_later_date_comes_first(store: Store) -> None:
    early, late = moment("2026-06-01 09:00"), moment("2026-06-02 09:00")
    save_changes(
        store,
        make_change(entry_of("from", updated=late), backlog=True),
        make_change(entry_of("into", updated=early)),
    )

    merge(store, "from", "into")

    (carrier,) = stored(store).carriers
    assert carrier.revisions[0].entry.updated == late
    assert carrier.entry.updated == early
    assert not carrier.backlog


def test_what_only_the_merged_source_carried_moves_with_its_history(store: Store) -> None:
    save_changes(store, make_change(entry_of("from"), backlog=True))
    save_changes(store, make_change(entry_of("from", "The plan"), ChangeKind.REVISED, NOON + HOUR))

    merge(store, "from", "into")

    (carrier,) = stored(store).carriers
    assert (carrier.source, carrier.backlog, len(carrier.revisions)) == ("into", True, 2)


def test_the_states_of_both_stay_with_them(store: Store) -> None:
    with store.transaction() as tx:
        tx.sources.save_state(state("from", NOON))
        tx.sources.save_state(state("into", None))

    merge(store, "from", "into")

    assert store.sources.states() == {"from": state("from", NOON), "into": state("into", None)}


WITHDRAWN = Removal(kind=RemovalKind.WITHDRAWN)
MISSING = Removal(kind=RemovalKind.MISSING)


@pytest.mark.parametrize(
    ("into", "given", "expected"),
    [
        (None, None, None),
        (WITHDRAWN, None, WITHDRAWN),
        (None, WITHDRAWN, WITHDRAWN),
        (MISSING, None, None),
        (None, MISSING, None),
        (MISSING, MISSING, MISSING),
        (MISSING, WITHDRAWN, WITHDRAWN),
    ],
)
def test_a_document_is_removed_if_either_source_states_it_or_both_miss_it(
    store: Store, into: Removal | None, given: Removal | None, expected: Removal | None
) -> None:
    save_changes(
        store, make_change(entry_of("from", removal=given)), make_change(entry_of("into", removal=into))
    )

    merge(store, "from", "into")

    (carrier,) = stored(store).carriers
    assert carrier.removal == expected
    assert carrier.entry.removal == expected


def test_the_pending_removal_of_the_source_that_stays_counts(store: Store) -> None:
    save_changes(store, make_change(entry_of("from")), make_change(entry_of("into")))
    pending = PendingRemoval(since=NOON, removal=MISSING)
    with store.transaction() as tx:
        tx.carriers.set_pending_removals("from", {make_entry().id: pending})

    merge(store, "from", "into")

    assert stored(store).carriers[0].pending_removal is None


def test_a_later_revision_of_the_source_that_stays_is_added_after_the_merged_ones(store: Store) -> None:
    save_changes(store, make_change(entry_of("from")), make_change(entry_of("into")))
    save_changes(store, make_change(entry_of("from", "The plan"), ChangeKind.REVISED, NOON + HOUR))
    merge(store, "from", "into")

    save_changes(store, make_change(entry_of("into", "The last plan"), ChangeKind.REVISED, NOON + 2 * HOUR))

    (carrier,) = stored(store).carriers
    assert [(r.number, r.entry.title) for r in carrier.revisions] == [
        (1, "A plan"),
        (2, "The plan"),
        (3, "The last plan"),
    ]


# ---------------------------------------------------------------- what never moves
def test_no_carrier_states_another_date_of_publication_than_the_document(store: Store) -> None:
    """By its id `alpha` came first; as `zulu` it does not, and its date stays the document's all the same."""
    first, second = moment("2026-05-01 09:00"), moment("2026-05-02 09:00")
    save_changes(
        store,
        make_change(entry_of("alpha", published=first)),
        make_change(entry_of("mike", published=second)),
    )
    save_changes(store, make_change(entry_of("november", published=None)))

    rename(store, "alpha", "zulu")

    published = {c.source: c.entry.published for c in stored(store).carriers}
    assert published == {"mike": first, "november": None, "zulu": first}


def test_the_date_of_publication_of_the_source_that_goes_stays(store: Store) -> None:
    first = moment("2026-05-01 09:00")
    save_changes(store, make_change(entry_of("from", published=first)))
    save_changes(store, make_change(entry_of("into", published=None), seen_at=NOON + HOUR))

    merge(store, "from", "into")

    assert stored(store).carriers[0].entry.published == first


KEYS = [f"https://www.gov.uk/{name}" for name in ("a", "b", "c")]
DATES = st.none() | st.integers(1, 9).map(lambda day: moment(f"2026-05-0{day} 09:00"))


@st.composite
def histories(draw: st.DrawFn) -> list[Change]:
    """The changes of three documents at three sources, in the order of time."""
    changes: list[Change] = []
    for hour in range(draw(st.integers(1, 8))):
        source, key = draw(st.sampled_from(["from", "into", "other"])), draw(st.sampled_from(KEYS))
        is_known = any(one.entry.source == source and one.entry.key == key for one in changes)
        published: Moment | None = draw(DATES)
        entry = make_entry(key, source=source, title=f"Title {hour}", published=published)
        kind = ChangeKind.REVISED if is_known else ChangeKind.NEW
        changes.append(make_change(entry, kind, NOON + HOUR * hour, backlog=draw(st.booleans())))
    return changes


@given(histories(), st.booleans(), st.integers(0, 8), st.integers(0, 8))
def test_ids_dates_and_what_was_an_update_when_never_change(
    history: list[Change], renamed: bool, start: int, length: int
) -> None:
    window = Window(start=NOON + HOUR * start, end=NOON + HOUR * (start + length))
    with open_store("sqlite://") as store:
        save_changes(store, *history)
        before = facts(store, window)
        revised = sum(len(document.revision_times) for document in store.documents.all())

        moved = (rename if renamed else merge)(store, "from", "into")

        assert facts(store, window) == before
        assert sum(len(document.revision_times) for document in store.documents.all()) == revised
        assert moved == len({one.entry.id for one in history if one.entry.source == "from"})
        for document in store.documents.all():
            numbers = [[r.number for r in c.revisions] for c in document.carriers]
            assert all(each == list(range(1, len(each) + 1)) for each in numbers)
            assert min(c.first_seen for c in document.carriers) == document.first_seen
            assert "from" not in {c.source for c in document.carriers}


def facts(store: Store, window: Window) -> object:
    dates = [
        (d.entry.id, d.entry.published, d.first_seen, d.updated, d.backlog) for d in store.documents.all()
    ]
    return dates, [document.entry.id for document in store.documents.with_updates(window)]
