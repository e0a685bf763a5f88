"""The demo is complete: its own kind reads each polled source from a response in the publisher's format."""

from __future__ import annotations

import asyncio
import csv
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest
import yaml

from aggregator.config import Config, load_config
from aggregator.config.settings import load_settings
from aggregator.due_work import Services
from aggregator.fetch.local.replay import ReplayFetcher
from aggregator.model import Document, Failed, FetchResult, Request, Source, SourceState
from aggregator.services.polling.parser import InProcessParser
from aggregator.services.polling.read_source import PollResult, SourceReading, read_source
from aggregator.store import open_store

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "demo"
NOON = {1: datetime(2026, 6, 4, 12, tzinfo=UTC), 2: datetime(2026, 6, 5, 12, tzinfo=UTC)}

DEMO_ONLY = {"govuk-retired", "wales-announcements-cymraeg"}
"""Sources of the demo that the project does not poll."""
MAY_DIFFER = {"note", "enabled"}
"""Keys of a source that may differ in the demo."""

EXPECTED_ITEMS = {
    "cabinet-office": (4, 5),
    "gds": (2, 2),
    "dsit": (2, 3),
    "fcdo": (2, "timed out"),
    "govuk-papers": (2, 2),
    "govuk-transparency": (2, 2),
    "govuk-retired": (1, "feed has ended"),
    "cabinet-office-search": (4, 5),
    "nap-collection": (4, 4),
    "nap7-participation": (3, 3),
    "nap7-call-for-evidence": (1, 1),
    "gds-blog": (2, 2),
    "cddo-blog": (1, 1),
    "data-in-government-blog": (2, 2),
    "modern-civil-service-blog": (1, 2),
    "scotland-publications": (4, 5),
    "scotland-open-government-blog": (2, 4),
    "scotland-steering-group": (1, 1),
    "scotland-consultations": (3, 3),
    "wales-announcements": (3, 4),
    "wales-announcements-cymraeg": (1, 2),
    "wales-consultations": (3, 3),
    "wales-newsroom": (2, 3),
    "wales-commitments": (1, 1),
    "wales-self-assessment": (1, 1),
    "ni-finance-news": (2, 4),
    "ni-finance-publications": (1, 1),
    "ni-finance-consultations": (1, 1),
    "ni-executive-news": ("timed out", "timed out"),
    "ni-open-government-page": (1, 1),
    "ni-consultations": (3, 3),
    "ni-ogn": (1, 2),
    "glasgow-open-government": (1, 1),
    "glasgow-news": (2, 3),
    "gmca-news": (2, 3),
    "gmca-information-strategy": (1, 1),
    "gmca-consultations": (2, 2),
    "ogp": (2, 3),
    "ogp-united-kingdom": (3, 3),
    "ogp-scotland": (1, 1),
    "ogp-northern-ireland": (1, 2),
    "ogp-glasgow": (2, 2),
    "ogp-greater-manchester": (2, 2),
    "irm-uk-review-2023-2025": (1, 1),
    "irm-uk-results-2021-2023": (1, 1),
    "uk-ogn": (3, 4),
    "uk-ogn-uk": (2, 2),
    "uk-ogn-forum": (2, 3),
    "uk-msf-page": (1, 1),
}
"""The number of items of each source in both polls with older pages, counted by hand; or the failure."""

REJECTED = {
    ("scotland-open-government-blog", 2): "no title",
    ("ni-finance-news", 2): "no link",
}
"""The two items that cannot be used."""

FEED_ITEMS = {
    "blogs/cddo.atom": 1,
    "blogs/data-in-government.atom": 2,
    "blogs/gds-blog-1.atom": 2,
    "blogs/gds-blog-2.atom": 2,
    "blogs/modern-civil-service-1.atom": 1,
    "blogs/modern-civil-service-2.atom": 2,
    "govuk/cabinet-office-1.atom": 4,
    "govuk/cabinet-office-2.atom": 5,
    "govuk/dsit-1.atom": 2,
    "govuk/dsit-2.atom": 3,
    "govuk/fcdo.atom": 2,
    "govuk/gds.atom": 2,
    "govuk/papers-1.atom": 2,
    "govuk/papers-2.atom": 2,
    "govuk/retired-1.atom": 1,
    "govuk/retired-2.atom": 1,
    "govuk/transparency.atom": 2,
    "network/forum-1.rss": 2,
    "network/forum-2.rss": 3,
    "network/ni-ogn-1.rss": 1,
    "network/ni-ogn-2.rss": 2,
    "network/uk-ogn-1.rss": 3,
    "network/uk-ogn-2.rss": 4,
    "network/uk-ogn-uk.rss": 2,
    "northern-ireland/finance-consultations.rss": 1,
    "northern-ireland/finance-news-1.rss": 2,
    "northern-ireland/finance-news-2.rss": 4,
    "northern-ireland/finance-publications.rss": 1,
    "ogp/feed-1.rss": 2,
    "ogp/feed-2.rss": 3,
    "scotland/blog-1.rss": 2,
    "scotland/blog-2.rss": 4,
    "wales/announcements-1.rss": 3,
    "wales/announcements-2.rss": 4,
    "wales/announcements-cymraeg-1.rss": 1,
    "wales/announcements-cymraeg-2.rss": 2,
}
"""The number of items of each recorded feed, counted by hand."""


@dataclass
class RecordingFetcher:
    """A fetcher for a recording that notes what is requested."""

    replay: ReplayFetcher
    requested: set[str] = field(default_factory=set)

    async def __call__(self, request: Request) -> FetchResult:
        """The recorded response."""
        self.requested.add(request.url)
        return await self.replay(request)


@dataclass(frozen=True)
class Poll:
    """One poll of the demo, with each source polled as if for the first time."""

    results: dict[str, PollResult]
    requested: set[str]


def _sources(path: str) -> dict[str, dict[str, Any]]:
    listed = yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))["sources"]
    return {source["id"]: source for source in listed}


@cache
def _rows() -> list[dict[str, str]]:
    with (DEMO / "replay.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@cache
def _config() -> Config:
    return load_config(load_settings(ROOT / "settings.yaml"), replay=DEMO)


@cache
def _poll(number: int) -> Poll:
    fetch = RecordingFetcher(ReplayFetcher(DEMO, number))

    async def poll_one(source: Source) -> PollResult:
        return await read_source(
            source, SourceState(source=source.id), fetch, NOON[number], InProcessParser()
        )

    async def poll_each(sources: list[Source]) -> dict[str, PollResult]:
        return {source.id: await poll_one(source) for source in sources}

    web = [source for source in _config().sources if source.kind != "records"]
    return Poll(results=asyncio.run(poll_each(web)), requested=fetch.requested)


def _item_count(result: PollResult) -> int | str:
    if isinstance(result, Failed):
        return result.cause.value
    assert isinstance(result, SourceReading)
    return result.item_count


def test_every_polled_source_is_in_the_demo_with_the_same_kind_and_selectors() -> None:
    ours, demo = _sources("sources.yaml"), _sources("demo/sources.yaml")
    polled = {id: source for id, source in ours.items() if source.get("enabled", True)}
    assert set(demo) - set(polled) == DEMO_ONLY
    for id, source in polled.items():
        demo_source = {key: value for key, value in demo[id].items() if key not in MAY_DIFFER}
        assert demo_source == {key: value for key, value in source.items() if key not in MAY_DIFFER}, id


def test_the_items_of_every_demo_source_but_the_records_are_counted() -> None:
    assert set(_sources("demo/sources.yaml")) - {"records"} == set(EXPECTED_ITEMS)


@pytest.mark.parametrize("id", EXPECTED_ITEMS)
def test_each_source_gives_its_items_or_its_failure_in_both_polls(id: str) -> None:
    assert (_item_count(_poll(1).results[id]), _item_count(_poll(2).results[id])) == EXPECTED_ITEMS[id]


def test_only_the_two_items_without_title_or_link_are_rejected() -> None:
    """A list's item would also be rejected if its own page had no recorded response."""
    why = {
        (id, number): reject.why
        for number in (1, 2)
        for id, result in _poll(number).results.items()
        if isinstance(result, SourceReading)
        for reject in result.rejects
    }
    assert {which: text.partition(" (")[0] for which, text in why.items()} == REJECTED


def test_every_recorded_response_is_requested_in_its_poll() -> None:
    for number in (1, 2):
        available = {row["url"]: row for row in _rows() if int(row["poll"]) <= number}
        own = {url for url, row in available.items() if int(row["poll"]) == number}
        assert own - _poll(number).requested == set()
        assert _poll(number).requested - set(available) == set()


def test_every_source_has_a_response_in_both_polls() -> None:
    addresses = {s["address"] for s in _sources("demo/sources.yaml").values() if s["kind"] != "records"}
    for poll in ("1", "2"):
        assert addresses - {row["url"] for row in _rows() if row["poll"] == poll} == set()


def test_every_file_is_a_response_and_the_only_recorded_failures_are_timeouts() -> None:
    files = {str(path.relative_to(DEMO)) for path in (DEMO / "answers").rglob("*") if path.is_file()}
    assert {row["file"] for row in _rows() if row["file"] != "-"} == files
    assert {json.loads(row["headers"])["cause"] for row in _rows() if row["status"] == "-"} == {"TIMEOUT"}
    assert {row["status"] for row in _rows()} == {"200", "404", "-"}


def test_invented_titles_and_addresses_are_marked_as_examples() -> None:
    """Titles, after the publisher's prefix for the type; addresses, except those that a source watches."""
    pages = {s.page or s.address for s in _config().sources} | {s.address for s in _config().sources}
    watched = {urlsplit(page.replace("/api/content/", "/")).path for page in pages}
    for number in (1, 2):
        for result in _poll(number).results.values():
            for entry in result.entries if isinstance(result, SourceReading) else ():
                assert re.match(r"([A-Z][A-Za-z ]+: )?Example: ", entry.title), entry.title
                path = urlsplit(entry.url or "").path
                invented = re.search(r"example|/commitments/[A-Z]+99\d\d/", path, re.IGNORECASE)
                assert invented or path in watched, entry.url


def test_every_recorded_text_says_that_it_is_invented() -> None:
    """Lists have titles only; every text says that it is invented."""
    for number in (1, 2):
        for result in _poll(number).results.values():
            for entry in result.entries if isinstance(result, SourceReading) else ():
                assert not entry.content or re.search(r"Invented text|Testun enghreifftiol", entry.text), (
                    entry.title
                )


def test_the_items_of_every_recorded_feed_are_counted() -> None:
    found = [path for path in (DEMO / "answers").rglob("*") if path.suffix in {".atom", ".rss"}]
    assert {str(path.relative_to(DEMO / "answers")) for path in found} == set(FEED_ITEMS)


@pytest.mark.parametrize("name", FEED_ITEMS)
def test_another_feed_parser_finds_the_items_of_a_recorded_feed(name: str) -> None:
    feed = feedparser.parse((DEMO / "answers" / name).read_bytes())
    assert (bool(feed.bozo), len(feed.entries)) == (False, FEED_ITEMS[name])


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Document]:
    """The documents in the store after both polls, by title."""
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('demo')}/store.db") as store:
        poller = Services(config=_config(), store=store, clock=lambda: NOON[2]).poller
        sources = [source for source in poller.enabled_sources() if source.kind != "records"]
        for number in (1, 2):
            asyncio.run(poller.poll(sources, ReplayFetcher(DEMO, number), NOON[number]))
        return {document.entry.title: document for document in store.documents.all()}


def test_only_changes_of_substance_are_revisions(documents: dict[str, Document]) -> None:
    """Reply counters, cookie notices, glossaries and dates of printing or viewing are not."""
    assert {title for title, document in documents.items() if document.revision_times} == {
        "Example: progress on the National Action Plan for Open Government",
        "Example: how government publishes open data",
        "Example: participation in the Seventh UK National Action Plan for Open Government",
        "Example: what we learnt from publishing open data weekly",
        "Example: public participation in planning open government",
        "Example: Open Government in Glasgow",
    }


def test_a_document_of_several_sources_is_stored_once(documents: dict[str, Document]) -> None:
    carriers = {title: [c.source for c in document.carriers] for title, document in documents.items()}
    assert carriers["Example: progress on the National Action Plan for Open Government"] == [
        "cabinet-office",
        "cabinet-office-search",
        "govuk-papers",
    ]
    assert carriers["Example: United Kingdom Action Plan Review 2023-2025"] == [
        "irm-uk-review-2023-2025",
        "ogp-united-kingdom",
    ]
    assert carriers["Example: read-out of the UK Multi-Stakeholder Forum, 20 May 2026"] == [
        "uk-ogn",
        "uk-ogn-forum",
        "uk-ogn-uk",
    ]


def test_a_list_item_has_its_translation_and_its_closing_date(documents: dict[str, Document]) -> None:
    call = documents["Example: Seventh UK National Action Plan for Open Government: call for evidence"].entry
    wales = documents["Example: open government commitments for Wales"].entry
    code = documents["Example: a code of practice on open government"].entry
    assert [(t.language, t.title) for t in call.translations] == [
        ("cy", "Example: Seithfed Gynllun Gweithredu Cenedlaethol y DU: galwad am dystiolaeth")
    ]
    assert [t.url for t in wales.translations] == [
        "https://www.llyw.cymru/ymgynghoriad-example-ymrwymiadau-llywodraeth-agored"
    ]
    assert code.closes
    assert code.closes.at == datetime(2026, 6, 12, 16, tzinfo=UTC)


def test_only_a_document_withdrawn_before_the_first_poll_has_a_removal(
    documents: dict[str, Document],
) -> None:
    removed = {title: str(document.removal.kind) for title, document in documents.items() if document.removal}
    assert removed == {"Example: draft of a National Action Plan for Open Government": "withdrawn"}


def test_minutes_have_the_dates_of_this_and_the_next_meeting(documents: dict[str, Document]) -> None:
    minutes = documents[
        "Example: Open Government Partnership Steering Group meeting minutes: 27 May 2026"
    ].entry
    dates = {claim.what: claim.moment.at for claim in minutes.claims if claim.moment}
    assert dates == {
        "meeting held": datetime(2026, 5, 26, 23, tzinfo=UTC),
        "next meeting": datetime(2026, 6, 24, 23, tzinfo=UTC),
    }
