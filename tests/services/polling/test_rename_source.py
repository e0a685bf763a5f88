"""Renaming and merging sources changes sources.yaml and the store together, even when interrupted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.classify import combine_carriers
from aggregator.config.sources_editor import SourcesFile
from aggregator.config.yaml_files.editable_file import Edit
from aggregator.errors import ConfigError
from aggregator.model import Change, ChangeKind, Entry, Labels, SourceState
from aggregator.services.polling.rename_source import merge_sources, rename_source
from aggregator.store import Store, open_store
from tests.store.values import make_change
from tests.support.builders import NOON, make_body, make_entry, make_labels, moment
from tests.support.projects import SOURCE

HOUR = timedelta(hours=1)
BODIES = {"cabinet-office": make_body()}
TEXT = "# Sources.\nsources:\n" + "".join(
    SOURCE.format(id=id, body="cabinet-office", address=f"https://{id}.example.org/feed") + f"    # {id}\n"
    for id in ("one", "two")
)
Act = Callable[[SourcesFile, Store], int]


def label(entry: Entry, carriers: object) -> Labels:
    return make_labels()


def save(store: Store, *changes: Change) -> None:
    """Apply changes and save their documents as a poll does."""
    with store.transaction() as tx:
        tx.carriers.apply(changes)
        for carriers in tx.carriers.of_documents(one.entry.id for one in changes).values():
            tx.documents.save([combine_carriers(carriers, label)])


@pytest.fixture
def file(tmp_path: Path) -> SourcesFile:
    (tmp_path / "sources.yaml").write_text(TEXT, encoding="utf-8")
    return SourcesFile(tmp_path / "sources.yaml", BODIES)


@pytest.fixture
def store() -> Iterator[Store]:
    with open_store("sqlite://") as store:
        save(store, make_change(make_entry(source="one")))
        with store.transaction() as tx:
            tx.sources.save_state(SourceState(source="one", first_read=NOON))
        yield store


class KilledBefore(SourcesFile):
    def apply(self, edit: Edit) -> None:
        raise KeyboardInterrupt


class KilledAfter(SourcesFile):
    def apply(self, edit: Edit) -> None:
        super().apply(edit)
        raise KeyboardInterrupt


def rename(file: SourcesFile, store: Store) -> int:
    return rename_source(file, store, "one", "first")


def merge(file: SourcesFile, store: Store) -> int:
    return merge_sources(file, store, "one", "two")


def test_renaming_changes_file_and_store(file: SourcesFile, store: Store) -> None:
    assert rename(file, store) == 1

    assert file.read_text() == TEXT.replace("- id: one\n", "- id: first\n")
    assert list(store.sources.states()) == ["first"]
    assert [carrier.source for document in store.documents.all() for carrier in document.carriers] == [
        "first"
    ]


def test_merging_switches_the_source_off_and_keeps_its_lines(file: SourcesFile, store: Store) -> None:
    assert merge(file, store) == 1

    assert file.read_text() == TEXT.replace("    # one\n", "    enabled: no  # merged into two\n    # one\n")
    assert [carrier.source for document in store.documents.all() for carrier in document.carriers] == ["two"]
    assert list(store.sources.states()) == ["one"]


@pytest.mark.parametrize("act", [rename, merge])
def test_interrupted_before_the_file_is_replaced_nothing_has_changed(
    act: Act, file: SourcesFile, store: Store, tmp_path: Path
) -> None:
    before = store.dump()

    with pytest.raises(KeyboardInterrupt):
        act(KilledBefore(tmp_path / "sources.yaml", BODIES), store)

    assert (file.read_text(), store.dump()) == (TEXT, before)


@pytest.mark.parametrize("act", [rename, merge])
def test_interrupted_between_file_and_store_the_same_command_completes_it(
    act: Act, file: SourcesFile, store: Store, tmp_path: Path
) -> None:
    before = store.dump()
    with pytest.raises(KeyboardInterrupt):
        act(KilledAfter(tmp_path / "sources.yaml", BODIES), store)
    half = file.read_text()
    assert half != TEXT
    assert store.dump() == before

    assert act(file, store) == 1

    assert file.read_text() == half
    assert '"one"' not in "".join(line for line in store.dump().splitlines() if "source_states" not in line)
    assert act(file, store) == 0


def test_polls_between_a_broken_rename_and_its_repetition_are_taken_in(
    file: SourcesFile, store: Store, tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        rename(KilledAfter(tmp_path / "sources.yaml", BODIES), store)
    save(store, make_change(make_entry(source="first"), seen_at=NOON + HOUR, backlog=True))
    with store.transaction() as tx:
        tx.sources.save_state(SourceState(source="first", first_read=NOON + HOUR))

    assert rename(file, store) == 1

    (document,) = store.documents.all()
    assert [(c.source, c.first_seen) for c in document.carriers] == [("first", NOON)]
    assert store.sources.state("first").first_read == NOON


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda f, s: rename_source(f, s, "three", "four"), "no source has the id 'three'"),
        (lambda f, s: rename_source(f, s, "one", "two"), "source two: sources.yaml has this id already"),
        (
            lambda f, s: rename_source(f, s, "two", "gone"),
            "source gone: the store has data of an earlier source",
        ),
        (lambda f, s: rename_source(f, s, "one", "No Name"), "write small letters a to z"),
        (lambda f, s: merge_sources(f, s, "three", "two"), "no source has the id 'three'"),
        (lambda f, s: merge_sources(f, s, "one", "three"), "source three: no source has this id"),
        (lambda f, s: merge_sources(f, s, "one", "one"), "source one: a source cannot be merged into itself"),
    ],
)
def test_unusable_ids_are_refused_and_nothing_changes(
    act: Act, message: str, file: SourcesFile, store: Store
) -> None:
    with store.transaction() as tx:
        tx.sources.save_state(SourceState(source="gone"))
    before = store.dump()

    with pytest.raises(ConfigError) as caught:
        act(file, store)

    assert message in str(caught.value)
    assert (file.read_text(), store.dump()) == (TEXT, before)


# ---------------------------------------------------------------- when the documents are combined again
@st.composite
def histories(draw: st.DrawFn) -> list[Change]:
    """The entries of three sources for two documents, some of them at the same instant, and the first with
    dates."""
    found: list[Change] = []
    for step in range(draw(st.integers(1, 6))):
        source = draw(st.sampled_from(["one", "two", "also"]))
        key = draw(st.sampled_from(["https://a.example/", "https://b.example/"]))
        known = any(one.entry.source == source and one.entry.key == key for one in found)
        day = draw(st.none() | st.integers(1, 9))
        entry = make_entry(key, source=source, title=f"Title {step}")
        entry = replace(entry, published=moment(f"2026-05-0{day} 09:00") if day else None)
        at = NOON + HOUR * (step if known else draw(st.integers(0, 1)) * step)
        kind = ChangeKind.REVISED if known else ChangeKind.NEW
        found.append(make_change(entry, kind, at, backlog=draw(st.booleans())))
    return found


@given(histories(), st.booleans())
def test_combining_the_documents_again_changes_neither_dates_nor_backlog(
    history: list[Change], renamed: bool
) -> None:
    with open_store("sqlite://") as store:
        save(store, *history)
        before = facts(store)

        with store.sources.rename("one", "zulu") if renamed else store.sources.merge("one", "two"):
            pass

        assert facts(store) == before


def facts(store: Store) -> object:
    again = [combine_carriers(document.carriers, label) for document in store.documents.all()]
    return [
        (document.entry.id, document.entry.published, document.first_seen, document.updated, document.backlog)
        for document in again
    ]
