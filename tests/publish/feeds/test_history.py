"""The history of feeds: it can be walked back to its beginning, and what is archived never changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from aggregator.model import Document, Revision, Snapshot
from aggregator.publish import artifacts
from aggregator.publish.feeds.history import MOST
from tests.publish.feed_readers import ATOM, XML, links
from tests.publish.validators import atom
from tests.support.builders import NOON, carrier, edition, entry, holding, labels

BASE = "https://updates.example.org/"
ARCHIVE = "{http://purl.org/syndication/history/1.0}archive"


def seen(number: int, at: datetime, **changes: Any) -> Document:
    """A document first seen at an instant."""
    told = entry(f"https://a.example/{number}", title=f"Number {number}", updated=None)
    return holding(told, carriers=(carrier(told, first_seen=at),), first_seen=at, updated=at, **changes)


def many(count: int, **changes: Any) -> list[Document]:
    """Documents, one an hour, the newest first as editions have them."""
    start = NOON - timedelta(days=365)
    return [seen(number, start + timedelta(hours=number), **changes) for number in reversed(range(count))]


def files(made: Snapshot, folder: str = "") -> dict[str, bytes]:
    """Every file of the edition below a folder."""
    return {one.path: one.payload for one in artifacts(made) if one.path.startswith(folder)}


@cache
def seven_hundred() -> tuple[Snapshot, dict[str, bytes]]:
    """700 documents and every file of theirs."""
    made = edition(*many(700))
    return made, files(made)


def walk(kept: dict[str, bytes], path: str) -> list[Any]:
    """The documents of a feed's history, from the feed itself back to the beginning, as a reader walks."""
    roots = []
    while path:
        root = XML.fromstring(kept[path])
        roots.append(root)
        back = [link["href"] for link in links(root) if link["rel"] == "prev-archive"]
        path = back[0].removeprefix(BASE) if back else ""
    return roots


def told(root: Any) -> list[str]:
    """The titles of a document of a feed."""
    return [found.findtext(f"{ATOM}title") for found in root.iterfind(f"{ATOM}entry")]


def test_the_whole_history_can_be_walked_back_from_every_feed() -> None:
    _, kept = seven_hundred()

    for path in ("feed.atom", "all.atom", "bodies/cabinet-office.atom", "nations/uk.atom"):
        roots = walk(kept, path)
        assert len(roots) > 3
        assert {title for root in roots for title in told(root)} == {f"Number {n}" for n in range(700)}


def test_an_archive_page_says_what_it_is_and_where_the_feed_stands() -> None:
    first, page, *_ = walk(seven_hundred()[1], "all.atom")

    assert first.find(ARCHIVE) is None
    assert page.find(ARCHIVE) is not None
    assert page.findtext(f"{ATOM}id") == first.findtext(f"{ATOM}id")
    by_rel = {link["rel"]: link["href"] for link in links(page)}
    assert by_rel["current"] == f"{BASE}all.atom"
    assert by_rel["self"].startswith(f"{BASE}archive/all/")
    assert by_rel.keys() == {"alternate", "self", "current", "prev-archive"}
    assert atom(XML.tostring(page)) == []
    assert len(told(page)) <= MOST


def test_a_full_page_never_changes_however_much_is_new() -> None:
    before = files(edition(*many(300)), "archive/")
    after = {path: payload for path, payload in seven_hundred()[1].items() if path.startswith("archive/")}

    assert len(before) > 3
    assert before.items() <= after.items()
    assert len(after) > len(before)


def test_a_revised_document_is_told_again_and_the_page_that_told_it_first_stays() -> None:
    held = many(500)
    old = held[-1]
    changed = replace(old.entry, title="Number 0, revised")
    revision = Revision(entry=changed, number=2, seen_at=NOON, parts=("title",))
    told_twice = replace(old.carriers[0], entry=changed, revisions=(*old.carriers[0].revisions, revision))
    revised = replace(old, entry=changed, carriers=(told_twice,), updated=NOON)

    before = files(edition(*held), "archive/")
    after = files(edition(*held[:-1], revised))

    assert before.items() <= after.items()
    titles = [title for root in walk(after, "all.atom") for title in told(root)]
    assert titles[0] == "Number 0, revised"
    assert "Number 0" in titles


def test_a_document_that_leaves_a_feed_changes_the_page_on_which_it_stood_and_no_other() -> None:
    held = seven_hundred()[0].holdings
    corrected = replace(held[350], labels=labels(relevant=False))

    before = {path: made for path, made in seven_hundred()[1].items() if path.startswith("archive/feed/")}
    after = files(edition(*held[:350], corrected, *held[351:]), "archive/feed/")

    touched = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    later = {
        path
        for path in touched
        if f"Number {held[350].entry.title.split()[1]}<".encode() not in before.get(path, b"")
    }
    assert len(touched) <= 2
    # The page after it names it as its predecessor, if it was the one that closed its page.
    assert len(later) <= 1


def test_addresses_of_the_archive_do_not_hang_on_the_address_of_the_site() -> None:
    here = edition(*many(200))
    moved = replace(here, site=replace(here.site, base_url="https://elsewhere.example/"))

    assert files(here).keys() == files(moved).keys()


def test_who_carries_a_document_later_is_credited_now_and_not_in_the_past() -> None:
    held = many(300)
    old = held[-1]
    late = carrier(replace(old.entry, source="late"), first_seen=NOON)
    joined = replace(old, carriers=(*old.carriers, late))

    before = files(edition(*held), "archive/")

    assert files(edition(*held[:-1], joined), "archive/") == before
