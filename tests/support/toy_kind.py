"""A kind of source as somebody might add one: a list in plain text, a line a document (`/path Title`)."""

from __future__ import annotations

from urllib.parse import urljoin

from aggregator.model import Fetched, Page, RawEntry, Request, Source


def request(source: Source, address: str) -> Request:
    """One plain request."""
    return Request(url=address, pause=source.pause, accept="text/plain")


def read(source: Source, fetched: Fetched) -> Page:
    """Every line as an item."""
    items = (line.partition(" ") for line in fetched.payload.decode().splitlines())
    return Page(
        entries=tuple(
            RawEntry(where=path, link=urljoin(fetched.final_url, path), title=title)
            for path, _, title in items
        )
    )
