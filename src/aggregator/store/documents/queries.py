"""Makes documents and carriers of rows: one statement for each question, however many rows answer it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, select

from aggregator.model import Carrier, Document, Revision
from aggregator.store.database.statements import rows_of
from aggregator.store.database.tables import carriers, entries, revisions, tombstones

HELD: Final = (
    entries.c.id,
    entries.c.entry,
    entries.c.labels,
    entries.c.first_seen,
    entries.c.updated,
    entries.c.backlog,
    entries.c.removed.label("taken_away"),
)
CARRIED: Final = (
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
)
REVISED: Final = (
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

TOLD: Final[Select[Any]] = (
    select(*CARRIED, *REVISED)
    .join_from(carriers, revisions)
    .order_by(carriers.c.entry_id, *FIRST_TELLER_FIRST)
)
"""Carriers with their revisions; what `carriers_from` reads."""


def read_holdings(
    connection: Connection, wanted: ColumnElement[bool], limit: int | None = None
) -> tuple[Document, ...]:
    """The documents that are `wanted`, newest first; of those, no more than `limit`."""
    if limit is not None:
        newest = select(entries.c.id).where(wanted).order_by(*NEWEST_FIRST).limit(limit)
        wanted = entries.c.id.in_(newest)
    statement = (
        select(*HELD, *CARRIED, *REVISED)
        .outerjoin_from(entries, carriers)
        .outerjoin(revisions)
        .where(wanted, entries.c.id.not_in(select(tombstones.c.entry_id)))
        .order_by(*NEWEST_FIRST, *FIRST_TELLER_FIRST)
    )
    rows: Iterable[Row[Any]] = connection.execute(statement)
    return tuple(_holding(list(group)) for _, group in groupby(rows, attrgetter("id")))


def read_carriers(connection: Connection, entry_ids: Iterable[str]) -> list[Carrier]:
    """What every source tells of these documents, by document; the first teller first."""
    return list(carriers_from(rows_of(connection, TOLD, carriers.c.entry_id, entry_ids)))


def carriers_from(rows: Iterable[Row[Any]]) -> Iterator[Carrier]:
    """The carriers in rows of `TOLD`."""
    for _, group in groupby(rows, attrgetter("entry_id", "source_id")):
        told = list(group)
        yield carrier(told[0], tuple(_revision(row) for row in told))


def carrier(row: Row[Any], revisions: tuple[Revision, ...] = ()) -> Carrier:
    """The carrier in a row of `CARRIED`."""
    return Carrier(
        entry=row.told,
        first_seen=row.told_since,
        backlog=row.told_as_backlog,
        revisions=revisions,
        last_seen=row.told_last,
        vanishing=row.vanishing,
        removed=row.removed,
        told_at=None if row.told_at == row.told_since else row.told_at,
        before=row.before,
    )


def _revision(row: Row[Any]) -> Revision:
    return Revision(
        entry=row.said,
        number=row.number,
        seen_at=row.seen_at,
        parts=row.parts,
        note=row.note,
        payload_sha256=row.payload_sha256,
        last_seen=row.said_last,
    )


def _holding(rows: list[Row[Any]]) -> Document:
    held = rows[0]
    return Document(
        entry=held.entry,
        labels=held.labels,
        carriers=tuple(carriers_from(row for row in rows if row.source_id is not None)),
        first_seen=held.first_seen,
        updated=held.updated,
        backlog=held.backlog,
        removed=held.taken_away,
    )
