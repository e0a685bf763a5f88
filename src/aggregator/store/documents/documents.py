"""Stores documents as combined from their carriers, with our own dates, and selects them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, case, func, select, true, type_coerce, union

from aggregator.model import Document, Entry, Relevance, Retraction, Window
from aggregator.store.database.codec import to_text
from aggregator.store.database.engine import Repository
from aggregator.store.database.statements import select_in_chunks
from aggregator.store.database.tables import carriers, document_names, documents, revisions, tombstones
from aggregator.store.documents.merging import merge_documents
from aggregator.store.documents.names import move_names
from aggregator.store.documents.queries import StoredDocuments, damaged_columns, read_documents
from aggregator.store.documents.retraction import retract


class Documents(Repository):
    """Every document. Retracted ones are returned by `retractions` only."""

    def all(
        self,
        *,
        body: str | None = None,
        relevance: Relevance | None = None,
        since: datetime | None = None,
        limit: int | None = None,
    ) -> tuple[Document, ...]:
        """Return documents, newest first by their own date (`first_seen` where they have none), then by id.

        `since` compares the same date. None leaves a condition out.
        """
        conditions = [
            documents.c.body == body if body is not None else true(),
            documents.c.relevance == relevance.value if relevance is not None else true(),
            documents.c.sort_date >= since if since is not None else true(),
        ]
        return self._select(and_(*conditions), limit)

    def all_with_damaged(self) -> StoredDocuments:
        """Return every document, newest first, and those that cannot be read and are left out elsewhere."""
        with self._database.read_transaction() as connection:
            return read_documents(connection, true())

    def damage_of(self, document_id: str) -> tuple[str, ...]:
        """Return the columns of a document that cannot be read; none if it can, or is unknown."""
        with self._database.read_transaction() as connection:
            return read_documents(connection, documents.c.id == document_id).damaged.get(document_id, ())

    def count(self) -> int:
        """Count every document, retracted ones too."""
        return self._database.scalar(select(func.count()).select_from(documents)) or 0

    def get(self, document_id: str) -> Document | None:
        """Return a document by its id or that of a document merged into it; None for an unknown id."""
        merged_into = (
            select(document_names.c.document_id)
            .where(document_names.c.name == document_id)
            .limit(1)
            .scalar_subquery()
        )
        return next(iter(self._select(documents.c.id == func.coalesce(merged_into, document_id))), None)

    def with_updates(self, window: Window) -> tuple[Document, ...]:
        """Return what was first seen in the window (backlog apart) or revised in it; newest first."""
        is_new = select(documents.c.id).where(
            documents.c.backlog.is_(False), _within(documents.c.first_seen, window)
        )
        is_revised = select(revisions.c.document_id).where(
            revisions.c.number > 1, _within(revisions.c.seen_at, window)
        )
        return self._select(documents.c.id.in_(union(is_new, is_revised)))

    def with_carrier_changes(self, window: Window) -> tuple[Document, ...]:
        """Return the documents whose entry at any source changed in the window; newest first.

        More than `with_updates`: backlog and restated entries are in it.
        """
        changed = select(carriers.c.document_id).where(_within(carriers.c.changed_at, window))
        revised = select(revisions.c.document_id).where(_within(revisions.c.seen_at, window))
        return self._select(documents.c.id.in_(union(changed, revised)))

    def closing_in(self, window: Window) -> tuple[Document, ...]:
        """Return what closes in the window, by the first instant of its closing date; newest first."""
        # In the JSON, since only this query needs it. SQLite raises for what is no JSON.
        text = type_coerce(documents.c.entry, Text)
        closes = case((func.json_valid(text) == 1, func.json_extract(text, "$.closes.at")))
        return self._select(and_(closes >= to_text(window.start), closes < to_text(window.end)))

    def stored_entries(self, document_ids: Iterable[str]) -> dict[str, tuple[datetime, Entry]]:
        """Return when each of the documents was first seen, and its entry; no unknown or damaged ones."""
        query = select(documents.c.id, documents.c.first_seen, documents.c.entry)
        with self._database.read_transaction() as connection:
            rows = select_in_chunks(connection, query, documents.c.id, document_ids)
            return {row.id: (row.first_seen, row.entry) for row in rows if not damaged_columns([row])}

    def save(self, changed: Sequence[Document], vocabulary_fingerprint: str = "") -> None:
        """Save documents as combined from their carriers; the carriers themselves are saved by `apply`.

        The fingerprint is that of the vocabulary that gave the labels.
        """
        self._database.upsert(documents, *(_row(document, vocabulary_fingerprint) for document in changed))

    def merge(self, duplicate_id: str, into: str) -> None:
        """Move the carriers and names of one document to another, and delete it.

        The caller must save the document `into` anew before the transaction ends. The id of the duplicate is
        never used again, and finds `into` from now on.
        """
        with self._database.write_transaction() as connection:
            merge_documents(connection, duplicate_id, into)

    # ---------------------------------------------------------------- retraction
    def retract(self, document_id: str, reason: str, at: datetime) -> bool:
        """Delete a document's text from the store for good; return False for an unknown document.

        Its id, address, dates and the reason stay as a tombstone, and no poll brings the text back.
        """
        with self._database.write_transaction() as connection:
            done = retract(connection, document_id, reason, at)
        if done:
            # Otherwise the write-ahead log would have the text until it is overwritten by chance.
            self._database.checkpoint()
        return done

    def retract_duplicate(self, document_id: str, retracted_id: str) -> None:
        """Retract a document because it is the same one as `retracted_id`, for the same reason."""
        first_seen, _ = self.stored_entries([document_id])[document_id]
        with self._database.write_transaction() as connection:
            query = select(tombstones).where(tombstones.c.document_id == retracted_id)
            tombstone = connection.execute(query).one()
            # Names move afterwards: `retract` reads the former ids of this document.
            self.retract(document_id, tombstone.reason, tombstone.retracted_at)
            move_names(connection, document_id, retracted_id, first_seen)

    def retracted_ids(self, document_ids: Iterable[str]) -> frozenset[str]:
        """Return those of the ids whose documents were retracted, and must not be saved again."""
        return frozenset(document_ids) & frozenset(self._database.column(select(tombstones.c.document_id)))

    def retractions(self) -> tuple[Retraction, ...]:
        """Return every retraction, the oldest first."""
        query = select(tombstones).order_by(tombstones.c.retracted_at, tombstones.c.document_id)
        return tuple(
            Retraction(id=row.document_id, at=row.retracted_at, why=row.reason)
            for row in self._database.rows(query)
        )

    def _select(self, where: ColumnElement[bool], limit: int | None = None) -> tuple[Document, ...]:
        with self._database.read_transaction() as connection:
            return read_documents(connection, where, limit).readable


def _within(column: ColumnElement[datetime], window: Window) -> ColumnElement[bool]:
    return and_(column >= window.start, column < window.end)


def _row(document: Document, vocabulary_fingerprint: str) -> dict[str, Any]:
    return {
        "id": document.entry.id,
        "key": document.entry.key,
        "body": document.entry.body,
        "relevance": document.labels.relevance.value,
        "backlog": document.backlog,
        "first_seen": document.first_seen,
        "updated": _to_second(document.updated),
        "sort_date": _to_second(document.dated.at) if document.dated else document.first_seen,
        "entry": document.entry,
        "labels": document.labels,
        "vocabulary_fingerprint": vocabulary_fingerprint,
        "removal": document.removal,
    }


def _to_second(instant: datetime) -> datetime:
    # A publisher's time may have fractions. The finest precision of a Moment is the second.
    return instant.replace(microsecond=0)
