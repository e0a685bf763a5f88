"""How values become rows, and how rows are put into tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.sqlite import insert

from aggregator.model import Carrier, Holding


def upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or replace those whose key is there already."""
    if not rows:
        return
    statement = insert(table)
    rest = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
    connection.execute(statement.on_conflict_do_update(index_elements=table.primary_key, set_=rest), rows)


def insert_once(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert a row, or leave the one whose key is there already as it is; whether it is new."""
    return bool(connection.execute(insert(table).on_conflict_do_nothing(), row).rowcount)


def carrier_row(carrier: Carrier) -> dict[str, Any]:
    """What a source tells of a document, as its row."""
    return {
        "entry_id": carrier.entry.id,
        "source_id": carrier.source,
        "first_seen": carrier.first_seen,
        "backlog": carrier.backlog,
        "told_at": carrier.since,
        "entry": carrier.entry,
        "last_seen": carrier.last_seen or carrier.first_seen,
        "vanishing": carrier.vanishing,
        "removed": carrier.removed,
        "before": carrier.before,
    }


def revision_rows(carrier: Carrier, before: Carrier | None) -> list[dict[str, Any]]:
    """The rows of the revisions that were not there `before`."""
    kept = len(before.revisions) if before else 0
    return [
        {
            "entry_id": carrier.entry.id,
            "source_id": carrier.source,
            "number": revision.number,
            "seen_at": revision.seen_at,
            "parts": revision.parts,
            "entry": revision.entry,
            "note": revision.note,
            "payload_sha256": revision.payload_sha256,
            "last_seen": revision.last_seen,
        }
        for revision in carrier.revisions[kept:]
    ]


def entry_row(holding: Holding, labelled_by: str) -> dict[str, Any]:
    """A document as its row."""
    return {
        "id": holding.entry.id,
        "key": holding.entry.key,
        "body": holding.entry.body,
        "relevance": holding.labels.relevance.value,
        "backlog": holding.backlog,
        "first_seen": holding.first_seen,
        "updated": _to_second(holding.updated),
        "dated": _to_second(holding.dated.at) if holding.dated else holding.first_seen,
        "entry": holding.entry,
        "labels": holding.labels,
        "labelled_by": labelled_by,
        "removed": holding.removed,
    }


def _to_second(instant: datetime) -> datetime:
    """A publisher's own time may carry fractions; the finest precision of a Moment is the second."""
    return instant.replace(microsecond=0)
