"""Writes: one transaction in which what a poll brought is kept whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from aggregator.model import Carrier, Change, Entry, Holding, Labels, Mark, Outage, SourceState, Vanishing
from aggregator.store.joining import join_documents
from aggregator.store.names import give_names, keep_names, read_names, read_shared, standing_id
from aggregator.store.outages import keep_outage
from aggregator.store.reading import (
    read_carried,
    read_carriers,
    read_held,
    read_holdings,
    read_listed,
    read_marks,
    read_state,
    read_to_label,
)
from aggregator.store.retraction import retract
from aggregator.store.rows import carrier_row, entry_row, revision_rows, upsert
from aggregator.store.tables import carriers, entries, marks, revisions, source_states, tombstones
from aggregator.store.telling import listen


class Transaction:
    """What can be done inside `with store.writing()`; nothing of it is seen by others before the end."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def carriers(self, entry_ids: Iterable[str]) -> dict[str, tuple[Carrier, ...]]:
        """All carriers of each of these documents with all their revisions, the first teller first.

        Every id that was asked for is there; nobody carries an unknown one.
        """
        found: dict[str, tuple[Carrier, ...]] = dict.fromkeys(entry_ids, ())
        for (entry_id, _), carrier in read_carriers(self._connection, found).items():
            found[entry_id] += (carrier,)
        return found

    def state(self, source_id: str) -> SourceState:
        """What is known of a source; an empty state when nothing is."""
        return read_state(self._connection, source_id)

    def apply(self, changes: Sequence[Change]) -> None:
        """Keep what sources told; each new or revised word is a revision, a restated one is not.

        Applied in the order of `seen_at`, and for equal instants in the order given. The same change twice
        is one change. A document whose carriers change must be held, too, before the transaction ends.
        """
        known = read_carriers(self._connection, {change.entry.id for change in changes})
        told = dict(known)
        for change in sorted(changes, key=lambda change: change.seen_at):
            where = (change.entry.id, change.entry.source)
            told[where] = listen(told.get(where), change)
        moved = [where for where, carrier in told.items() if carrier != known.get(where)]
        upsert(self._connection, carriers, [carrier_row(told[where]) for where in moved])
        added = [row for where in moved for row in revision_rows(told[where], known.get(where))]
        if added:
            # Not an upsert: what was once said is never written over.
            self._connection.execute(insert(revisions), added)
        self._end_revisions([told[where] for where in moved if where in known])

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

    def held(self, entry_ids: Iterable[str]) -> dict[str, tuple[datetime, Entry]]:
        """Those of the documents that are held: when each was first seen, and what it is."""
        return read_held(self._connection, entry_ids)

    def resolve(self, names: Iterable[str], now: datetime) -> dict[str, str]:
        """The ids of the documents that go by these names, as far as that was known before `now`.

        What is told at one instant is thus the same in whatever order it comes; `shared` says what it adds.
        """
        return read_names(self._connection, names, now)

    def alias(self, claims: Iterable[tuple[str, str]], now: datetime, *, moved: bool = False) -> None:
        """Keep by what names documents go: (name, id), known since `now` if not before.

        `moved` is for addresses to which redirects led: they count while no document bears them itself.
        """
        keep_names(self._connection, claims, now, moved=moved)

    def shared(self, before: datetime | None = None) -> tuple[frozenset[str], ...]:
        """Documents that go by one name, for each such name; of names known before an instant, or of all."""
        return read_shared(self._connection, before)

    def join(self, gone: str, stays: str) -> None:
        """Make one document of two: every word on `gone` moves to `stays`, which must be held anew before the
        transaction ends. The id `gone` is never used again, and leads to `stays` from now on."""
        join_documents(self._connection, gone, stays)

    def silence(self, entry_id: str, tombstone: str) -> None:
        """Retract a document, too, since it is the one that was retracted as `tombstone`."""
        row = self._connection.execute(select(tombstones).where(tombstones.c.entry_id == tombstone)).one()
        first_seen, _ = self.held([entry_id])[entry_id]
        retract(self._connection, entry_id, row.why, row.at)
        give_names(self._connection, entry_id, tombstone, first_seen)

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
        upsert(self._connection, entries, [entry_row(holding, labelled_by) for holding in holdings])

    def holding(self, entry_id: str) -> Holding | None:
        """One document, by its id or that of another one which turned out to be it; None for unknown ids."""
        standing = standing_id(self._connection, entry_id)
        return next(iter(read_holdings(self._connection, entries.c.id == standing)), None)

    def marks(self, entry_ids: Iterable[str]) -> dict[str, Mark]:
        """The operator's corrections of these documents, as far as there are any."""
        return read_marks(self._connection, entry_ids)

    def mark(self, entry_id: str, mark: Mark | None) -> None:
        """Keep the operator's correction in place of an earlier one; None takes it back."""
        self._connection.execute(delete(marks).where(marks.c.entry_id == entry_id))
        if mark:
            upsert(self._connection, marks, [{"entry_id": entry_id, "mark": mark}])

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

    def keep_outage(self, outage: Outage) -> None:
        """Keep the time in which a source could not be read, now that it is over."""
        keep_outage(self._connection, outage)
