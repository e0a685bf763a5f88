"""Fetched payloads, and what the stages make of them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from aggregator.errors import Cause, SourceError
from aggregator.model import Fetched, FetchedPart, ParsedPage
from aggregator.parse import reader_for
from tests.support.builders import make_source

CASES: Final = Path(__file__).parent / "cases"
SAMPLES: Final = Path(__file__).parents[3] / "shared" / "samples"
ADDRESS: Final = "https://news.example.org/feed/"


def answer(payload: bytes, content_type: str | None = None) -> Fetched:
    """A successful fetch of ADDRESS with this payload."""
    headers = {} if content_type is None else {"content-type": content_type}
    return Fetched(url=ADDRESS, final_url=ADDRESS, status=200, headers=headers, payload=payload)


def read_feed(payload: str | bytes, content_type: str | None = None) -> ParsedPage:
    """The page that the kind `feed` reads from a payload."""
    raw = payload.encode() if isinstance(payload, str) else payload
    return reader_for("feed").read(make_source(), answer(raw, content_type))


def read_case(name: str) -> ParsedPage:
    """The page that the kind `feed` reads from a file in `cases`."""
    return read_feed((CASES / name).read_bytes())


def refused(payload: str | bytes, content_type: str | None = None) -> SourceError:
    """The error with which the kind `feed` refuses a payload."""
    with pytest.raises(SourceError) as caught:
        read_feed(payload, content_type)
    return caught.value


def cause_of(payload: bytes) -> Cause | None:
    """Why a payload is refused; None if it is read. Any other exception is a bug and is raised."""
    try:
        read_feed(payload)
    except SourceError as error:
        return error.cause
    return None


def read_records(**files: str | bytes) -> ParsedPage:
    """The page that the kind `records` reads from these files. `__` in a name is a hyphen; .md is added."""
    parts = tuple(
        FetchedPart(
            name=name.replace("__", "-") + ("" if "." in name else ".md"),
            payload=text.encode() if isinstance(text, str) else text,
        )
        for name, text in files.items()
    )
    fetched = Fetched(
        url="file:records/", final_url="file:records/", status=200, headers={}, payload=b"", parts=parts
    )
    return reader_for("records").read(make_source(kind="records"), fetched)
