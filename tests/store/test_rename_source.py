"""A source gets another id, or joins another: documents, dates and what was news stay what they were."""

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
from tests.store.values import change, keep
from tests.support.builders import NOON, entry, moment

HOUR = timedelta(hours=1)
ALWAYS = Window(start=NOON - timedelta(days=99), end=NOON + timedelta(days=99))


def told(source: str, title: str = "A plan", **changes: object) -> Entry:
    return replace(entry(), source=source, title=title, **changes)  # type: ignore[arg-type]  # any field


def held(store: Store, id: str = entry().id) -> Document:
    found = store.documents.one(id)
    assert found is not None
    return found


def rename(store: Store, old: str, new: str) -> int:
    with store.sources.renaming(old, new) as moved:
        return moved


def join(store: Store, old: str, new: str) -> int:
    with store.sources.merging(old, new) as moved:
        return moved


def state(source: str, first: datetime | None) -> SourceState:
    return SourceState(
        source=source, first_answered=first, validators={"https://a.example/": Validators(etag='"1"')}
    )


# ---------------------------------------------------------------- another id
def test_a_renamed_source_carries_what_it_carried_and_only_its_id_differs(store: Store) -> None:
    keep(store, change(told("old"), backlog=True))
    keep(store, change(told("old", "The plan"), ChangeKind.REVISED, NOON + HOUR, note="Renamed."))
    before = held(store)

    assert rename(store, "old", "new") == 1

    after = held(store)
    assert after.entry == replace(before.entry, source="new")
    was = before.carriers[0]
    assert [replace(c, entry=was.entry, before=was.before, revisions=()) for c in after.carriers] == [
        replace(was, revisions=())
    ]
    (carrier,) = after.carriers
    assert (carrier.entry, carrier.before) == (told("new", "The plan"), told("new"))
    assert [(r.number, r.entry, r.seen_at, r.note, r.last_seen) for r in carrier.revisions] == [
        (1, told("new"), NOON, "", NOON),
        (2, told("new", "The plan"), NOON + HOUR, "Renamed.", None),
    ]
    assert '"old"' not in store.dump()


def test_a_renamed_source_keeps_its_state(store: Store) -> None:
    with store.writing() as tx:
        tx.sources.keep(replace(state("old", NOON), failures=3, due=NOON + HOUR))

    assert rename(store, "old", "new") == 0

    assert store.sources.states() == {"new": replace(state("new", NOON), failures=3, due=NOON + HOUR)}


def test_a_renamed_source_keeps_the_times_in_which_it_could_not_be_read(store: Store) -> None:
    gap = Outage(source="old", since=NOON, until=NOON + HOUR, missed=True)
    with store.writing() as tx:
        tx.sources.keep_outage(gap)
        tx.sources.keep_outage(replace(gap, source="new", since=NOON + HOUR, until=NOON + 2 * HOUR))

    rename(store, "old", "new")

    assert [one.since for one in store.sources.outages()["new"]] == [NOON, NOON + HOUR]
    assert '"old"' not in store.dump()


def test_renaming_twice_is_renaming_once(store: Store) -> None:
    keep(store, change(told("old")))
    with store.writing() as tx:
        tx.sources.keep(state("old", NOON))
    rename(store, "old", "new")
    once = store.dump()

    assert rename(store, "old", "new") == 0
    assert store.dump() == once


def test_polls_that_already_ran_under_the_new_id_are_joined(store: Store) -> None:
    keep(store, change(told("old")))
    keep(store, change(told("new"), seen_at=NOON + HOUR, backlog=True))
    with store.writing() as tx:
        tx.sources.keep(state("old", NOON))
        tx.sources.keep(replace(state("new", NOON + HOUR), failures=2))

    rename(store, "old", "new")

    (carrier,) = held(store).carriers
    assert (carrier.source, carrier.first_seen, carrier.backlog) == ("new", NOON, False)
    assert store.sources.states() == {"new": replace(state("new", NOON), failures=2)}


def test_other_sources_and_other_documents_are_left_alone(store: Store) -> None:
    other = entry("https://www.gov.uk/other", source="other")
    keep(store, change(other), change(replace(told("other"))), change(told("old")))

    rename(store, "old", "new")

    assert [c.source for c in held(store).carriers] == ["new", "other"]
    assert held(store, other.id).carriers[0].entry == other


def test_a_failure_inside_undoes_everything(store: Store) -> None:
    keep(store, change(told("old")))
    before = store.dump()

    def broken_off() -> None:
        with store.sources.renaming("old", "new"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    assert store.dump() == before


# ---------------------------------------------------------------- one of two
def test_a_document_of_both_has_one_carrier_from_the_first_sight_on(store: Store) -> None:
    keep(store, change(told("from", "First")))
    keep(store, change(told("into", "Second"), seen_at=NOON + HOUR))
    keep(store, change(told("from", "First, revised"), ChangeKind.REVISED, NOON + 2 * HOUR))
    keep(store, change(told("into", "Second, revised"), ChangeKind.REVISED, NOON + 3 * HOUR))
    keep(store, change(told("from", "First, again"), ChangeKind.REVISED, NOON + 4 * HOUR))
    with store.writing() as tx:
        tx.carriers.mark_seen("from", [entry().id], NOON + 5 * HOUR)
        tx.carriers.mark_seen("into", [entry().id], NOON + 6 * HOUR)

    assert join(store, "from", "into") == 1

    assert held(store).carriers == (
        Carrier(
            entry=told("into", "Second, revised"),
            told_at=NOON + 3 * HOUR,
            before=told("into", "Second"),
            first_seen=NOON,
            backlog=False,
            last_seen=NOON + 6 * HOUR,
            revisions=(
                Revision(entry=told("into", "First"), number=1, seen_at=NOON, last_seen=NOON),
                *(
                    Revision(
                        entry=told("into", title),
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


def test_the_first_word_of_the_later_teller_does_not_become_news(store: Store) -> None:
    keep(store, change(told("from"), backlog=True))
    keep(store, change(told("into", "Another title"), seen_at=NOON + HOUR))
    assert store.documents.news(ALWAYS) == ()

    join(store, "from", "into")

    assert store.documents.news(ALWAYS) == ()
    (carrier,) = held(store).carriers
    assert carrier.backlog
    assert [revision.entry.title for revision in carrier.revisions] == ["A plan"]
    assert carrier.entry.title == "Another title"


def test_of_two_that_told_at_once_the_word_of_the_later_date_comes_first(store: Store) -> None:
    early, late = moment("2026-06-01 09:00"), moment("2026-06-02 09:00")
    keep(store, change(told("from", updated=late), backlog=True), change(told("into", updated=early)))

    join(store, "from", "into")

    (carrier,) = held(store).carriers
    assert carrier.revisions[0].entry.updated == late
    assert carrier.entry.updated == early
    assert not carrier.backlog


def test_what_only_the_merged_source_carried_moves_with_its_history(store: Store) -> None:
    keep(store, change(told("from"), backlog=True))
    keep(store, change(told("from", "The plan"), ChangeKind.REVISED, NOON + HOUR))

    join(store, "from", "into")

    (carrier,) = held(store).carriers
    assert (carrier.source, carrier.backlog, len(carrier.revisions)) == ("into", True, 2)


def test_the_states_of_both_stay_with_them(store: Store) -> None:
    with store.writing() as tx:
        tx.sources.keep(state("from", NOON))
        tx.sources.keep(state("into", None))

    join(store, "from", "into")

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
def test_a_document_is_taken_away_by_anybodys_word_or_when_both_miss_it(
    store: Store, into: Removal | None, given: Removal | None, expected: Removal | None
) -> None:
    keep(store, change(told("from", removal=given)), change(told("into", removal=into)))

    join(store, "from", "into")

    (carrier,) = held(store).carriers
    assert carrier.removed == expected
    assert carrier.entry.removal == expected


def test_the_first_look_of_the_source_that_stays_is_the_one_that_counts(store: Store) -> None:
    keep(store, change(told("from")), change(told("into")))
    look = PendingRemoval(since=NOON, removal=MISSING)
    with store.writing() as tx:
        tx.carriers.vanish("from", {entry().id: look})

    join(store, "from", "into")

    assert held(store).carriers[0].vanishing is None


def test_a_later_revision_of_the_source_that_stays_is_added_behind_the_joined_ones(store: Store) -> None:
    keep(store, change(told("from")), change(told("into")))
    keep(store, change(told("from", "The plan"), ChangeKind.REVISED, NOON + HOUR))
    join(store, "from", "into")

    keep(store, change(told("into", "The last plan"), ChangeKind.REVISED, NOON + 2 * HOUR))

    (carrier,) = held(store).carriers
    assert [(r.number, r.entry.title) for r in carrier.revisions] == [
        (1, "A plan"),
        (2, "The plan"),
        (3, "The last plan"),
    ]


# ---------------------------------------------------------------- what never moves
def test_no_carrier_states_another_date_of_publication_than_the_document(store: Store) -> None:
    """`alpha` led by its id; as `zulu` it does not, and its date stays the document's all the same."""
    first, second = moment("2026-05-01 09:00"), moment("2026-05-02 09:00")
    keep(store, change(told("alpha", published=first)), change(told("mike", published=second)))
    keep(store, change(told("november", published=None)))

    rename(store, "alpha", "zulu")

    published = {c.source: c.entry.published for c in held(store).carriers}
    assert published == {"mike": first, "november": None, "zulu": first}


def test_the_date_of_publication_of_the_source_that_goes_is_kept(store: Store) -> None:
    first = moment("2026-05-01 09:00")
    keep(store, change(told("from", published=first)))
    keep(store, change(told("into", published=None), seen_at=NOON + HOUR))

    join(store, "from", "into")

    assert held(store).carriers[0].entry.published == first


KEYS = [f"https://www.gov.uk/{name}" for name in ("a", "b", "c")]
DATES = st.none() | st.integers(1, 9).map(lambda day: moment(f"2026-05-0{day} 09:00"))


@st.composite
def histories(draw: st.DrawFn) -> list[Change]:
    """What three sources told of three documents, in the order of time."""
    found: list[Change] = []
    for hour in range(draw(st.integers(1, 8))):
        source, key = draw(st.sampled_from(["from", "into", "other"])), draw(st.sampled_from(KEYS))
        known = any(one.entry.source == source and one.entry.key == key for one in found)
        published: Moment | None = draw(DATES)
        word = entry(key, source=source, title=f"Title {hour}", published=published)
        kind = ChangeKind.REVISED if known else ChangeKind.NEW
        found.append(change(word, kind, NOON + HOUR * hour, backlog=draw(st.booleans())))
    return found


@given(histories(), st.booleans(), st.integers(0, 8), st.integers(0, 8))
def test_ids_dates_and_what_was_news_when_never_change(
    history: list[Change], renamed: bool, start: int, length: int
) -> None:
    window = Window(start=NOON + HOUR * start, end=NOON + HOUR * (start + length))
    with open_store("sqlite://") as store:
        keep(store, *history)
        before = facts(store, window)
        revised = sum(len(holding.revised) for holding in store.documents.all())

        moved = (rename if renamed else join)(store, "from", "into")

        assert facts(store, window) == before
        assert sum(len(holding.revised) for holding in store.documents.all()) == revised
        assert moved == len({one.entry.id for one in history if one.entry.source == "from"})
        for holding in store.documents.all():
            numbers = [[r.number for r in c.revisions] for c in holding.carriers]
            assert all(each == list(range(1, len(each) + 1)) for each in numbers)
            assert min(c.first_seen for c in holding.carriers) == holding.first_seen
            assert "from" not in {c.source for c in holding.carriers}


def facts(store: Store, window: Window) -> object:
    held = [
        (h.entry.id, h.entry.published, h.first_seen, h.updated, h.backlog) for h in store.documents.all()
    ]
    return held, [holding.entry.id for holding in store.documents.news(window)]
