"""Reads documents and carriers from rows: one statement for each question, however many rows it returns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, select

from aggregator.errors import StoreError
from aggregator.model import Carrier, Document, Revision
from aggregator.store.database.codec import Damaged
from aggregator.store.database.statements import select_in_chunks
from aggregator.store.database.tables import carriers, documents, revisions, tombstones

# Three tables are joined in one row, so columns of the same name need labels.
DOCUMENT_COLUMNS: Final = (
    documents.c.id,
    documents.c.entry,
    documents.c.labels,
    documents.c.first_seen,
    documents.c.updated,
    documents.c.backlog,
    documents.c.removal.label("document_removal"),
)
CARRIER_COLUMNS: Final = (
    carriers.c.document_id,
    carriers.c.source_id,
    carriers.c.entry.label("carrier_entry"),
    carriers.c.first_seen.label("carrier_first_seen"),
    carriers.c.backlog.label("carrier_backlog"),
    carriers.c.changed_at,
    carriers.c.last_seen.label("carrier_last_seen"),
    carriers.c.pending_removal,
    carriers.c.removal,
    carriers.c.previous_entry,
    carriers.c.pending_revision,
    carriers.c.newest_updated,
)
REVISION_COLUMNS: Final = (
    revisions.c.number,
    revisions.c.entry.label("revision_entry"),
    revisions.c.seen_at,
    revisions.c.parts,
    revisions.c.note,
    revisions.c.payload_sha256,
    revisions.c.last_seen.label("revision_last_seen"),
)
NEWEST_FIRST: Final = (documents.c.sort_date.desc(), documents.c.id.desc())
FIRST_CARRIER_FIRST: Final = (carriers.c.first_seen, carriers.c.source_id, revisions.c.number)

# The rows that `to_carriers` reads.
CARRIERS_WITH_REVISIONS: Final[Select[Any]] = (
    select(*CARRIER_COLUMNS, *REVISION_COLUMNS)
    .join_from(carriers, revisions)
    .order_by(carriers.c.document_id, *FIRST_CARRIER_FIRST)
)


@dataclass(frozen=True, slots=True)
class StoredDocuments:
    """The documents that can be read, and for each other one the columns that are damaged, by id."""

    readable: tuple[Document, ...]
    damaged: Mapping[str, tuple[str, ...]]


def read_documents(
    connection: Connection, where: ColumnElement[bool], limit: int | None = None
) -> StoredDocuments:
    """Return the documents that meet the condition, newest first, at most `limit`; no retracted ones."""
    if limit is not None:
        # In a subquery: the rows of the query itself are one for each revision, not for each document.
        newest = select(documents.c.id).where(where).order_by(*NEWEST_FIRST).limit(limit)
        where = documents.c.id.in_(newest)
    query = (
        select(*DOCUMENT_COLUMNS, *CARRIER_COLUMNS, *REVISION_COLUMNS)
        .outerjoin_from(documents, carriers)
        .outerjoin(revisions)
        .where(where, documents.c.id.not_in(select(tombstones.c.document_id)))
        .order_by(*NEWEST_FIRST, *FIRST_CARRIER_FIRST)
    )
    rows: Iterable[Row[Any]] = connection.execute(query)
    readable, damaged = list[Document](), dict[str, tuple[str, ...]]()
    for id, group in groupby(rows, attrgetter("id")):
        of_document = list(group)
        if columns := damaged_columns(of_document):
            damaged[id] = columns
        else:
            readable.append(_to_document(of_document))
    return StoredDocuments(tuple(readable), damaged)


def damaged_columns(rows: Iterable[Row[*tuple[Any, ...]]]) -> tuple[str, ...]:
    """Return the columns in which one of the rows has a value that cannot be read."""
    found = (name for row in rows for name, value in row._mapping.items() if isinstance(value, Damaged))
    return tuple(dict.fromkeys(found))


def read_carriers(connection: Connection, document_ids: Iterable[str]) -> list[Carrier]:
    """Return every carrier of these documents with its revisions, by document, the first carrier first.

    Raises StoreError for a damaged one: it must not be written over.
    """
    rows = select_in_chunks(connection, CARRIERS_WITH_REVISIONS, carriers.c.document_id, document_ids)
    return list(to_carriers(rows))


def read_undamaged_carriers(
    connection: Connection, document_ids: Iterable[str]
) -> dict[str, tuple[Carrier, ...]]:
    """Return the carriers of each of these documents; a document of which any is damaged has no key."""
    ids = dict.fromkeys(document_ids, ())
    rows = select_in_chunks(connection, CARRIERS_WITH_REVISIONS, carriers.c.document_id, ids)
    by_document: dict[str, tuple[Carrier, ...]] = dict(ids)
    for id, group in groupby(rows, attrgetter("document_id")):
        of_document = list(group)
        if damaged_columns(of_document):
            del by_document[id]
        else:
            by_document[id] = tuple(to_carriers(of_document))
    return by_document


def to_carriers(rows: Iterable[Row[Any]]) -> Iterator[Carrier]:
    """Make carriers of rows of `CARRIERS_WITH_REVISIONS`, one row for each revision.

    Raises StoreError for a damaged one.
    """
    # groupby needs the rows of a carrier side by side: every query here sorts by document and source.
    for (id, source), group in groupby(rows, attrgetter("document_id", "source_id")):
        of_carrier = list(group)
        if columns := damaged_columns(of_carrier):
            raise StoreError(
                f"document {id} by {source} is damaged in the store ({', '.join(columns)}): "
                f"run `aggregator documents repair {id}`, then this again"
            )
        yield to_carrier(of_carrier[0], tuple(_to_revision(row) for row in of_carrier))


def to_carrier(row: Row[Any], revisions: tuple[Revision, ...] = ()) -> Carrier:
    """Make a carrier of a row of `CARRIER_COLUMNS`."""
    return Carrier(
        entry=row.carrier_entry,
        first_seen=row.carrier_first_seen,
        backlog=row.carrier_backlog,
        revisions=revisions,
        last_seen=row.carrier_last_seen,
        pending_removal=row.pending_removal,
        removal=row.removal,
        # A carrier that never changed has no date of change in the model; the column has one for queries.
        changed_at=None if row.changed_at == row.carrier_first_seen else row.changed_at,
        previous_entry=row.previous_entry,
        pending_revision=row.pending_revision,
        newest_updated=row.newest_updated,
    )


def _to_revision(row: Row[Any]) -> Revision:
    return Revision(
        entry=row.revision_entry,
        number=row.number,
        seen_at=row.seen_at,
        parts=row.parts,
        note=row.note,
        payload_sha256=row.payload_sha256,
        last_seen=row.revision_last_seen,
    )


def _to_document(rows: list[Row[Any]]) -> Document:
    row = rows[0]
    return Document(
        entry=row.entry,
        labels=row.labels,
        # A document that nobody carries is one row without a source.
        carriers=tuple(to_carriers(row for row in rows if row.source_id is not None)),
        first_seen=row.first_seen,
        updated=row.updated,
        backlog=row.backlog,
        removal=row.document_removal,
    )
