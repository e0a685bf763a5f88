"""Whatever GOV.UK or Citizen Space send is read or refused, without other exceptions or long waits."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import Cause, SourceError
from aggregator.model import Fetched
from aggregator.parse import reader_for
from tests.parse.answers import CASES
from tests.support.builders import make_source
from tests.support.examples import examples
from tests.support.time_limits import A_TENTH_OR_WHOLE, is_within

ADDRESSES = (
    ("govuk", "https://www.gov.uk/api/search.json?q=open+government"),
    ("govuk", "https://www.gov.uk/api/content/government/news/example"),
    ("citizenspace", "https://consult.gov.scot/api/2.3/json_search_results?st=open"),
    ("citizenspace", "https://consult.gov.scot/consultation_finder/?st=open"),
    ("citizenspace", "https://consult.gov.scot/mental-health/example-code/"),
)
RECORDED = sorted([*(CASES / "govuk").iterdir(), *(CASES / "citizenspace").iterdir()])


def causes(payload: bytes) -> list[Cause | None]:
    """Why each kind refuses the payload at each of its addresses; None if it is read."""
    return [cause_of(kind, address, payload) for kind, address in ADDRESSES]


def cause_of(kind: str, address: str, payload: bytes) -> Cause | None:
    fetched = Fetched(url=address, final_url=address, status=200, headers={}, payload=payload)
    watched = make_source(kind=kind, address=ADDRESSES[1][1] if kind == "govuk" else ADDRESSES[2][1])
    try:
        reader_for(kind).read(watched, fetched)
    except SourceError as error:
        return error.cause
    return None


@given(st.binary(max_size=1_000))
def test_any_bytes_are_read_or_refused(payload: bytes) -> None:
    causes(payload)


KEY_NAMES = """
    results link title _id public_timestamp latest_change_note organisations total base_path details links
    documents available_translations withdrawn_notice schema_name redirects destination path locale parent
    document_type attachments url content_type final_outcome_documents change_history note body
    collection_groups public_updated_at id status startdate enddate overview department
"""
KEYS = st.sampled_from(KEY_NAMES.split())
ODD = st.sampled_from(
    [
        *("", "/", "//", "http://[", "javascript:1", "/a\ud800", "\x00", "<a", "&#xd800;"),
        *("gone", "redirect", "html_publication", "working_group", "2026-01-01T00:00:00Z"),
        "<section><h2 class=title><a href='/x'>x",
    ]
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), ODD, st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=6)),
    max_leaves=30,
)


@examples(300)
@given(VALUES)
def test_any_json_with_the_keys_of_the_publishers_is_read_or_refused(value: object) -> None:
    causes(json.dumps(value).encode())


PLACE = st.floats(min_value=0, max_value=1, exclude_max=True)


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.name)
@examples(15, few=4)
@given(end=PLACE, flips=st.lists(st.tuples(PLACE, st.integers(0, 255)), max_size=20))
def test_an_answer_cut_anywhere_or_with_flipped_bytes_is_read_or_refused(
    path: Path, end: float, flips: list[tuple[float, int]]
) -> None:
    payload = path.read_bytes()
    causes(payload[: int(end * len(payload))])
    flipped = bytearray(payload)
    for place, byte in flips:
        flipped[int(place * len(payload))] = byte
    causes(bytes(flipped))


PIECE = "<section class='attachment'><h2 class='title'><a href='/a.pdf'>" + "<b>" * 3_000
DOCUMENT = '{"base_path": "/a", "details": {"documents": [%s]}}'
CARD = "<li class='dss-card'><h2><a href='/a/'>Example</a></h2>"


def slow(part: int) -> dict[str, str]:
    """Payloads of 10 MB, or of a part of that, that take a careless parser long."""
    return {
        "deep": "[" * (400_000 // part),
        "deep keys": '{"results":' * (400_000 // part),
        "many": "[" * (9_000_000 // part),
        "digits": '{"results": [' + "9" * (9_000_000 // part) + "]}",
        "results": '{"results": [' + '{"link":"/a","title":"b"},' * (249_000 // part) + "{}]}",
        "consultations": "[" + '{"url":"/a","title":"b"},' * (249_000 // part) + "{}]",
        "notes": '{"base_path": "/a", "details": {"change_history": ['
        + '{"note":"&amp;"},' * (499_000 // part)
        + "{}]}}",
        "members": '{"base_path": "/a", "links": {"documents": ['
        + '{"base_path":"/b"},' * (499_000 // part)
        + "{}]}}",
        "pieces": DOCUMENT % ", ".join([json.dumps(PIECE)] * (1_000 // part)),
        "cards": "<ul id='consultations'>" + CARD * (25_000 // part),
        "nested": "<ul id='consultations'><li class='dss-card'>" * (70_000 // part),
        "no": "<p>" + "no " * (3_000_000 // part),
        "opened": "<p>" + "opened " * (1_400_000 // part),
    }


@A_TENTH_OR_WHOLE
@pytest.mark.parametrize("what", slow(1_000))
def test_what_is_made_to_take_long_takes_less_than_ten_seconds(what: str, part: int) -> None:
    payload = slow(part)[what].encode()
    assert len(payload) <= 10_000_000
    for kind, address in ADDRESSES:
        start = time.process_time()
        cause_of(kind, address, payload)
        assert is_within(time.process_time() - start, 10 / part), address
