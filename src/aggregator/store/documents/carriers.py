"""Stores which source carries which document, the entry it has of it, and every revision of that entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, delete, func, select, update

from aggregator.model import Carrier, Change, ChangeKind, Moment, PendingRemoval, PendingRevision, Revision
from aggregator.store.database.engine import Repository
from aggregator.store.database.statements import upsert
from aggregator.store.database.tables import carriers, revisions
from aggregator.store.documents.queries import (
    CARRIER_COLUMNS,
    damaged_columns,
    read_carriers,
    read_undamaged_carriers,
    to_carrier,
)
from aggregator.store.documents.repair import repair_carriers

# The kinds of change that add a revision to a known document.
REVISION_KINDS: Final = frozenset({ChangeKind.REVISED, ChangeKind.WITHDRAWN, ChangeKind.RESTORED})

# The kinds of change after which the document is gone, or there again.
REMOVAL_KINDS: Final = frozenset({ChangeKind.WITHDRAWN, ChangeKind.RESTORED})


class Carriers(Repository):
    """Every source of every document."""

    def of_documents(self, document_ids: Iterable[str]) -> dict[str, tuple[Carrier, ...]]:
        """Return the carriers of each of these documents with all revisions, the first carrier first.

        Every id that was asked for is a key; an unknown one has no carriers. Only a document of which any
        value is damaged has no key.
        """
        with self._database.read_transaction() as connection:
            return read_undamaged_carriers(connection, document_ids)

    def of_source(self, source_id: str) -> tuple[Carrier, ...]:
        """Return a source's carrier of each document, by document id, without revisions; no damaged ones."""
        query = select(*CARRIER_COLUMNS).where(carriers.c.source_id == source_id)
        rows = self._database.rows(query.order_by(carriers.c.document_id))
        return tuple(to_carrier(row) for row in rows if not damaged_columns([row]))

    def last_listed(self, source_id: str) -> tuple[Carrier, ...]:
        """Return a source's carriers of the documents that its last poll saw, without revisions."""
        listed = carriers.c.document_id.in_(select_last_listed(source_id))
        query = select(*CARRIER_COLUMNS).where(carriers.c.source_id == source_id, listed)
        return tuple(map(to_carrier, self._database.rows(query.order_by(carriers.c.document_id))))

    def last_listed_ids(self, source_id: str) -> frozenset[str]:
        """Return the ids of the documents that the last poll of a source saw."""
        return frozenset(self._database.column(select_last_listed(source_id)))

    def apply(self, changes: Sequence[Change]) -> None:
        """Save what polls found; a new or revised entry is a revision, a restated one is not.

        Changes are applied in the order of `seen_at`, those of one instant in the order given. The same
        change twice is one change. A document whose carriers change must be saved, too, before the
        transaction ends.
        """
        with self._database.write_transaction() as connection:
            stored = {_key(one): one for one in read_carriers(connection, (c.entry.id for c in changes))}
            # Compared with what is stored, so that only carriers that did change are written.
            changed = dict(stored)
            for change in sorted(changes, key=lambda change: change.seen_at):
                key = (change.entry.id, change.entry.source)
                changed[key] = _apply(changed.get(key), change)
            pairs = [(carrier, stored.get(key)) for key, carrier in changed.items()]
            write_carriers(connection, [(after, before) for after, before in pairs if after != before])

    def repair(self, document_id: str) -> None:
        """Replace what is damaged of a document's carriers, see `repair_carriers`. Raises StoreError."""
        with self._database.write_transaction() as connection:
            repair_carriers(connection, document_id)

    def take_back_revisions(self, reported_twice: Iterable[tuple[str, str]]) -> None:
        """Delete the last revision of documents, given with their source, as if they had been restated."""
        keys = set(reported_twice)
        with self._database.write_transaction() as connection:
            stored = [one for one in read_carriers(connection, {id for id, _ in keys}) if _key(one) in keys]
            delete_carriers(connection, stored)
            write_carriers(connection, [(_without_last_revision(one), None) for one in stored])

    def mark_seen(self, source_id: str, document_ids: Iterable[str], now: datetime) -> None:
        """Save that a poll of the source at `now` saw these documents, unchanged."""
        self._set("last_seen", source_id, dict.fromkeys(document_ids, now))

    def set_pending_removals(self, source_id: str, by_document: Mapping[str, PendingRemoval | None]) -> None:
        """Save which documents of the source may be gone; None for one that is there again."""
        self._set("pending_removal", source_id, by_document)

    def set_pending_revisions(
        self, source_id: str, by_document: Mapping[str, PendingRevision | None]
    ) -> None:
        """Save what stands in place of documents of the source; None where a document is there again."""
        self._set("pending_revision", source_id, by_document)

    def set_newest_updated(self, source_id: str, by_document: Mapping[str, Moment]) -> None:
        """Save the newest `updated` that the source ever gave for each document."""
        self._set("newest_updated", source_id, by_document)

    def with_pending_revision(self, source_id: str | None = None) -> tuple[Carrier, ...]:
        """Return the carriers, of one source or all, in whose place something else stands."""
        query = select(*CARRIER_COLUMNS).where(carriers.c.pending_revision.is_not(None))
        if source_id:
            query = query.where(carriers.c.source_id == source_id)
        rows = self._database.rows(query.order_by(carriers.c.document_id, carriers.c.source_id))
        return tuple(map(to_carrier, rows))

    def _set(self, column: str, source_id: str, by_document: Mapping[str, Any]) -> None:
        where = (carriers.c.source_id == source_id, carriers.c.document_id == bindparam("key_document"))
        statement = update(carriers).where(*where).values({column: bindparam("new_value")})
        rows = [{"key_document": id, "new_value": value} for id, value in by_document.items()]
        self._database.execute(statement, rows)


def select_last_listed(source_id: str) -> Select[Any]:
    """Select the ids of the documents that the last poll of a source saw."""
    of_source = carriers.c.source_id == source_id
    last = select(func.max(carriers.c.last_seen)).where(of_source).scalar_subquery()
    return select(carriers.c.document_id).where(of_source, carriers.c.last_seen == last)


def write_carriers(connection: Connection, pairs: Sequence[tuple[Carrier, Carrier | None]]) -> None:
    """Write carriers, each given with its stored state, and those of their revisions that are not stored."""
    upsert(connection, carriers, [_carrier_row(carrier) for carrier, _ in pairs])
    rows = [
        _revision_row(carrier, revision)
        for carrier, stored in pairs
        for revision in carrier.revisions
        if stored is None or revision not in stored.revisions
    ]
    upsert(connection, revisions, rows)


def delete_carriers(connection: Connection, gone: Iterable[Carrier]) -> None:
    """Delete carriers with their revisions."""
    keys = [dict(zip(("key_document", "key_source"), _key(carrier), strict=True)) for carrier in gone]
    # Revisions first: they reference their carrier.
    for table in (revisions, carriers) if keys else ():
        where = (
            table.c.document_id == bindparam("key_document"),
            table.c.source_id == bindparam("key_source"),
        )
        connection.execute(delete(table).where(*where), keys)


def _key(carrier: Carrier) -> tuple[str, str]:
    return carrier.entry.id, carrier.source


def _carrier_row(carrier: Carrier) -> dict[str, Any]:
    return {
        "document_id": carrier.entry.id,
        "source_id": carrier.source,
        "first_seen": carrier.first_seen,
        "backlog": carrier.backlog,
        "changed_at": carrier.unchanged_since,
        "entry": carrier.entry,
        "last_seen": carrier.last_seen or carrier.first_seen,
        "pending_removal": carrier.pending_removal,
        "removal": carrier.removal,
        "previous_entry": carrier.previous_entry,
        "pending_revision": carrier.pending_revision,
        "newest_updated": carrier.newest_updated,
    }


def _revision_row(carrier: Carrier, revision: Revision) -> dict[str, Any]:
    return {
        "document_id": carrier.entry.id,
        "source_id": carrier.source,
        "number": revision.number,
        "seen_at": revision.seen_at,
        "parts": revision.parts,
        "entry": revision.entry,
        "note": revision.note,
        "payload_sha256": revision.payload_sha256,
        "last_seen": revision.last_seen,
    }


def _apply(carrier: Carrier | None, change: Change) -> Carrier:
    """Return the carrier after `change`; the first change makes revision 1, whatever its kind.

    A repeated change does nothing: a revision that is there already is not counted again. A change that is
    older than the present entry does not undo it.
    """
    if carrier is None:
        return _new_carrier(change)
    # A revision counts even if it is older than the entry: the clock may have been set back.
    adds_revision = change.kind in REVISION_KINDS and not _has_revision(carrier, change)
    if not adds_revision and change.seen_at < carrier.unchanged_since:
        return carrier
    carrier = _with_entry(carrier, change)
    if change.kind in REMOVAL_KINDS:
        carrier = replace(carrier, removal=change.entry.removal, pending_removal=None)
    return _add_revision(carrier, change) if adds_revision else carrier


def _with_entry(carrier: Carrier, change: Change) -> Carrier:
    """Return the carrier with the change's entry; the one before its instant becomes the previous entry."""
    # Polls of one instant come in any order: all are compared with the entry before that instant.
    if change.seen_at == carrier.unchanged_since:
        return replace(carrier, entry=change.entry)
    return replace(carrier, entry=change.entry, changed_at=change.seen_at, previous_entry=carrier.entry)


def _new_carrier(change: Change) -> Carrier:
    without_revisions = Carrier(
        entry=change.entry,
        first_seen=change.seen_at,
        backlog=change.backlog,
        revisions=(),
        last_seen=change.seen_at,
        removal=change.entry.removal,
    )
    return _add_revision(without_revisions, change)


def _add_revision(carrier: Carrier, change: Change) -> Carrier:
    revision = Revision(
        entry=change.entry,
        number=len(carrier.revisions) + 1,
        seen_at=change.seen_at,
        parts=change.parts,
        note=change.note,
        payload_sha256=change.payload_sha256,
    )
    earlier = carrier.revisions
    # The last revision has no date of its own: until now its carrier had it.
    if earlier:
        earlier = (*earlier[:-1], replace(earlier[-1], last_seen=carrier.last_seen))
    return replace(carrier, revisions=(*earlier, revision))


def _without_last_revision(carrier: Carrier) -> Carrier:
    *earlier, last = carrier.revisions[:-1]
    return replace(carrier, revisions=(*earlier, replace(last, last_seen=None)))


def _has_revision(carrier: Carrier, change: Change) -> bool:
    wanted = (change.seen_at, change.parts, change.entry)
    return any((one.seen_at, one.parts, one.entry) == wanted for one in carrier.revisions)
