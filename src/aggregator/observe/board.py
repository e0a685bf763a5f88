"""The board: each process on a day, and each body's last record, its age, and whether we could look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from aggregator.model import (
    Board,
    BoardRow,
    Body,
    Document,
    ReadStatus,
    Register,
    SourceState,
    SourceWithState,
)
from aggregator.model.days import day_of
from aggregator.model.kinds import KINDS
from aggregator.observe.process import process_line
from aggregator.observe.state.as_of import polled_by, register_at, sources_at
from aggregator.observe.state.process_state import certainly_public

EMPTY_REGISTER = Register()


def build_board(
    bodies: Mapping[str, Body],
    sources: Sequence[SourceWithState],
    documents: Iterable[Document],
    *,
    at: datetime,
    zone: ZoneInfo,
    register: Register = EMPTY_REGISTER,
    as_known: bool = False,
) -> Board:
    """The state of each process, and of each body that has a source of its own or a holding, at `at`.

    Nothing is used that was not public by then. With `as_seen` nothing is used of the register that we had
    not read by then, and no source that we had not asked; `holdings` are then those of that instant
    (`carriers_at`).
    Lines stand in the order of `bodies`. A body counts by itself: what a child body publishes is no word
    of its parent. A line's age and its reading are told apart, so that a poll that failed is never taken
    for silence. Days are those of `zone`.
    """
    all_documents = tuple(documents)
    sources_then = sources_at(polled_by(sources, at) if as_known else sources, at)
    official_sources, public = defaultdict(list), defaultdict(list)
    for source in sources_at(sources, at):
        if KINDS[source.source.kind].official:
            official_sources[source.source.body].append(source)
    for document in all_documents:
        if certainly_public(document, at, zone):
            public[document.entry.body].append(document)
    shown = (body for body in bodies.values() if body.id in official_sources or body.id in public)
    known_register = register_at(register, at, zone) if as_known else register
    return Board(
        at=at,
        rows=tuple(_body_row(body, official_sources[body.id], public[body.id], at, zone) for body in shown),
        processes=tuple(
            process_line(process, known_register, bodies, sources_then, all_documents, at, zone)
            for process in known_register.processes
        ),
        record_criteria=known_register.record_criteria.asks,
    )


def _body_row(
    body: Body,
    sources: Sequence[SourceWithState],
    documents: Sequence[Document],
    at: datetime,
    zone: ZoneInfo,
) -> BoardRow:
    last = _last_record(documents, at)
    last_on = day_of(last.dated.at, zone) if last and last.dated else None
    reading, since = _reading(sources)
    return BoardRow(
        body=body,
        last=last,
        last_on=last_on,
        days=(day_of(at, zone) - last_on).days if last_on else None,
        read_status=reading,
        since=since,
    )


def _last_record(documents: Iterable[Document], at: datetime) -> Document | None:
    """The newest by its own date. A date still to come is no record; a coarse one counts by its first day."""
    records = (
        (document.dated.at, document.entry.id, document)
        for document in documents
        if document.labels.relevant and document.dated and document.dated.at <= at
    )
    newest = max(records, key=lambda record: record[:2], default=None)
    return newest[2] if newest else None


def _reading(sources: Iterable[SourceWithState]) -> tuple[ReadStatus, datetime | None]:
    states = [line.state for line in sources if line.source.enabled]
    if not states:
        return ReadStatus.NOT_READ_YET, None
    if any(state.last_read and not state.failure for state in states):
        return ReadStatus.READ, None
    return ReadStatus.FAILING, _unreadable_since(states)


def _unreadable_since(states: Iterable[SourceState]) -> datetime | None:
    """Since when no source of a body could be read: since the last one that used to answer stopped.

    Where none ever answered it is the first time that we tried in vain, and None before any was asked.
    """
    stopped = [state.failing_since for state in states if state.failing_since and state.last_read]
    never_answered = [state.failing_since for state in states if state.failing_since and not state.last_read]
    return max(stopped) if stopped else min(never_answered, default=None)
