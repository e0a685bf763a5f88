"""A new vocabulary labels stored documents in batches; an interruption does no harm, and nothing looks
new."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.classify import Labeller
from aggregator.config import Config
from aggregator.config.settings import load_settings
from aggregator.due_work import Services
from aggregator.model import (
    Document,
    Entry,
    LabelOverride,
    Labels,
    Phrase,
    Relevance,
    Strength,
    Topic,
    Vocabulary,
)
from aggregator.model.faults import FaultKind
from aggregator.services.polling.labelling import BATCH_SIZE, Labelling
from aggregator.store import Store, open_store
from tests.store.values import make_change, save_changes
from tests.support.builders import NOON, make_body, make_entry, make_source

AFTER = Vocabulary(
    topics=(Topic(id="openness", name="openness", phrases={Strength.SURE: (Phrase(words="scheme"),)}),)
)
SCHEMES, OTHERS = BATCH_SIZE + 20, 30


def labelling(store: Store, vocabulary: Vocabulary) -> Labelling:
    bodies = {"cabinet-office": make_body()}
    config = Config(
        settings=load_settings(), bodies=bodies, sources=(make_source(),), vocabulary=vocabulary, roles=()
    )
    return Services(config=config, store=store, clock=lambda: NOON).labelling


@pytest.fixture
def store() -> Store:
    """More documents than one batch, some of them schemes, labelled by an empty vocabulary."""
    store = open_store("sqlite://")
    titles = [f"A scheme, part {n}" for n in range(SCHEMES)] + [f"A road, part {n}" for n in range(OTHERS)]
    entries = [make_entry(f"https://www.gov.uk/{n}", title=title) for n, title in enumerate(titles)]
    save_changes(store, *(make_change(entry) for entry in entries))
    labelling(store, Vocabulary()).relabel(NOON)
    return store


def without_labels(store: Store) -> list[Document]:
    empty = store.documents.all()[0].labels
    return [replace(document, labels=empty) for document in store.documents.all()]


def relevant(store: Store) -> int:
    return len(store.documents.all(relevance=Relevance.YES))


def test_labels_change_and_nothing_else_does(store: Store) -> None:
    before = without_labels(store)
    steps: list[tuple[int, int]] = []

    changed = labelling(store, AFTER).relabel(NOON, lambda done, of: steps.append((done, of)))

    assert (changed, relevant(store)) == (SCHEMES, SCHEMES)
    assert without_labels(store) == before
    assert steps == [(BATCH_SIZE, SCHEMES + OTHERS), (SCHEMES + OTHERS, SCHEMES + OTHERS)]
    assert labelling(store, AFTER).relabel(NOON) == 0


def test_an_interrupted_relabelling_continues_where_it_stopped(store: Store) -> None:
    class Stopped(Exception):
        pass

    def stop(done: int, _: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        labelling(store, AFTER).relabel(NOON, stop)
    in_between = relevant(store)
    steps: list[tuple[int, int]] = []
    labelling(store, AFTER).relabel(NOON, lambda done, of: steps.append((done, of)))

    assert 0 < in_between < SCHEMES
    assert steps == [(SCHEMES + OTHERS - BATCH_SIZE, SCHEMES + OTHERS - BATCH_SIZE)]
    assert relevant(store) == SCHEMES


def test_a_label_override_stays_through_a_new_vocabulary_and_a_revision(store: Store) -> None:
    entry = make_entry("https://www.gov.uk/0", title="A scheme, part 0")
    mark = LabelOverride(why="Of a garden.", at=NOON, relevance=Relevance.NO)

    corrected = labelling(store, AFTER).correct(entry.id, mark)
    labelling(store, AFTER).relabel(NOON)
    stored = store.documents.get(entry.id)

    assert corrected is not None
    assert stored is not None
    assert stored.labels == corrected.labels
    assert (stored.labels.relevance, stored.labels.overridden) == (Relevance.NO, True)
    assert relevant(store) == SCHEMES - 1
    assert labelling(store, AFTER).correct("urn:uuid:unknown", mark) is None


def test_a_document_that_cannot_be_labelled_keeps_its_labels_and_the_others_get_theirs(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = next(one for one in store.documents.all() if one.entry.title == "A scheme, part 7")
    label = Labeller.label

    def broken(labeller: Labeller, entry: Entry, *args: object) -> Labels:
        if entry.id == bad.entry.id:
            raise ZeroDivisionError("a bug for one document")
        return label(labeller, entry, *args)  # type: ignore[arg-type]  # as the caller gave them

    with monkeypatch.context() as bug:
        bug.setattr(Labeller, "label", broken)
        changed = labelling(store, AFTER).relabel(NOON)
    aside = [(fault.kind, fault.key) for fault in store.faults.all()]
    too_early = labelling(store, AFTER).relabel(NOON + timedelta(minutes=9))
    labelling(store, AFTER).relabel(NOON + timedelta(minutes=10))

    assert aside == [(FaultKind.DOCUMENT, bad.entry.id)]
    assert (changed, too_early, relevant(store)) == (SCHEMES - 1, 0, SCHEMES)
