"""Builds the board of a day: a report on each process, and each body's last record and its age."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
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
from aggregator.model.days import day_of, first_day
from aggregator.model.kinds import KINDS
from aggregator.observe.process import report_process
from aggregator.observe.state.as_of import sources_at
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
) -> Board:
    """The board at `at`: every process, and every body with a source of its own or a document.

    Uses nothing that was not public by then. For a board of what we knew, or of documents as they were, give
    it what `state/as_of.py` makes of the inputs.

    Rows are in the order of `bodies`. A body counts by itself: a document of a child body is not one of its
    parent. Days are those of `zone`.
    """
    all_documents = tuple(documents)
    sources_then = sources_at(sources, at)
    official_sources, public = defaultdict(list), defaultdict(list)
    for source in sources_then:
        # Our own records and the network's pages do not show whether the body itself could be read.
        if KINDS[source.source.kind].official:
            official_sources[source.source.body].append(source)
    for document in all_documents:
        if certainly_public(document, at, zone):
            public[document.entry.body].append(document)
    shown = (body for body in bodies.values() if body.id in official_sources or body.id in public)
    return Board(
        at=at,
        rows=tuple(_body_row(body, official_sources[body.id], public[body.id], at, zone) for body in shown),
        processes=tuple(
            report_process(process, register, bodies, sources_then, all_documents, at, zone)
            for process in register.processes
        ),
        record_criteria=register.record_criteria.asks,
    )


def _body_row(
    body: Body,
    sources: Sequence[SourceWithState],
    documents: Sequence[Document],
    at: datetime,
    zone: ZoneInfo,
) -> BoardRow:
    last = _last_record(documents, at)
    last_on = _day_of_document(last, zone) if last else None
    # Age and read status are separate, so that a failed poll never looks like silence.
    read_status, since = _read_status(sources)
    return BoardRow(
        body=body,
        last=last,
        last_on=last_on,
        days=(day_of(at, zone) - last_on).days if last_on else None,
        read_status=read_status,
        since=since,
        no_later=last is not None and last.dated is None,
    )


def _day_of_document(document: Document, zone: ZoneInfo) -> date:
    return first_day(document.dated, zone) if document.dated else day_of(document.first_seen, zone)


def _last_record(documents: Iterable[Document], at: datetime) -> Document | None:
    """The newest by its own date, else by our first sight: it came out no later.

    Future dates do not count; a month or year counts by its first day.
    """
    relevant = (document for document in documents if document.labels.relevant)
    dated = ((one.dated.at if one.dated else one.first_seen, one) for one in relevant)
    # With the id, so that of two documents of one instant the same one is always the last.
    records = ((instant, one.entry.id, one) for instant, one in dated if instant <= at)
    newest = max(records, key=lambda record: record[:2], default=None)
    return newest[2] if newest else None


def _read_status(sources: Iterable[SourceWithState]) -> tuple[ReadStatus, datetime | None]:
    states = [polled.state for polled in sources if polled.source.enabled]
    if not states:
        return ReadStatus.NOT_READ_YET, None
    # One source that can be read is enough: a new record would show there.
    if any(state.last_read and not state.failure for state in states):
        return ReadStatus.READ, None
    return ReadStatus.FAILING, _unreadable_since(states)


def _unreadable_since(states: Iterable[SourceState]) -> datetime | None:
    """Since when no source of a body could be read: since the last of those that used to answer failed.

    Where none has ever answered, since the first failure; None before the first poll.
    """
    failing = [state.failing_since for state in states if state.failing_since and state.last_read]
    never_answered = [state.failing_since for state in states if state.failing_since and not state.last_read]
    return max(failing) if failing else min(never_answered, default=None)
