"""Responses of GOV.UK's APIs, and what the kind `govuk` reads from them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.errors import SourceError
from aggregator.model import Fetched, ParsedPage, RawEntry, Request
from aggregator.parse import reader_for
from tests.parse.answers import CASES
from tests.support.builders import make_source

GOVUK = "https://www.gov.uk"
DATA = f"{GOVUK}/api/content"
SEARCH = f"{GOVUK}/api/search.json?filter_organisations=cabinet-office&order=-public_timestamp&count=100"
PLAN = "/government/publications/participation-in-the-seventh-uk-national-action-plan-for-open-government"
CALL = "/government/calls-for-evidence/seventh-uk-national-action-plan-for-open-government-call-for-evidence"
COLLECTION = "/government/collections/uk-national-action-plans-for-open-government"


def read_at(address: str, payload: bytes, watched: str | None = None) -> ParsedPage:
    """The page read from `address`, for a source with the address `watched` (None: the same)."""
    fetched = Fetched(url=address, final_url=address, status=200, headers={}, payload=payload)
    return reader_for("govuk").read(make_source(kind="govuk", address=watched or address), fetched)


def case(name: str) -> bytes:
    return (CASES / "govuk" / name).read_bytes()


def document(name: str, path: str) -> RawEntry:
    (entry,) = read_at(DATA + path, case(name)).entries
    return entry


def refused(address: str, payload: bytes) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read_at(address, payload)
    return caught.value


def look_up(path: str) -> Request:
    """The expected request for the data of the page at `path`."""
    return Request(
        url=DATA + path,
        pause=timedelta(milliseconds=100),
        accept="application/json",
        about=GOVUK + path,
    )
