"""A retracted document: its words are gone from the file itself, and a tombstone stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from aggregator.model import (
    ChangeKind,
    Digest,
    DigestItem,
    Removal,
    RemovalKind,
    Section,
    Translation,
    Window,
)
from aggregator.store import Store, open_store
from tests.store.values import change, keep
from tests.support.builders import NOON, entry

WORDS = "Zanzibar-Quux"
PLAN = entry(title=WORDS, text=f"About {WORDS}.", content=f"<p>{WORDS}</p>", summary=WORDS)


def fill(store: Store) -> None:
    keep(store, change(PLAN))
    keep(
        store,
        change(replace(PLAN, title=f"{WORDS}, revised"), ChangeKind.REVISED, NOON + timedelta(hours=1)),
    )


def test_the_words_are_nowhere_in_the_files(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        fill(store)
        assert store.documents.retract(PLAN.id, "a person asked", NOON)
        assert WORDS not in store.dump()
        assert "a person asked" in store.dump()

    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert WORDS.encode() not in left


def test_it_is_published_nowhere_and_told_never_again(store: Store) -> None:
    fill(store)
    store.documents.retract(PLAN.id, "a person asked", NOON)

    assert store.documents.all() == ()
    assert store.documents.one(PLAN.id) is None
    assert store.documents.news(Window(start=NOON - timedelta(days=1), end=NOON + timedelta(days=1))) == ()
    with store.writing() as tx:
        assert tx.documents.retracted([PLAN.id, "urn:uuid:other"]) == {PLAN.id}


def test_an_unknown_document_is_not_retracted(store: Store) -> None:
    assert not store.documents.retract("urn:uuid:nobody", "why", NOON)


def test_an_issued_letter_keeps_its_place_and_loses_its_words(store: Store) -> None:
    item = DigestItem(
        id=PLAN.id,
        title=WORDS,
        url=f"https://www.gov.uk/{WORDS}",
        body="cabinet-office",
        type="news",
        summary=WORDS,
        language="en",
        dated=None,
        first_seen=NOON,
        translations=(Translation(language="cy", url="https://www.llyw.cymru/x", title=WORDS),),
        removed=Removal(kind=RemovalKind.WITHDRAWN, note=WORDS, to=f"https://www.gov.uk/{WORDS}"),
    )
    window = Window(start=NOON, end=NOON + timedelta(days=7))
    section = Section(title="Other", items=(item,))
    digest = Digest(week="2026-W23", window=window, sections=(section,), unread=(), issued=NOON)
    store.digests.issue([digest])
    fill(store)
    store.documents.retract(PLAN.id, "a person asked", NOON)

    kept = store.digests.one(digest.week)
    assert kept is not None
    assert [(item.id, item.title, item.summary, item.url) for item in kept.sections[0].items] == [
        (PLAN.id, "Retracted", "", "")
    ]
    assert WORDS not in store.dump()
