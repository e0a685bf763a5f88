"""Writes: one transaction in which what a poll brought is kept whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from aggregator.model import Carrier, Change, Holding, Labels, Mark, SourceState, Vanishing
from aggregator.store.reading import (
    read_aliases,
    read_carried,
    read_holdings,
    read_listed,
    read_marks,
    read_state,
    read_tellings,
    read_to_label,
)
from aggregator.store.tables import aliases, carriers, entries, marks, revisions, source_states, tombstones
from aggregator.store.telling import Telling, listen


class Transaction:
    """What can be done inside `with store.writing()`; nothing of it is seen by others before the end."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def carriers(self, entry_ids: Iterable[str]) -> dict[str, tuple[Carrier, ...]]:
        """All carriers of each of these documents with all their revisions, the first teller first.

        Every id that was asked for is there; nobody carries an unknown one.
        """
        found: dict[str, tuple[Carrier, ...]] = dict.fromkeys(entry_ids, ())
        for (entry_id, _), telling in read_tellings(self._connection, found).items():
            found[entry_id] += (telling.carrier,)
        return found

    def state(self, source_id: str) -> SourceState:
        """What is known of a source; an empty state when nothing is."""
        return read_state(self._connection, source_id)

    def apply(self, changes: Sequence[Change]) -> None:
        """Keep what sources told; each new or revised word is a revision, a restated one is not.

        Applied in the order of `seen_at`, and for equal instants in the order given. The same change twice
        is one change. A document whose carriers change must be held, too, before the transaction ends.
        """
        known = read_tellings(self._connection, {change.entry.id for change in changes})
        told = dict(known)
        for change in sorted(changes, key=lambda change: change.seen_at):
            where = (change.entry.id, change.entry.source)
            told[where] = listen(told.get(where), change)
        moved = [where for where, telling in told.items() if telling != known.get(where)]
        upsert(self._connection, carriers, [_carrier_row(told[where]) for where in moved])
        added = [row for where in moved for row in _revision_rows(told[where], known.get(where))]
        if added:
            # Not an upsert: what was once said is never written over.
            self._connection.execute(insert(revisions), added)
        self._end_revisions([told[where].carrier for where in moved if where in known])

    def carried(self, source_id: str) -> tuple[Carrier, ...]:
        """Every document that a source carries, by id, without their revisions."""
        return read_carried(self._connection, source_id)

    def listed(self, source_id: str) -> frozenset[str]:
        """The ids of the documents that the last poll of a source saw."""
        return read_listed(self._connection, source_id)

    def seen(self, source_id: str, entry_ids: Iterable[str], now: datetime) -> None:
        """Keep that these documents of the source were seen at `now`, as they stand."""
        statement = (
            update(carriers)
            .where(carriers.c.source_id == source_id, carriers.c.entry_id == bindparam("wanted"))
            .values(last_seen=now)
        )
        rows = [{"wanted": id} for id in entry_ids]
        if rows:
            self._connection.execute(statement, rows)

    def vanish(self, source_id: str, looks: Mapping[str, Vanishing | None]) -> None:
        """Keep first looks at documents of the source that were taken away; None: it is there again."""
        statement = (
            update(carriers)
            .where(carriers.c.source_id == source_id, carriers.c.entry_id == bindparam("wanted"))
            .values(vanishing=bindparam("look"))
        )
        rows = [{"wanted": id, "look": look} for id, look in looks.items()]
        if rows:
            self._connection.execute(statement, rows)

    def retracted(self, entry_ids: Iterable[str]) -> frozenset[str]:
        """Those of the documents that were retracted, and must not be told again."""
        gone = self._connection.scalars(select(tombstones.c.entry_id))
        return frozenset(entry_ids) & frozenset(gone)

    def resolve(self, names: Iterable[str]) -> dict[str, str]:
        """The ids of the documents that go by these names, as far as they are known."""
        return read_aliases(self._connection, names)

    def alias(self, names: Mapping[str, str]) -> None:
        """Keep by what names documents go; a name that is taken stays with whom it names."""
        rows = [{"name": name, "entry_id": id} for name, id in names.items()]
        if rows:
            self._connection.execute(insert(aliases).on_conflict_do_nothing(), rows)

    def _end_revisions(self, revised: Sequence[Carrier]) -> None:
        """Write down until when a revision was seen that another one has followed."""
        statement = (
            update(revisions)
            .where(
                revisions.c.entry_id == bindparam("its_entry"),
                revisions.c.source_id == bindparam("its_source"),
                revisions.c.number == bindparam("ended"),
            )
            .values(last_seen=bindparam("until"))
        )
        rows = [
            {"its_entry": c.entry.id, "its_source": c.source, "ended": r.number, "until": r.last_seen}
            for c in revised
            for r in c.revisions[-2:-1]
        ]
        if rows:
            self._connection.execute(statement, rows)

    def hold(self, holdings: Sequence[Holding], labelled_by: str = "") -> None:
        """Keep documents as their carriers add up to; the carriers themselves are what `apply` kept.

        `labelled_by` is the fingerprint of the vocabulary that the labels are by.
        """
        upsert(self._connection, entries, [_entry_row(holding, labelled_by) for holding in holdings])

    def holding(self, entry_id: str) -> Holding | None:
        """One document, or None when we hold none of this id."""
        return next(iter(read_holdings(self._connection, entries.c.id == entry_id)), None)

    def marks(self, entry_ids: Iterable[str]) -> dict[str, Mark]:
        """The operator's corrections of these documents, as far as there are any."""
        return read_marks(self._connection, entry_ids)

    def mark(self, entry_id: str, mark: Mark | None) -> None:
        """Keep the operator's correction in place of an earlier one; None takes it back."""
        self._connection.execute(delete(marks).where(marks.c.entry_id == entry_id))
        if mark:
            self._connection.execute(insert(marks), {"entry_id": entry_id, "mark": mark})

    def to_label(self, labelled_by: str, most: int) -> tuple[Holding, ...]:
        """At most `most` documents whose labels are by another vocabulary than this fingerprint's."""
        return read_to_label(self._connection, labelled_by, most)

    def label(self, labels: Mapping[str, Labels], labelled_by: str) -> None:
        """Replace the labels of documents, by id, and nothing else; an unknown id is passed over."""
        statement = update(entries).where(entries.c.id == bindparam("wanted"))
        rows = [
            {"wanted": id, "labels": one, "relevance": one.relevance.value, "labelled_by": labelled_by}
            for id, one in labels.items()
        ]
        if rows:
            self._connection.execute(statement, rows)

    def keep(self, state: SourceState) -> None:
        """Keep what is known of a source: validators, due time, what is wrong."""
        # Any Mapping is a right value; only a dict has a JSON form.
        plain = replace(state, validators=dict(state.validators))
        upsert(self._connection, source_states, [{"source_id": state.source, "state": plain}])


def upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or replace those whose key is there already."""
    if not rows:
        return
    statement = insert(table)
    rest = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
    connection.execute(statement.on_conflict_do_update(index_elements=table.primary_key, set_=rest), rows)


def insert_once(connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """Insert a row, or leave the one whose key is there already as it is."""
    connection.execute(insert(table).on_conflict_do_nothing(), row)


def _carrier_row(telling: Telling) -> dict[str, Any]:
    carrier = telling.carrier
    return {
        "entry_id": carrier.entry.id,
        "source_id": carrier.source,
        "first_seen": carrier.first_seen,
        "backlog": carrier.backlog,
        "told_at": telling.told_at,
        "entry": carrier.entry,
        "last_seen": carrier.last_seen or carrier.first_seen,
        "vanishing": carrier.vanishing,
        "removed": carrier.removed,
    }


def _revision_rows(telling: Telling, before: Telling | None) -> list[dict[str, Any]]:
    carrier = telling.carrier
    kept = len(before.carrier.revisions) if before else 0
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


def _entry_row(holding: Holding, labelled_by: str) -> dict[str, Any]:
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
