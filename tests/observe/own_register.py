"""Boards of the project's own records and register, first read at noon UTC on 23 November 2026."""

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
    LastReading,
    ProcessReport,
    Revision,
    SourceState,
    SourceWithState,
)
from aggregator.normalise import normalise
from aggregator.observe import BoardInputs, build_board, known_at
from aggregator.parse import reader_for
from tests.support.builders import LONDON

ROOT = Path(__file__).parents[2]
FIRST_READ_AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
LAST_READ_AT = datetime(2026, 12, 1, 12, tzinfo=UTC)


@cache
def config() -> Config:
    """The project's own configuration."""
    return load_config()


@cache
def labeller() -> Labeller:
    """A labeller with the project's own vocabulary."""
    return Labeller(config().vocabulary, {source.id: source for source in config().sources})


@cache
def own_records() -> tuple[Document, ...]:
    """Every record of records/, read by the real packages."""
    source = next(source for source in config().sources if source.kind == "records")
    parts = tuple(
        FetchedPart(name=path.name, payload=path.read_bytes())
        for path in sorted((ROOT / "records").glob("*.md"))
    )
    response = Fetched(url="records/", final_url="records/", status=200, headers={}, payload=b"", parts=parts)
    items = reader_for("records").read(source, response).entries
    return tuple(
        own_document(entry) for entry in normalise(source, "records/", items, now=FIRST_READ_AT).entries
    )


def own_document(entry: Entry, first_seen: datetime = FIRST_READ_AT) -> Document:
    """A document with one carrier, first seen at `first_seen`."""
    first = Revision(entry=entry, number=1, seen_at=first_seen)
    carrier = Carrier(
        entry=entry, first_seen=first_seen, backlog=True, revisions=(first,), last_seen=first_seen
    )
    return combine_carriers([carrier], labeller().label)


def own_sources(
    first: datetime = FIRST_READ_AT, last: datetime = LAST_READ_AT
) -> tuple[SourceWithState, ...]:
    """The project's own sources, all first read at `first` and last at `last`."""
    return tuple(
        SourceWithState(
            source=source,
            state=SourceState(
                source=source.id, last_polled=last, last_read=last, first_read=first, read_whole_at=last
            ),
        )
        for source in config().sources
    )


def read_whole_until(polled: SourceWithState, at: datetime) -> SourceWithState:
    """The source as one that gave its whole text at `at`, or at the beginning of the outage of that time."""
    stopped = next((outage.since for outage in polled.outages if outage.since <= at < outage.until), at)
    last = min(stopped, polled.state.last_read or stopped)
    return replace(polled, last_reading=LastReading(at=last, whole=last))


def own_board(
    at: datetime,
    documents: Sequence[Document] | None = None,
    sources: Sequence[SourceWithState] | None = None,
    *,
    as_known: bool = False,
) -> Board:
    """The board at `at`, of the project's own records and sources unless others are given."""
    used_documents = own_records() if documents is None else documents
    used_sources = own_sources() if sources is None else sources
    inputs = BoardInputs(
        bodies=config().bodies,
        sources=tuple(read_whole_until(one, at) for one in used_sources),
        documents=tuple(used_documents),
        register=config().register,
    )
    if as_known:
        inputs = known_at(inputs, at, LONDON, lambda carriers: combine_carriers(carriers, labeller().label))
    return build_board(
        inputs.bodies, inputs.sources, inputs.documents, at=at, zone=LONDON, register=inputs.register
    )


def report_on(board: Board, process: str) -> ProcessReport:
    """The report of a board on one process."""
    return next(one for one in board.processes if one.process.id == process)
