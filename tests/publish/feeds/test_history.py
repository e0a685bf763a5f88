"""The history of feeds: feed readers can follow it back to its beginning, and archive pages never change."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from aggregator.model import Document, Revision, Snapshot
from aggregator.publish import make_artifacts
from aggregator.publish.feeds.history import MAX_EVENTS_PER_PAGE
from tests.publish.feed_readers import ATOM, XML, link_attributes
from tests.publish.validators import atom_errors
from tests.support.builders import NOON, make_carrier, make_document, make_entry, make_labels, make_snapshot

BASE = "https://updates.example.org/"
ARCHIVE = "{http://purl.org/syndication/history/1.0}archive"


def make_document_first_seen(number: int, at: datetime, **changes: Any) -> Document:
    """A numbered document first seen at an instant."""
    entry = make_entry(f"https://a.example/{number}", title=f"Number {number}", updated=None)
    return make_document(
        entry, carriers=(make_carrier(entry, first_seen=at),), first_seen=at, updated=at, **changes
    )


def make_hourly_documents(count: int, **changes: Any) -> list[Document]:
    """Documents first seen one hour apart, the newest first as in a snapshot."""
    start = NOON - timedelta(days=365)
    return [
        make_document_first_seen(number, start + timedelta(hours=number), **changes)
        for number in reversed(range(count))
    ]


def files_below(snapshot: Snapshot, folder: str = "") -> dict[str, bytes]:
    """Every file of the snapshot below a folder, by path."""
    return {file.path: file.payload for file in make_artifacts(snapshot) if file.path.startswith(folder)}


@cache
def snapshot_of_700() -> tuple[Snapshot, dict[str, bytes]]:
    """A snapshot of 700 documents, and its files by path."""
    snapshot = make_snapshot(*make_hourly_documents(700))
    return snapshot, files_below(snapshot)


def walk_history(files: dict[str, bytes], path: str) -> list[Any]:
    """The pages of a feed's history, from the feed back to the beginning, as a feed reader follows them."""
    roots = []
    while path:
        root = XML.fromstring(files[path])
        roots.append(root)
        previous = [link["href"] for link in link_attributes(root) if link["rel"] == "prev-archive"]
        path = previous[0].removeprefix(BASE) if previous else ""
    return roots


def titles_of(root: Any) -> list[str]:
    """The titles of the entries on a page."""
    return [entry.findtext(f"{ATOM}title") for entry in root.iterfind(f"{ATOM}entry")]


def test_every_feed_leads_back_to_the_start_of_its_history() -> None:
    _, files = snapshot_of_700()

    for path in ("feed.atom", "all.atom", "bodies/cabinet-office.atom", "nations/uk.atom"):
        roots = walk_history(files, path)
        assert len(roots) > 3
        assert {title for root in roots for title in titles_of(root)} == {f"Number {n}" for n in range(700)}


def test_an_archive_page_says_what_it_is_and_links_the_feed() -> None:
    first, page, *_ = walk_history(snapshot_of_700()[1], "all.atom")

    assert first.find(ARCHIVE) is None
    assert page.find(ARCHIVE) is not None
    assert page.findtext(f"{ATOM}id") == first.findtext(f"{ATOM}id")
    by_rel = {link["rel"]: link["href"] for link in link_attributes(page)}
    assert by_rel["current"] == f"{BASE}all.atom"
    assert by_rel["self"].startswith(f"{BASE}archive/all/")
    assert by_rel.keys() == {"alternate", "self", "current", "prev-archive"}
    assert atom_errors(XML.tostring(page)) == []
    assert len(titles_of(page)) <= MAX_EVENTS_PER_PAGE


def test_a_full_page_never_changes_however_much_is_new() -> None:
    before = files_below(make_snapshot(*make_hourly_documents(300)), "archive/")
    after = {path: payload for path, payload in snapshot_of_700()[1].items() if path.startswith("archive/")}

    assert len(before) > 3
    assert before.items() <= after.items()
    assert len(after) > len(before)


def test_a_revised_document_is_listed_again_and_its_first_page_stays_the_same() -> None:
    documents = make_hourly_documents(500)
    old = documents[-1]
    changed = replace(old.entry, title="Number 0, revised")
    revision = Revision(entry=changed, number=2, seen_at=NOON, parts=("title",))
    revised_carrier = replace(
        old.carriers[0], entry=changed, revisions=(*old.carriers[0].revisions, revision)
    )
    revised = replace(old, entry=changed, carriers=(revised_carrier,), updated=NOON)

    before = files_below(make_snapshot(*documents), "archive/")
    after = files_below(make_snapshot(*documents[:-1], revised))

    assert before.items() <= after.items()
    titles = [title for root in walk_history(after, "all.atom") for title in titles_of(root)]
    assert titles[0] == "Number 0, revised"
    assert "Number 0" in titles


def test_a_document_that_leaves_a_feed_changes_only_its_own_archive_page() -> None:
    documents = snapshot_of_700()[0].documents
    corrected = replace(documents[350], labels=make_labels(relevant=False))

    before = {
        path: payload for path, payload in snapshot_of_700()[1].items() if path.startswith("archive/feed/")
    }
    after = files_below(make_snapshot(*documents[:350], corrected, *documents[351:]), "archive/feed/")

    touched = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    later = {
        path
        for path in touched
        if f"Number {documents[350].entry.title.split()[1]}<".encode() not in before.get(path, b"")
    }
    assert len(touched) <= 2
    # The next page links to it by name, if the document was the one that closed it.
    assert len(later) <= 1


def test_paths_of_the_archive_do_not_depend_on_the_address_of_the_site() -> None:
    here = make_snapshot(*make_hourly_documents(200))
    moved = replace(here, site=replace(here.site, base_url="https://elsewhere.example/"))

    assert files_below(here).keys() == files_below(moved).keys()


def test_a_later_carrier_is_credited_in_the_feed_and_not_in_the_archive() -> None:
    documents = make_hourly_documents(300)
    old = documents[-1]
    late = make_carrier(replace(old.entry, source="late"), first_seen=NOON)
    joined = replace(old, carriers=(*old.carriers, late))

    before = files_below(make_snapshot(*documents), "archive/")

    assert files_below(make_snapshot(*documents[:-1], joined), "archive/") == before
