"""Stores the labels of documents, the vocabulary that gave them, and the operator's label overrides."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import and_, bindparam, delete, func, select, update

from aggregator.model import Document, LabelOverride, Labels
from aggregator.store.database.engine import Repository
from aggregator.store.database.statements import select_in_chunks, upsert
from aggregator.store.database.tables import documents, label_overrides, tombstones
from aggregator.store.documents.queries import read_documents


class DocumentLabels(Repository):
    """Labels by document, and the overrides that win over the vocabulary."""

    def count_outdated(self, vocabulary_fingerprint: str) -> int:
        """Count the documents whose labels another vocabulary than this one gave."""
        is_retracted = documents.c.id.in_(select(tombstones.c.document_id))
        is_outdated = documents.c.vocabulary_fingerprint != vocabulary_fingerprint
        query = select(func.count()).select_from(documents).where(is_outdated, ~is_retracted)
        return self._database.scalar(query) or 0

    def with_outdated_labels(
        self, vocabulary_fingerprint: str, limit: int, without: Collection[str] = ()
    ) -> tuple[Document, ...]:
        """Return at most `limit` documents whose labels another vocabulary than this one gave.

        Those with the ids `without` are left out.
        """
        is_outdated = documents.c.vocabulary_fingerprint != vocabulary_fingerprint
        where = and_(is_outdated, documents.c.id.not_in(without))
        with self._database.read_transaction() as connection:
            return read_documents(connection, where, limit).readable

    def save(self, labels: Mapping[str, Labels], vocabulary_fingerprint: str) -> None:
        """Replace the labels of documents, by id, and nothing else; an unknown id is ignored."""
        rows = [
            {
                "key_document": id,
                "labels": one,
                "relevance": one.relevance.value,
                "vocabulary_fingerprint": vocabulary_fingerprint,
            }
            for id, one in labels.items()
        ]
        self._database.execute(update(documents).where(documents.c.id == bindparam("key_document")), rows)

    def overrides(self, document_ids: Iterable[str] | None = None) -> dict[str, LabelOverride]:
        """Return the operator's label overrides by document: of these documents, or all."""
        query = select(label_overrides).order_by(label_overrides.c.document_id)
        with self._database.read_transaction() as connection:
            rows = (
                connection.execute(query)
                if document_ids is None
                else select_in_chunks(connection, query, label_overrides.c.document_id, document_ids)
            )
            return {row.document_id: row.override for row in rows}

    def set_override(self, document_id: str, override: LabelOverride | None) -> None:
        """Save the operator's label override in place of an earlier one; None deletes it."""
        with self._database.write_transaction() as connection:
            connection.execute(delete(label_overrides).where(label_overrides.c.document_id == document_id))
            rows = [{"document_id": document_id, "override": override}] if override else []
            upsert(connection, label_overrides, rows)
