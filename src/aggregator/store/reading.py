"""Reads documents in bulk: one statement for each question, however many documents answer it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Text,
    and_,
    func,
    select,
    true,
    type_coerce,
    union,
)

from aggregator.model import Carrier, Entry, Holding, Mark, Relevance, Revision, SourceState, Window
from aggregator.store.codec import to_text
from aggregator.store.tables import carriers, entries, marks, revisions, source_states, tombstones

CHUNK: Final = 500
"""Ids in one statement; SQLite before 3.32 takes no more than 999 (https://www.sqlite.org/limits.html, 9)."""

HELD: Final = (
    entries.c.id,
    entries.c.entry,
    entries.c.labels,
    entries.c.first_seen,
    entries.c.updated,
    entries.c.backlog,
    entries.c.removed.label("taken_away"),
)
TOLD: Final = (
    carriers.c.entry_id,
    carriers.c.source_id,
    carriers.c.entry.label("told"),
    carriers.c.first_seen.label("told_since"),
    carriers.c.backlog.label("told_as_backlog"),
    carriers.c.told_at,
    carriers.c.last_seen.label("told_last"),
    carriers.c.vanishing,
    carriers.c.removed,
    carriers.c.before,
    revisions.c.number,
    revisions.c.entry.label("said"),
    revisions.c.seen_at,
    revisions.c.parts,
    revisions.c.note,
    revisions.c.payload_sha256,
    revisions.c.last_seen.label("said_last"),
)
NEWEST_FIRST: Final = (entries.c.dated.desc(), entries.c.id.desc())
FIRST_TELLER_FIRST: Final = (carriers.c.first_seen, carriers.c.source_id, revisions.c.number)


def read_holdings(
    connection: Connection, wanted: ColumnElement[bool], limit: int | None = None
) -> tuple[Holding, ...]:
    """The documents that are `wanted`, newest first; of those, no more than `limit`."""
    if limit is not None:
        newest = select(entries.c.id).where(wanted).order_by(*NEWEST_FIRST).limit(limit)
        wanted = entries.c.id.in_(newest)
    statement = (
        select(*HELD, *TOLD)
        .outerjoin_from(entries, carriers)
        .outerjoin(revisions)
        .where(wanted, entries.c.id.not_in(select(tombstones.c.entry_id)))
        .order_by(*NEWEST_FIRST, *FIRST_TELLER_FIRST)
    )
    rows: Iterable[Row[Any]] = connection.execute(statement)
    return tuple(_holding(list(group)) for _, group in groupby(rows, attrgetter("id")))


def read_carriers(connection: Connection, entry_ids: Iterable[str]) -> dict[tuple[str, str], Carrier]:
    """What every source tells of these documents, by document and source; the first teller first."""
    told = (one for chunk in chunks(entry_ids) for one in _carriers(connection.execute(_told_of(chunk))))
    return {(carrier.entry.id, carrier.source): carrier for carrier in told}


def chunks(values: Iterable[str]) -> Iterator[list[str]]:
    """Each value once, as many at a time as one statement may name."""
    wanted = sorted(set(values))
    return (wanted[start : start + CHUNK] for start in range(0, len(wanted), CHUNK))


def read_held(connection: Connection, entry_ids: Iterable[str]) -> dict[str, tuple[datetime, Entry]]:
    """When each of these documents was first seen, and what it is; those that are not held are left out."""
    asked = select(entries.c.id, entries.c.first_seen, entries.c.entry)
    found = (
        row for chunk in chunks(entry_ids) for row in connection.execute(asked.where(entries.c.id.in_(chunk)))
    )
    return {row.id: (row.first_seen, row.entry) for row in found}


def read_state(connection: Connection, source_id: str) -> SourceState:
    """What is known of a source; an empty state when nothing is."""
    statement = select(source_states.c.state).where(source_states.c.source_id == source_id)
    state: SourceState | None = connection.execute(statement).scalar()
    return state or SourceState(source=source_id)


def read_carried(connection: Connection, source_id: str) -> tuple[Carrier, ...]:
    """Every document that a source carries, by id, without their revisions."""
    statement = select(carriers).where(carriers.c.source_id == source_id).order_by(carriers.c.entry_id)
    return tuple(
        Carrier(
            entry=row.entry,
            first_seen=row.first_seen,
            backlog=row.backlog,
            revisions=(),
            last_seen=row.last_seen,
            vanishing=row.vanishing,
            removed=row.removed,
            told_at=None if row.told_at == row.first_seen else row.told_at,
            before=row.before,
        )
        for row in connection.execute(statement)
    )


def read_listed(connection: Connection, source_id: str) -> frozenset[str]:
    """The ids of the documents that the last poll of a source saw."""
    mine = carriers.c.source_id == source_id
    last = select(func.max(carriers.c.last_seen)).where(mine).scalar_subquery()
    statement = select(carriers.c.entry_id).where(mine, carriers.c.last_seen == last)
    return frozenset(connection.scalars(statement))


def read_marks(connection: Connection, entry_ids: Iterable[str]) -> dict[str, Mark]:
    """The operator's corrections of these documents, as far as there are any."""
    rows = (
        row
        for chunk in chunks(entry_ids)
        for row in connection.execute(select(marks).where(marks.c.entry_id.in_(chunk)))
    )
    return {row.entry_id: row.mark for row in rows}


def read_to_label(connection: Connection, labelled_by: str, most: int) -> tuple[Holding, ...]:
    """At most `most` documents whose labels are not by this vocabulary, the newest first."""
    return read_holdings(connection, entries.c.labelled_by != labelled_by, most)


def chosen(body: str | None, relevance: Relevance | None, since: datetime | None) -> ColumnElement[bool]:
    """The condition for what `Store.holdings` is asked; None asks nothing."""
    asked = [
        entries.c.body == body if body is not None else None,
        entries.c.relevance == relevance.value if relevance is not None else None,
        entries.c.dated >= since if since is not None else None,
    ]
    return and_(true(), *(condition for condition in asked if condition is not None))


def is_news(window: Window) -> ColumnElement[bool]:
    """The condition for what is new or was revised in the window; backlog is news only when it is revised."""
    fresh = select(entries.c.id).where(entries.c.backlog.is_(False), _within(entries.c.first_seen, window))
    revised = select(revisions.c.entry_id).where(revisions.c.number > 1, _within(revisions.c.seen_at, window))
    return entries.c.id.in_(union(fresh, revised))


def is_stirred(window: Window) -> ColumnElement[bool]:
    """The condition for what any source told anything of in the window, be it news or not."""
    told = select(carriers.c.entry_id).where(_within(carriers.c.told_at, window))
    revised = select(revisions.c.entry_id).where(_within(revisions.c.seen_at, window))
    return entries.c.id.in_(union(told, revised))


def is_closing(window: Window) -> ColumnElement[bool]:
    """The condition for what closes in the window, by the first instant of its closing date."""
    closes = func.json_extract(type_coerce(entries.c.entry, Text), "$.closes.at")
    return and_(closes >= to_text(window.start), closes < to_text(window.end))


def _within(column: ColumnElement[datetime], window: Window) -> ColumnElement[bool]:
    return and_(column >= window.start, column < window.end)


def _told_of(ids: list[str]) -> Select[Any]:
    return (
        select(*TOLD)
        .join_from(carriers, revisions)
        .where(carriers.c.entry_id.in_(ids))
        .order_by(carriers.c.entry_id, *FIRST_TELLER_FIRST)
    )


def _holding(rows: list[Row[Any]]) -> Holding:
    held = rows[0]
    told = [row for row in rows if row.source_id is not None]
    return Holding(
        entry=held.entry,
        labels=held.labels,
        carriers=tuple(_carriers(told)),
        first_seen=held.first_seen,
        updated=held.updated,
        backlog=held.backlog,
        removed=held.taken_away,
    )


def _carriers(rows: Iterable[Row[Any]]) -> Iterator[Carrier]:
    for _, group in groupby(rows, attrgetter("entry_id", "source_id")):
        yield _carrier(list(group))


def _carrier(rows: list[Row[Any]]) -> Carrier:
    told = rows[0]
    return Carrier(
        entry=told.told,
        first_seen=told.told_since,
        backlog=told.told_as_backlog,
        revisions=tuple(
            Revision(
                entry=row.said,
                number=row.number,
                seen_at=row.seen_at,
                parts=row.parts,
                note=row.note,
                payload_sha256=row.payload_sha256,
                last_seen=row.said_last,
            )
            for row in rows
        ),
        last_seen=told.told_last,
        vanishing=told.vanishing,
        removed=told.removed,
        told_at=None if told.told_at == told.told_since else told.told_at,
        before=told.before,
    )
