"""The sources of `sources.yaml`, and what the HTML kinds read from their sample pages."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from aggregator.config.sources_file import load_sources
from aggregator.config.yaml_files.schema import ConfigIssues
from aggregator.errors import SourceError
from aggregator.model import Entry, Fetched, ParsedPage, Source
from aggregator.normalise import normalise
from aggregator.parse import reader_for
from tests.support.builders import NOON

CASES: Final = Path(__file__).parents[1] / "cases"
SHIPPED: Final = {
    source.id: source
    for source in load_sources(Path(__file__).parents[3] / "sources.yaml", {}, ConfigIssues())
}


def fetched(payload: str | bytes, url: str, final_url: str | None = None, **headers: str) -> Fetched:
    """A successful fetch of `url`."""
    raw = payload.encode() if isinstance(payload, str) else payload
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fetched(url=url, final_url=final_url or url, status=200, headers=named, payload=raw)


def read(source: Source, payload: str | bytes, url: str | None = None, **headers: str) -> ParsedPage:
    """The page that the source's kind reads from `url`, by default its address."""
    return reader_for(source.kind).read(source, fetched(payload, url or source.address, **headers))


def refused(source: Source, payload: str | bytes, url: str | None = None) -> SourceError:
    """The error with which the source's kind refuses a payload."""
    with pytest.raises(SourceError) as caught:
        read(source, payload, url)
    return caught.value


def case(kind: str, name: str) -> str:
    """A sample."""
    return (CASES / kind / f"{name}.html").read_text(encoding="utf-8")


def entries(source: Source, page: ParsedPage) -> tuple[Entry, ...]:
    """The items of a page, normalised."""
    return normalise(source, source.address, page.entries, now=NOON).entries


def entry(source: Source, payload: str) -> Entry:
    """The one item of a watched page, normalised."""
    [found] = entries(source, read(source, payload))
    return found
