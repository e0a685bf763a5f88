"""Lists whose items have pages of their own: merged, missing or unreadable; and changed layouts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.errors import Cause
from aggregator.model import Fetched, FetchResult, NotModified, RemovalKind, Request, Selectors
from aggregator.store import open_store
from tests.services.stage import PollingBench
from tests.support.builders import NOON, make_source

HOUR = timedelta(hours=1)
LIST = "https://www.gov.wales/consultations"
SELECTORS = Selectors(
    item="li.item", title="a", link="a", details=True, labels={"Consultation ends": "closes"}
)


def listed(*names: str) -> bytes:
    items = "".join(f'<li class="item"><a href="/{name}">Example: {name}</a></li>' for name in names)
    return f"<!doctype html><html><body><main><ul>{items}</ul></main></body></html>".encode()


def detail(name: str, closes: str) -> bytes:
    row = f"<dl><dt>Consultation ends:</dt><dd>{closes}</dd></dl>"
    page = (
        f"<!doctype html><html><body><main><h1>Example: {name}</h1>{row}<p>About it.</p></main></body></html>"
    )
    return page.encode()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[PollingBench]:
    listing = make_source("wales", kind="listing", address=LIST, selectors=SELECTORS)
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        stage = PollingBench(store, (listing,))
        stage.network.content_type = "text/html; charset=utf-8"
        served = {LIST: listed("one", "two")}
        served |= {
            f"https://www.gov.wales/{n}": detail(n, "16 October 2026") for n in ("one", "two", "three")
        }
        stage.poll(NOON, served)
        yield stage


def closing(stage: PollingBench) -> dict[str, str | None]:
    dates = {title: document.entry.closes for title, document in stage.documents_by_title().items()}
    return {title: closes.at.isoformat() if closes else None for title, closes in sorted(dates.items())}


def test_a_list_and_its_pages_are_merged(stage: PollingBench) -> None:
    assert closing(stage) == {
        "Example: one": "2026-10-15T23:00:00+00:00",
        "Example: two": "2026-10-15T23:00:00+00:00",
    }
    assert stage.state("wales").items == 2


def test_an_item_whose_page_cannot_be_read_is_left_out_of_this_poll(stage: PollingBench) -> None:
    outcome = stage.poll(NOON + HOUR, {"https://www.gov.wales/one": 500})["wales"]

    assert (outcome.failure, outcome.revised, outcome.rejected) == (None, 0, 1)
    assert closing(stage)["Example: one"] == "2026-10-15T23:00:00+00:00"
    assert "its own page could not be read" in stage.state("wales").rejects[0].why


def test_a_missing_page_is_a_removal_after_two_polls(stage: PollingBench) -> None:
    for hours in (1, 5):
        stage.poll(NOON + hours * HOUR, {"https://www.gov.wales/one": 410})

    documents = stage.documents_by_title()
    assert documents["Example: one"].removal is not None
    assert documents["Example: one"].removal.kind is RemovalKind.GONE
    assert documents["Example: two"].removal is None


def test_an_extended_closing_date_is_a_revision(stage: PollingBench) -> None:
    extended = detail("one", "30 October 2026")
    outcome = stage.poll(NOON + HOUR, {"https://www.gov.wales/one": extended})["wales"]

    assert outcome.revised == 1
    assert stage.documents_by_title()["Example: one"].carriers[0].revisions[-1].parts == ("closing date",)


def test_the_pages_of_items_are_read_though_their_list_has_not_changed(stage: PollingBench) -> None:
    """The server answers 304 to the ETag of the list."""
    tagged = Fetched(
        url=LIST,
        final_url=LIST,
        status=200,
        headers={"content-type": "text/html", "etag": '"1"'},
        payload=listed("one", "two"),
    )

    async def answer(request: Request) -> FetchResult:
        return NotModified(url=LIST) if request.validators.etag else await stage.network(request)

    stage.network.responses[LIST] = tagged
    for hours, day in ((1, 16), (2, 30)):
        stage.network.responses["https://www.gov.wales/one"] = detail("one", f"{day} October 2026")
        asyncio.run(stage.poller.poll(stage.sources, answer, NOON + hours * HOUR))

    assert closing(stage)["Example: one"] == "2026-10-30T00:00:00+00:00"


def test_no_match_and_under_half_of_last_time_are_a_changed_layout(stage: PollingBench) -> None:
    names = [f"n{number}" for number in range(5)]
    stage.network.responses |= {
        f"https://www.gov.wales/{name}": detail(name, "16 October 2026") for name in names
    }
    stage.poll(NOON + HOUR, {LIST: listed("one", "two", *names)})
    half = stage.poll(NOON + 2 * HOUR, {LIST: listed("one", "two", "n0")})["wales"]
    none = stage.poll(NOON + 3 * HOUR, {LIST: b"<html><body><main><p>New!</p></main></body></html>"})["wales"]

    assert half.failure is not None
    assert (half.failure.cause, none.failure and none.failure.cause) == (Cause.LAYOUT, Cause.LAYOUT)
    assert "li.item" in half.failure.detail
    assert len(stage.documents_by_title()) == 7


def test_a_watched_page_that_is_gone_is_removed_and_its_text_stays(tmp_path: Path) -> None:
    address = "https://www.glasgow.gov.uk/article/1337/Open-Government"
    page = make_source("glasgow", kind="page", address=address)
    html = b"<!doctype html><html><body><main><h1>Example: plan</h1><p>Words.</p></main></body></html>"
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        stage = PollingBench(store, (page,))
        stage.network.content_type = "text/html"
        never = stage.poll(NOON, {address: 404})["glasgow"]
        stage.poll(NOON + HOUR, {address: html})
        stage.poll(NOON + 2 * HOUR, {address: 404})
        stage.poll(NOON + 6 * HOUR, {address: 404})

        document = stage.documents_by_title()["Example: plan"]
        assert never.failure is not None
        assert document.removal is not None
        assert document.removal.kind is RemovalKind.MISSING
        assert "Words." in document.entry.text


FINDER = "https://consultations.example.org/consultation_finder/?st=open"


def cards(first: int, after: int) -> bytes:
    card = '<li class="dss-card"><h2><a href="/d/{0}/">Example {0}</a></h2></li>'
    shown = "".join(card.format(n) for n in range(first, after))
    return f'<!doctype html><html><body><ul id="consultations">{shown}</ul></body></html>'.encode()


def test_every_page_of_a_list_is_read_before_the_limit_cuts_off_pages_of_items(tmp_path: Path) -> None:
    """Like Northern Ireland's finder: 107 consultations on four pages (September 2026), but 50 requests in
    all."""
    site = make_source("site", kind="citizenspace", address=FINDER)

    dates = '<p class="cs-consultation-sidebar-primary-date">Closes 29 Oct 2026</p>'
    consultation = f"<!doctype html><html><body><main>{dates}</main></body></html>".encode()
    served = {f"{FINDER}&b_start={n}": cards(n, min(n + 30, 107)) for n in (30, 60, 90)}
    served |= {f"https://consultations.example.org/d/{n}/": consultation for n in range(107)}
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        stage = PollingBench(store, (site,))
        stage.network.content_type = "text/html"
        stage.poll(NOON, {**served, FINDER: cards(0, 30)})

        looked_up = [title for title, document in stage.documents_by_title().items() if document.entry.closes]
        assert len(stage.documents_by_title()) == 107
        assert len(stage.network.requested_urls) == 50
        assert len(looked_up) == 46
        assert {f"Example {n}" for n in range(30)} <= set(looked_up)


def test_a_list_of_which_a_page_fails_is_not_read_at_all(tmp_path: Path) -> None:
    site = make_source("site", kind="citizenspace", address=FINDER)
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        stage = PollingBench(store, (site,))
        stage.network.content_type = "text/html"
        outcome = stage.poll(NOON, {FINDER: cards(0, 30), f"{FINDER}&b_start=30": 503})["site"]

        assert (outcome.failure and outcome.failure.url) == f"{FINDER}&b_start=30"
        assert stage.documents_by_title() == {}
