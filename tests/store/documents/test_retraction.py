"""A retracted document: its text is gone from the file itself, and a tombstone stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from aggregator.model import (
    ChangeKind,
    Digest,
    DigestItem,
    MonthBoard,
    MonthCheck,
    MonthEvidence,
    MonthProcess,
    Removal,
    RemovalKind,
    Section,
    Translation,
    Window,
)
from aggregator.store import Store, open_store
from tests.store.values import make_change, save_changes
from tests.support.builders import NOON, make_entry

PHRASE = "Zanzibar-Quux"
PLAN = make_entry(title=PHRASE, text=f"About {PHRASE}.", content=f"<p>{PHRASE}</p>", summary=PHRASE)


def fill(store: Store) -> None:
    save_changes(store, make_change(PLAN))
    save_changes(
        store,
        make_change(replace(PLAN, title=f"{PHRASE}, revised"), ChangeKind.REVISED, NOON + timedelta(hours=1)),
    )


def test_the_text_is_nowhere_in_the_files(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        fill(store)
        assert store.documents.retract(PLAN.id, "a person asked", NOON)
        assert PHRASE not in store.dump()
        assert "a person asked" in store.dump()

    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert PHRASE.encode() not in left


def test_it_is_not_returned_and_never_saved_again(store: Store) -> None:
    fill(store)
    store.documents.retract(PLAN.id, "a person asked", NOON)

    assert store.documents.all() == ()
    assert store.documents.get(PLAN.id) is None
    assert (
        store.documents.with_updates(Window(start=NOON - timedelta(days=1), end=NOON + timedelta(days=1)))
        == ()
    )
    with store.transaction() as tx:
        assert tx.documents.retracted_ids([PLAN.id, "urn:uuid:other"]) == {PLAN.id}


def test_an_unknown_document_is_not_retracted(store: Store) -> None:
    assert not store.documents.retract("urn:uuid:nobody", "why", NOON)


def test_an_issued_digest_keeps_the_item_without_its_text(store: Store) -> None:
    item = DigestItem(
        id=PLAN.id,
        title=PHRASE,
        url=f"https://www.gov.uk/{PHRASE}",
        body="cabinet-office",
        type="news",
        summary=PHRASE,
        language="en",
        dated=None,
        first_seen=NOON,
        translations=(Translation(language="cy", url="https://www.llyw.cymru/x", title=PHRASE),),
        removal=Removal(kind=RemovalKind.WITHDRAWN, note=PHRASE, to=f"https://www.gov.uk/{PHRASE}"),
    )
    window = Window(start=NOON, end=NOON + timedelta(days=7))
    section = Section(title="Other", items=(item,))
    digest = Digest(period="2026-W23", window=window, sections=(section,), unread_sources=(), issued_at=NOON)
    store.digests.issue([digest])
    fill(store)
    store.documents.retract(PLAN.id, "a person asked", NOON)

    stored = store.digests.get(digest.period)
    assert stored is not None
    assert [(item.id, item.title, item.summary, item.url) for item in stored.sections[0].items] == [
        (PLAN.id, "Retracted", "", "")
    ]
    assert PHRASE not in store.dump()


def test_the_boards_of_past_months_keep_their_words_without_its_title(store: Store) -> None:
    fill(store)
    named = MonthEvidence(title=PHRASE, url=PLAN.url, date="5 June 2026", official=True, note=PHRASE)
    # The same words at another address are of another document.
    other = replace(named, url="https://www.gov.uk/other", note="")
    check = MonthCheck(
        rule="P1",
        title="A plan",
        basis="ours",
        result="met",
        result_words="perhaps met",
        why=f"{PHRASE} may be the plan",
        reconstructed=False,
        evidence=(named, other),
    )
    process = MonthProcess(
        id="uk",
        name="UK",
        plans=(),
        silence="",
        last=named,
        other_document=None,
        deadline="",
        checks=(check, replace(check, evidence=(other,))),
    )
    board = MonthBoard(
        month="2026-06", day=date(2026, 6, 30), made_at=NOON, record_criteria="", processes=(process,)
    )
    store.month_boards.add(board)
    store.documents.retract(PLAN.id, "a person asked", NOON)

    (process,) = store.month_boards.all()[0].processes
    blank = replace(named, title="Retracted", url=None, note="")
    assert (process.last, process.checks[0].evidence) == (blank, (blank, other))
    assert [one.why for one in process.checks] == ["Retracted may be the plan", check.why]
