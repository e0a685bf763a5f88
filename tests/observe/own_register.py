"""The project's own records and registers as the board sees them, first read at noon on 23 November 2026."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from aggregator.classify import Labeller, combine_carriers
from aggregator.config import Config, load_config
from aggregator.model import (
    Board,
    Carrier,
    Document,
    Entry,
    Fetched,
    FetchedPart,
    ProcessReport,
    Revision,
    SourceState,
    SourceWithState,
)
from aggregator.normalise import normalise
from aggregator.observe import build_board, carriers_at
from aggregator.parse import reader_for
from tests.support.builders import LONDON

ROOT = Path(__file__).parents[2]
READ = datetime(2026, 11, 23, 12, tzinfo=UTC)
LAST = datetime(2026, 12, 1, 12, tzinfo=UTC)


@cache
def config() -> Config:
    """The project's own."""
    return load_config()


@cache
def labeller() -> Labeller:
    """By the project's own vocabulary."""
    return Labeller(config().vocabulary, {source.id: source for source in config().sources})


@cache
def records() -> tuple[Document, ...]:
    """Every record of records/, through the real rooms."""
    source = next(source for source in config().sources if source.kind == "records")
    parts = tuple(
        FetchedPart(name=path.name, payload=path.read_bytes())
        for path in sorted((ROOT / "records").glob("*.md"))
    )
    answer = Fetched(url="records/", final_url="records/", status=200, headers={}, payload=b"", parts=parts)
    raws = reader_for("records").read(source, answer).entries
    return tuple(held(entry) for entry in normalise(source, "records/", raws, now=READ).entries)


def held(entry: Entry, first_seen: datetime = READ) -> Document:
    """A document that one source told of, first at `first_seen`."""
    first = Revision(entry=entry, number=1, seen_at=first_seen)
    carrier = Carrier(
        entry=entry, first_seen=first_seen, backlog=True, revisions=(first,), last_seen=first_seen
    )
    return combine_carriers([carrier], labeller().label)


def sources(first: datetime = READ, last: datetime = LAST) -> tuple[SourceWithState, ...]:
    """The project's own sources, all first read at `first` and last at `last`."""
    return tuple(
        SourceWithState(
            source=source,
            state=SourceState(source=source.id, last_polled=last, last_read=last, first_read=first),
        )
        for source in config().sources
    )


def whole_board(
    at: datetime,
    holdings: Sequence[Document] | None = None,
    lines: Sequence[SourceWithState] | None = None,
    *,
    as_seen: bool = False,
) -> Board:
    """The board of the project's own records at `at`."""
    known = records() if holdings is None else holdings
    if as_seen:
        then = [replace(one, carriers=carriers_at(one.carriers, at)) for one in known]
        known = [combine_carriers(one.carriers, labeller().label) for one in then if one.carriers]
    told = sources() if lines is None else lines
    return build_board(
        config().bodies, told, known, at=at, zone=LONDON, register=config().register, as_known=as_seen
    )


def line(found: Board, process: str) -> ProcessReport:
    """One process of a board."""
    return next(one for one in found.processes if one.process.id == process)
