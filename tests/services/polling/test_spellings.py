"""One page under many addresses is one document, and two items of one answer stay two."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from html import escape
from pathlib import Path

import pytest

from aggregator.normalise.identity import entry_id
from aggregator.store import open_store
from tests.services.stage import PollingBench
from tests.support.builders import NOON, make_source

HOUR = timedelta(hours=1)
FEED = "https://www.example.org/feed"
PLAN = "https://www.example.org/news/plan"


def rss(*items: tuple[str, str, str]) -> bytes:
    """Items by id, title and link."""
    written = "".join(
        f"<item><guid isPermaLink='false'>{id}</guid><title>{title}</title><link>{escape(link)}</link></item>"
        for id, title, link in items
    )
    return f"<rss version='2.0'><channel><title>x</title>{written}</channel></rss>".encode()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[PollingBench]:
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        yield PollingBench(store, (make_source("one", address=FEED, fallbacks=()),))


SPELLINGS = (
    "http://example.org/news/plan/",
    "https://www.example.org//news//plan",
    f"{PLAN}/index.html",
    f"{PLAN}?utm_source=x&a=",
    f"{PLAN}?lang=en",
    f"{PLAN}?at_medium=RSS&at_campaign=K",
    f"{PLAN}?CMP=rss",
    f"{PLAN}?ref=rss",
    "https://www.example.org/News/Plan",
)


def test_one_id_under_many_spellings_is_one_document(stage: PollingBench) -> None:
    for number, link in enumerate((PLAN, *SPELLINGS)):
        outcome = stage.poll(NOON + number * HOUR, {FEED: rss(("7", f"Plan {number}", link))})["one"]
        assert outcome.new == (number == 0), link
    (document,) = stage.store.documents.all()
    assert document.entry.id == entry_id("https://example.org/news/plan")


def test_the_same_spellings_with_other_ids_are_other_documents(stage: PollingBench) -> None:
    pages = [PLAN, f"{PLAN}?ref=1", f"{PLAN}?lang=cy", f"{PLAN}?pk_doc=1", f"{PLAN}?pk_doc=2"]
    stage.poll(NOON, {FEED: rss(*((f"{n}", f"Plan {n}", link) for n, link in enumerate(pages)))})
    links = {document.entry.url for document in stage.store.documents.all()}
    assert links == set(pages)


@pytest.mark.parametrize("ending", [pytest.param("#update-{}", marks=pytest.mark.long), "?utm_id={}"])
def test_items_of_one_answer_are_never_merged_by_their_address(stage: PollingBench, ending: str) -> None:
    items = [(f"id-{n}", f"Update {n}", PLAN + ending.format(n)) for n in (3, 2, 1)]
    for hours in (0, 1):
        stage.poll(NOON + hours * HOUR, {FEED: rss(*items)})
    assert sorted(stage.documents_by_title()) == ["Update 1", "Update 2", "Update 3"]
    assert all(len(one.carriers[0].revisions) == 1 for one in stage.store.documents.all())


@pytest.mark.parametrize("id", ["", pytest.param("id-{}", marks=pytest.mark.long)])
def test_places_of_one_page_stay_what_they_are_however_many_are_shown(stage: PollingBench, id: str) -> None:
    """A lone item has the address of the page itself as its key, one of several that of its place."""
    for hours, shown in enumerate(("a", "ab", "b", "cb", "abc")):
        items = [(id.format(place), f"Update {place}", f"{PLAN}#{place}") for place in shown]
        stage.poll(NOON + hours * HOUR, {FEED: rss(*items)})
    documents = sorted(stage.documents_by_title().items())
    assert [(title, document.entry.url) for title, document in documents] == [
        (f"Update {place}", f"{PLAN}#{place}") for place in "abc"
    ]
    assert len(stage.store.documents.all()) == 3
    assert all(len(document.carriers[0].revisions) == 1 for _, document in documents)


def test_an_item_that_is_repeated_is_one_document(stage: PollingBench) -> None:
    """By its id, whatever its title says, or by its title, whatever its id."""
    stage.poll(NOON, {FEED: rss(("1", "Draft", PLAN), ("1", "Plan", f"{PLAN}#a"), ("2", "Plan", PLAN))})
    assert len(stage.documents_by_title()) == 1


def test_a_document_that_was_stored_with_a_cut_address_stays_the_same(stage: PollingBench) -> None:
    """While `pk_…` counted as trackers, one of three decisions was stored, with the page of all."""
    page = "https://www.example.org/decision"
    stage.poll(NOON, {FEED: rss(("d3", "Decision 3", page))})

    decisions = [(f"d{n}", f"Decision {n}", f"{page}?pk_doc={n}") for n in (1, 2, 3)]
    outcome = stage.poll(NOON + HOUR, {FEED: rss(*decisions)})["one"]

    documents = stage.documents_by_title()
    assert (outcome.new, sorted(documents)) == (2, ["Decision 1", "Decision 2", "Decision 3"])
    assert documents["Decision 3"].entry.id == entry_id("https://example.org/decision")
