"""Makes a damaged document readable again from what is left of it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from sqlalchemy import Connection, select

from aggregator.errors import StoreError
from aggregator.model import Entry
from aggregator.store.database.codec import Damaged
from aggregator.store.database.statements import RowValues, upsert
from aggregator.store.database.tables import carriers, documents, revisions


def repair_carriers(connection: Connection, document_id: str) -> None:
    """Replace the damaged values of a document's carriers and revisions.

    A damaged entry becomes the next one that its source had, or else the one before; what else is damaged
    goes. The document itself has to be combined again. Raises StoreError if nothing of a source can be read.
    """
    of_carriers, of_revisions = _rows(connection, document_id)
    by_source = {
        source: list(group) for source, group in groupby(of_revisions, lambda row: str(row["source_id"]))
    }
    for row in of_carriers:
        of_source = by_source.get(row["source_id"], [])
        entries = [*(one["entry"] for one in of_source), row["entry"]]
        entry = _nearest(entries, len(of_source), document_id)
        upsert(connection, carriers, [_repaired(row, entry) | {"entry": entry}])
        fixed = (
            _repaired(one, None) | {"entry": _nearest(entries, n, document_id)}
            for n, one in enumerate(of_source)
        )
        upsert(connection, revisions, [one | {"parts": one["parts"] or ()} for one in fixed])


def any_entry(connection: Connection, document_id: str) -> Entry:
    """Return an entry of a document that can be read: the document's own, or the latest of any source.

    Raises StoreError if there is none.
    """
    own = connection.execute(select(documents).where(documents.c.id == document_id)).mappings()
    of_carriers, of_revisions = _rows(connection, document_id)
    for row in (*own, *of_carriers, *reversed(of_revisions)):
        if isinstance(row["entry"], Entry):
            return row["entry"]
    raise _unreadable(document_id)


def _rows(connection: Connection, document_id: str) -> tuple[Sequence[RowValues], Sequence[RowValues]]:
    """Return the rows of the document's carriers, and those of its revisions in their order."""
    of_carriers, of_revisions = (
        [dict(row) for row in connection.execute(query).mappings()]
        for query in (
            select(carriers).where(carriers.c.document_id == document_id).order_by(carriers.c.source_id),
            select(revisions)
            .where(revisions.c.document_id == document_id)
            .order_by(revisions.c.source_id, revisions.c.number),
        )
    )
    return of_carriers, of_revisions


def _repaired(row: RowValues, entry: Entry | None) -> RowValues:
    """Return the row without its damaged values; whether the document is gone, its entry says too."""
    removal = entry.removal if entry else None
    return {
        name: (removal if name == "removal" else None) if isinstance(value, Damaged) else value
        for name, value in row.items()
    }


def _nearest(entries: Sequence[Entry | Damaged], at: int, document_id: str) -> Entry:
    """Return the entry at this place; if it is damaged, the next one that is not, or the one before."""
    for entry in (*entries[at:], *reversed(entries[:at])):
        if isinstance(entry, Entry):
            return entry
    raise _unreadable(document_id)


def _unreadable(document_id: str) -> StoreError:
    return StoreError(
        f"nothing of document {document_id} can be read in the store: put a backup in its place with "
        "`aggregator restore BACKUP --new`"
    )
