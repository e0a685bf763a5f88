"""Keeps documents as their carriers add up to, with our own dates; and answers which there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, func, select, true, type_coerce, union

from aggregator.model import Document, Entry, Relevance, Retraction, Window
from aggregator.store.database.codec import to_text
from aggregator.store.database.engine import Subject
from aggregator.store.database.statements import rows_of
from aggregator.store.database.tables import aliases, carriers, entries, revisions, tombstones
from aggregator.store.documents.merging import join_documents
from aggregator.store.documents.names import give_names
from aggregator.store.documents.queries import read_holdings
from aggregator.store.documents.retraction import retract


class Documents(Subject):
    """Every document that we hold; those that were retracted are answered by `retractions` alone."""

    def all(
        self,
        *,
        body: str | None = None,
        relevance: Relevance | None = None,
        since: datetime | None = None,
        limit: int | None = None,
    ) -> tuple[Document, ...]:
        """Documents, newest first by their own date (by `first_seen` where they have none), then by id.

        `since` goes by the same date; None asks nothing.
        """
        asked = [
            entries.c.body == body if body is not None else true(),
            entries.c.relevance == relevance.value if relevance is not None else true(),
            entries.c.dated >= since if since is not None else true(),
        ]
        return self._found(and_(*asked), limit)

    def one(self, entry_id: str) -> Document | None:
        """One document, by its id or that of another one which turned out to be it; None for unknown ids."""
        joined = select(aliases.c.entry_id).where(aliases.c.name == entry_id).limit(1).scalar_subquery()
        return next(iter(self._found(entries.c.id == func.coalesce(joined, entry_id))), None)

    def news(self, window: Window) -> tuple[Document, ...]:
        """What was first seen in the window and is no backlog, and what was revised in it; newest first."""
        fresh = select(entries.c.id).where(
            entries.c.backlog.is_(False), _within(entries.c.first_seen, window)
        )
        revised = select(revisions.c.entry_id).where(
            revisions.c.number > 1, _within(revisions.c.seen_at, window)
        )
        return self._found(entries.c.id.in_(union(fresh, revised)))

    def stirred(self, window: Window) -> tuple[Document, ...]:
        """What any source told anything of in the window, be it news or not; newest first."""
        told = select(carriers.c.entry_id).where(_within(carriers.c.told_at, window))
        revised = select(revisions.c.entry_id).where(_within(revisions.c.seen_at, window))
        return self._found(entries.c.id.in_(union(told, revised)))

    def closing(self, window: Window) -> tuple[Document, ...]:
        """What closes in the window, by the first instant of its closing date; newest first."""
        closes = func.json_extract(type_coerce(entries.c.entry, Text), "$.closes.at")
        return self._found(and_(closes >= to_text(window.start), closes < to_text(window.end)))

    def held(self, entry_ids: Iterable[str]) -> dict[str, tuple[datetime, Entry]]:
        """Those of the documents that are held: when each was first seen, and what it is."""
        asked = select(entries.c.id, entries.c.first_seen, entries.c.entry)
        with self._database.reading() as connection:
            rows = rows_of(connection, asked, entries.c.id, entry_ids)
            return {row.id: (row.first_seen, row.entry) for row in rows}

    def hold(self, holdings: Sequence[Document], labelled_by: str = "") -> None:
        """Keep documents as their carriers add up to; the carriers themselves are what `apply` kept.

        `labelled_by` is the fingerprint of the vocabulary that the labels are by.
        """
        self._database.put(entries, *(_row(holding, labelled_by) for holding in holdings))

    def join(self, gone: str, stays: str) -> None:
        """Make one document of two: every word on `gone` moves to `stays`, which must be held anew before the
        transaction ends. The id `gone` is never used again, and leads to `stays` from now on."""
        with self._database.writing() as connection:
            join_documents(connection, gone, stays)

    # ---------------------------------------------------------------- retraction
    def retract(self, entry_id: str, why: str, at: datetime) -> bool:
        """Take a document's words out of the store for good; False when nobody holds it.

        Its id, address, dates and the reason stay as a tombstone, and no poll brings the words back.
        """
        with self._database.writing() as connection:
            done = retract(connection, entry_id, why, at)
        if done:
            # The log beside the file would keep the words until it is written over.
            self._database.checkpoint()
        return done

    def silence(self, entry_id: str, tombstone: str) -> None:
        """Retract a document, too, since it is the one that was retracted as `tombstone`."""
        first_seen, _ = self.held([entry_id])[entry_id]
        with self._database.writing() as connection:
            row = connection.execute(select(tombstones).where(tombstones.c.entry_id == tombstone)).one()
            self.retract(entry_id, row.why, row.at)
            give_names(connection, entry_id, tombstone, first_seen)

    def retracted(self, entry_ids: Iterable[str]) -> frozenset[str]:
        """Those of the documents that were retracted, and must not be told again."""
        return frozenset(entry_ids) & frozenset(self._database.values(select(tombstones.c.entry_id)))

    def retractions(self) -> tuple[Retraction, ...]:
        """Every document that was retracted, the oldest first."""
        rows = self._database.rows(select(tombstones).order_by(tombstones.c.at, tombstones.c.entry_id))
        return tuple(Retraction(id=row.entry_id, at=row.at, why=row.why) for row in rows)

    def _found(self, wanted: ColumnElement[bool], limit: int | None = None) -> tuple[Document, ...]:
        with self._database.reading() as connection:
            return read_holdings(connection, wanted, limit)


def _within(column: ColumnElement[datetime], window: Window) -> ColumnElement[bool]:
    return and_(column >= window.start, column < window.end)


def _row(holding: Document, labelled_by: str) -> dict[str, Any]:
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
