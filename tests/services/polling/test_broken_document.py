"""A document that raises when it is combined or merged is kept and set aside; the others go on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.classify.combine import LabelFunction, combine_carriers
from aggregator.config import Config
from aggregator.due_work import Services
from aggregator.model import Carrier, Document
from aggregator.model.faults import FaultKind
from aggregator.services.polling import combining
from aggregator.store import Store, open_store
from aggregator.store.documents.documents import Documents
from tests.services.stage import EMPTY_VOCABULARY, PollingBench, default_settings
from tests.store.values import make_change, save_changes
from tests.support.builders import NOON, make_body, make_entry, make_source
from tests.support.projects import make_atom_feed

FEED = "https://www.gov.uk/one.atom"
ITEMS = make_atom_feed({f"/{n}": f"Part {n}" for n in range(3)})
BAD = "Part 1"


def poll(folder: Path, name: str) -> Store:
    store = open_store(f"sqlite:///{folder}/{name}.db")
    stage = PollingBench(store, (make_source("one", address=FEED, fallbacks=()),))
    outcome = stage.poll(NOON, {FEED: ITEMS})["one"]
    assert (outcome.bug, outcome.new) == (None, 3)
    return store


def services(store: Store) -> Services:
    config = Config(
        settings=default_settings(),
        bodies={"cabinet-office": make_body()},
        sources=(make_source("one", address=FEED, fallbacks=()),),
        vocabulary=EMPTY_VOCABULARY,
    )
    return Services(config=config, store=store, clock=lambda: NOON)


def test_a_new_document_that_cannot_be_combined_is_stored_and_complete_once_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    def broken(carriers: Sequence[Carrier], label: LabelFunction, lead: str | None = None) -> Document:
        if carriers[0].entry.title == BAD:
            raise ZeroDivisionError("a bug for one document")
        return combine_carriers(carriers, label, lead)

    with monkeypatch.context() as bug:
        bug.setattr(combining, "combine_carriers", broken)
        store = poll(tmp_path, "broken")
    whole = poll(tmp_path, "whole").documents.all()
    kept = store.documents.all()
    aside = [(fault.kind, fault.key) for fault in store.faults.all()]
    services(store).labelling.relabel(NOON + timedelta(minutes=10))

    assert aside == [(FaultKind.DOCUMENT, one.entry.id) for one in whole if one.entry.title == BAD]
    assert [one.carriers for one in kept] == [one.carriers for one in whole]
    assert [one for one in kept if one.entry.title != BAD] == [one for one in whole if one.entry.title != BAD]
    assert store.documents.all() == whole


def test_documents_that_cannot_be_merged_stay_apart_and_others_are_merged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = {key: make_entry(f"https://www.gov.uk/{key}") for key in ("a1", "a2", "b1", "b2")}
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    save_changes(store, *(make_change(entry) for entry in entries.values()))
    store.names.add([(f"content:{key[0]}", entry.id) for key, entry in entries.items()], NOON)
    merge = Documents.merge

    def broken(documents: Documents, duplicate: str, into: str) -> Any:
        if entries["a1"].id in {duplicate, into}:
            raise ZeroDivisionError("a bug for one document")
        return merge(documents, duplicate, into)

    with monkeypatch.context() as bug:
        bug.setattr(Documents, "merge", broken)
        services(store).poller.merge_documents(NOON)
    apart = {document.entry.id for document in store.documents.all()}
    aside = {fault.key for fault in store.faults.all()}
    services(store).poller.merge_documents(NOON)

    assert aside == {entries["a1"].id, entries["a2"].id}
    assert len(apart) == 3
    assert aside < apart
    assert store.documents.count() == 2
