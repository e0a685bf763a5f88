"""Our records that get a page, or turn out to be a known document: one document, one address."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.model import FetchedPart, Scope
from aggregator.normalise.identity import entry_id
from aggregator.services.publishing.snapshot import former_pages
from aggregator.store import open_store
from tests.services.stage import PollingBench
from tests.support.builders import NOON, make_source
from tests.support.projects import make_atom_feed

HOUR = timedelta(hours=1)
FEED = "https://www.gov.uk/one.atom"
PAGE = "https://www.example.org/plan"


def record(name: str, document: str = "") -> FetchedPart:
    page = f"document: {document}\n" if document else ""
    text = (
        f"---\nid: {name}\nbody: cabinet-office\ntitle: Record {name}\nadded: 2026-06-01\n{page}---\nText.\n"
    )
    return FetchedPart(name=f"{name}.md", payload=text.encode())


OTHERS = tuple(record(f"other-{number}") for number in range(6))


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[PollingBench]:
    kept = make_source("records", kind="records", address="records/", licence="own", scope=Scope.ALL)
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        yield PollingBench(store, (kept, make_source("one", address=FEED, fallbacks=())))


def test_a_record_that_gets_a_page_stays_the_same_document_and_its_own_page_leads_there(
    stage: PollingBench,
) -> None:
    stage.poll(NOON, {"records/": (record("plan"), *OTHERS)})
    for hours in (1, 5):
        paged = (record("plan", PAGE), *OTHERS)
        outcome = stage.poll(NOON + hours * HOUR, {"records/": paged})["records"]
        assert (outcome.new, outcome.revised, outcome.removed) == (0, 0, 0)

    entry = stage.documents_by_title()["Record plan"].entry
    assert (entry.id, entry.url) == (entry_id("record:plan"), PAGE)
    assert former_pages(stage.store)["records/plan.html"] == entry.id


def test_the_page_of_a_record_that_is_merged_into_an_older_document_leads_there(stage: PollingBench) -> None:
    stage.poll(NOON, {"records/": OTHERS, FEED: make_atom_feed({"/plan": "The plan"})})
    stage.poll(NOON + HOUR, {"records/": (record("plan"), *OTHERS)})
    stage.poll(NOON + 2 * HOUR, {"records/": (record("plan", PAGE), *OTHERS)})

    elder = entry_id("https://example.org/plan")
    gone = entry_id("record:plan").removeprefix("urn:uuid:")
    paths = [path for path, id in former_pages(stage.store).items() if id == elder]
    assert paths == [f"entries/{gone}.html", "records/plan.html"]
    assert stage.store.documents.get(entry_id("record:plan")) == stage.store.documents.get(elder)
