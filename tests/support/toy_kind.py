"""An example of a new kind of source: a list in plain text, one document a line (`/path Title`)."""

from __future__ import annotations

from urllib.parse import urljoin

from aggregator.model import Fetched, ParsedPage, RawEntry, Request, Source


def request(source: Source, address: str) -> Request:
    """A plain request."""
    return Request(url=address, pause=source.pause, accept="text/plain")


def read(source: Source, fetched: Fetched) -> ParsedPage:
    """Every line as an item."""
    items = (line.partition(" ") for line in fetched.payload.decode().splitlines())
    return ParsedPage(
        entries=tuple(
            RawEntry(item_name=path, link=urljoin(fetched.final_url, path), title=title)
            for path, _, title in items
        )
    )
