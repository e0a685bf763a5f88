"""Keeps by which vocabulary documents were labelled, and how the operator corrected their labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import bindparam, delete, func, select, update

from aggregator.model import Document, LabelOverride, Labels
from aggregator.store.database.engine import Subject
from aggregator.store.database.statements import rows_of, upsert
from aggregator.store.database.tables import entries, marks, tombstones
from aggregator.store.documents.queries import read_holdings


class KeptLabels(Subject):
    """Labels of documents, and the marks that win over the vocabulary."""

    def unlabelled(self, labelled_by: str) -> int:
        """How many documents bear labels by another vocabulary than the one of this fingerprint."""
        retracted = entries.c.id.in_(select(tombstones.c.entry_id))
        others = entries.c.labelled_by != labelled_by
        counted = select(func.count()).select_from(entries).where(others, ~retracted)
        return self._database.value(counted) or 0

    def to_label(self, labelled_by: str, most: int) -> tuple[Document, ...]:
        """At most `most` documents whose labels are by another vocabulary than this fingerprint's."""
        with self._database.reading() as connection:
            return read_holdings(connection, entries.c.labelled_by != labelled_by, most)

    def keep(self, labels: Mapping[str, Labels], labelled_by: str) -> None:
        """Replace the labels of documents, by id, and nothing else; an unknown id is passed over."""
        rows = [
            {"wanted": id, "labels": one, "relevance": one.relevance.value, "labelled_by": labelled_by}
            for id, one in labels.items()
        ]
        self._database.change(update(entries).where(entries.c.id == bindparam("wanted")), rows)

    def marks(self, entry_ids: Iterable[str] | None = None) -> dict[str, LabelOverride]:
        """The operator's corrections by document: of these documents, or all."""
        asked = select(marks).order_by(marks.c.entry_id)
        with self._database.reading() as connection:
            if entry_ids is None:
                return {row.entry_id: row.mark for row in connection.execute(asked)}
            return {row.entry_id: row.mark for row in rows_of(connection, asked, marks.c.entry_id, entry_ids)}

    def mark(self, entry_id: str, mark: LabelOverride | None) -> None:
        """Keep the operator's correction in place of an earlier one; None takes it back."""
        with self._database.writing() as connection:
            connection.execute(delete(marks).where(marks.c.entry_id == entry_id))
            upsert(connection, marks, [{"entry_id": entry_id, "mark": mark}] if mark else [])
