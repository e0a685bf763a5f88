"""Recorded responses of GOV.UK's APIs, compared with what a person read in the raw file.

They are stored beside the project, not in it, so these tests run only where that folder exists.
"""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from aggregator.model import Fetched, ParsedPage
from aggregator.parse import reader_for
from tests.parse.answers import SAMPLES
from tests.parse.govuk.captured_consultations import CONSULTATIONS
from tests.parse.govuk.captured_news import NEWS_STORIES
from tests.parse.govuk.captured_row import GOVUK, Row
from tests.support.builders import make_source

DATA = f"{GOVUK}/api/content"
FOLDER = SAMPLES / "captures/govuk_content_api"
SEARCH = SAMPLES / "captures/govuk_search_api/api_search.json_q-tax_vehicle-tax_doc-example.json"
MODEL = SAMPLES / "models/govuk_search.json"

TABLE = {**CONSULTATIONS, **NEWS_STORIES}

RECORDED = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="recorded answers are kept beside the project, not in it"
)


def read(address: str, payload: bytes) -> ParsedPage:
    fetched = Fetched(url=address, final_url=address, status=200, headers={}, payload=payload)
    return reader_for("govuk").read(make_source(kind="govuk", address=address), fetched)


@RECORDED
def test_every_recorded_document_is_in_the_table() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(TABLE)


@RECORDED
@pytest.mark.parametrize("name", TABLE)
def test_a_recorded_document_is_read_as_a_person_reads_it(name: str) -> None:
    row = TABLE[name]
    page = read(DATA + row.path, (FOLDER / f"{name}.json").read_bytes())
    (entry,) = page.entries
    attachments = [link for link in entry.links if link.rel == "enclosure"]
    assert row == Row(
        path=(entry.link or "").removeprefix(GOVUK),
        title=entry.title,
        type=entry.type,
        published=entry.published,
        updated=entry.updated,
        opens=entry.opens,
        closes=entry.closes,
        state=entry.removal.kind if entry.removal else None,
        since=entry.removal.at if entry.removal else None,
        notes=len(entry.notes),
        note=entry.notes[0].text if entry.notes else None,
        translations=tuple((str(t.language), t.href.removeprefix(GOVUK)) for t in entry.translations),
        attachments=tuple((link.href, str(link.type), link.length) for link in attachments),
        categories=entry.categories,
        language=str(entry.language),
        members=len(page.next_requests),
    )


@RECORDED
@pytest.mark.parametrize("name", TABLE)
def test_the_technical_date_of_a_recorded_document_changes_nothing(name: str) -> None:
    address = DATA + TABLE[name].path
    raw = (FOLDER / f"{name}.json").read_bytes()
    touched = json.dumps({**json.loads(raw), "updated_at": "2030-01-01T00:00:00Z"}).encode()
    assert read(address, touched) == read(address, raw)


@RECORDED
def test_the_recorded_search_is_read_and_leads_on() -> None:
    page = read(f"{GOVUK}/api/search.json?q=tax", SEARCH.read_bytes())
    (entry,) = page.entries
    assert (entry.title, entry.link) == ("Tax your vehicle", "https://www.gov.uk/vehicle-tax")
    assert (entry.updated, entry.type) == ("2017-12-07T12:54:39Z", None)
    assert entry.categories == ("Driver and Vehicle Licensing Agency",)
    assert [request.url for request in page.next_requests] == [
        "https://www.gov.uk/api/content/vehicle-tax",
    ]
    assert {request.pause for request in page.next_requests} == {timedelta(milliseconds=100)}


@RECORDED
def test_the_model_of_a_search_is_read() -> None:
    page = read(f"{GOVUK}/api/search.json?filter_organisations=cabinet-office&count=100", MODEL.read_bytes())
    (entry,) = page.entries
    assert (entry.title, entry.type) == ("EXAMPLE consultation", "Open consultation")
    assert entry.link == "https://www.gov.uk/government/consultations/example-consultation"
    assert entry.closes == "2026-05-25T17:00:00.000+01:00"
    assert entry.categories == ("Cabinet Office",)
