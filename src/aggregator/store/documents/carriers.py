"""Keeps which source carries which document, what it tells of it, and every revision of that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, delete, func, select, update

from aggregator.model import Carrier, Change, ChangeKind, PendingRemoval, Revision
from aggregator.store.database.engine import Subject
from aggregator.store.database.statements import upsert
from aggregator.store.database.tables import carriers, revisions
from aggregator.store.documents.queries import CARRIED, carrier, read_carriers

SUBSTANCE: Final = frozenset({ChangeKind.REVISED, ChangeKind.WITHDRAWN, ChangeKind.RESTORED})
"""The kinds of change that make a revision of a document that is known."""

STANDING: Final = frozenset({ChangeKind.WITHDRAWN, ChangeKind.RESTORED})
"""Those that say whether the document is there."""


class Carriers(Subject):
    """What sources tell of documents."""

    def of(self, entry_ids: Iterable[str]) -> dict[str, tuple[Carrier, ...]]:
        """All carriers of each of these documents with all their revisions, the first teller first.

        Every id that was asked for is there; nobody carries an unknown one.
        """
        found: dict[str, tuple[Carrier, ...]] = dict.fromkeys(entry_ids, ())
        with self._database.reading() as connection:
            for one in read_carriers(connection, found):
                found[one.entry.id] += (one,)
        return found

    def of_source(self, source_id: str) -> tuple[Carrier, ...]:
        """Every document that a source carries, by id, without their revisions."""
        mine = select(*CARRIED).where(carriers.c.source_id == source_id).order_by(carriers.c.entry_id)
        return tuple(carrier(row) for row in self._database.rows(mine))

    def listed(self, source_id: str) -> frozenset[str]:
        """The ids of the documents that the last poll of a source saw."""
        return frozenset(self._database.values(last_listed(source_id)))

    def apply(self, changes: Sequence[Change]) -> None:
        """Keep what sources told; each new or revised word is a revision, a restated one is not.

        Applied in the order of `seen_at`, and for equal instants in the order given. The same change twice
        is one change. A document whose carriers change must be held, too, before the transaction ends.
        """
        with self._database.writing() as connection:
            known = {_key(one): one for one in read_carriers(connection, (c.entry.id for c in changes))}
            told = dict(known)
            for change in sorted(changes, key=lambda change: change.seen_at):
                where = (change.entry.id, change.entry.source)
                told[where] = _listen(told.get(where), change)
            both = [(one, known.get(where)) for where, one in told.items()]
            write_carriers(connection, [(one, before) for one, before in both if one != before])

    def mark_seen(self, source_id: str, entry_ids: Iterable[str], now: datetime) -> None:
        """Keep that these documents of the source were seen at `now`, as they stand."""
        self._set("last_seen", source_id, dict.fromkeys(entry_ids, now))

    def vanish(self, source_id: str, looks: Mapping[str, PendingRemoval | None]) -> None:
        """Keep first looks at documents of the source that were taken away; None: it is there again."""
        self._set("vanishing", source_id, looks)

    def _set(self, column: str, source_id: str, by_document: Mapping[str, Any]) -> None:
        mine = (carriers.c.source_id == source_id, carriers.c.entry_id == bindparam("its_entry"))
        statement = update(carriers).where(*mine).values({column: bindparam("its_value")})
        self._database.change(
            statement, [{"its_entry": id, "its_value": value} for id, value in by_document.items()]
        )


def last_listed(source_id: str) -> Select[Any]:
    """Asks for the ids of the documents that the last poll of a source saw."""
    mine = carriers.c.source_id == source_id
    last = select(func.max(carriers.c.last_seen)).where(mine).scalar_subquery()
    return select(carriers.c.entry_id).where(mine, carriers.c.last_seen == last)


def write_carriers(connection: Connection, new: Sequence[tuple[Carrier, Carrier | None]]) -> None:
    """Keep carriers, each with what is there before it, and those of their revisions that are not there."""
    upsert(connection, carriers, [_carrier_row(one) for one, _ in new])
    rows = [
        _revision_row(one, revision)
        for one, before in new
        for revision in one.revisions
        if before is None or revision not in before.revisions
    ]
    upsert(connection, revisions, rows)


def delete_carriers(connection: Connection, gone: Iterable[Carrier]) -> None:
    """Take carriers out with their revisions."""
    keys = [dict(zip(("its_entry", "its_source"), _key(one), strict=True)) for one in gone]
    for table in (revisions, carriers) if keys else ():
        its = (table.c.entry_id == bindparam("its_entry"), table.c.source_id == bindparam("its_source"))
        connection.execute(delete(table).where(*its), keys)


def _key(told: Carrier) -> tuple[str, str]:
    return told.entry.id, told.source


def _carrier_row(told: Carrier) -> dict[str, Any]:
    return {
        "entry_id": told.entry.id,
        "source_id": told.source,
        "first_seen": told.first_seen,
        "backlog": told.backlog,
        "told_at": told.since,
        "entry": told.entry,
        "last_seen": told.last_seen or told.first_seen,
        "vanishing": told.vanishing,
        "removed": told.removed,
        "before": told.before,
    }


def _revision_row(told: Carrier, revision: Revision) -> dict[str, Any]:
    return {
        "entry_id": told.entry.id,
        "source_id": told.source,
        "number": revision.number,
        "seen_at": revision.seen_at,
        "parts": revision.parts,
        "entry": revision.entry,
        "note": revision.note,
        "payload_sha256": revision.payload_sha256,
        "last_seen": revision.last_seen,
    }


def _listen(told: Carrier | None, change: Change) -> Carrier:
    """`told` after `change`. The first word is revision 1, whatever kind of change brings it.

    A repeat is harmless: a revision that is there already is not counted again, and what was told before
    the latest word does not undo it.
    """
    if told is None:
        return _begin(change)
    revised = change.kind in SUBSTANCE and not _is_there(told, change)
    if not revised and change.seen_at < told.since:
        return told
    carrier = _moved(told, change)
    if change.kind in STANDING:
        carrier = replace(carrier, removed=change.entry.removal, vanishing=None)
    return _revise(carrier, change) if revised else carrier


def _moved(told: Carrier, change: Change) -> Carrier:
    """With the entry that the change tells, and what was told before its instant kept beside."""
    if change.seen_at == told.since:
        return replace(told, entry=change.entry)
    return replace(told, entry=change.entry, told_at=change.seen_at, before=told.entry)


def _begin(change: Change) -> Carrier:
    bare = Carrier(
        entry=change.entry,
        first_seen=change.seen_at,
        backlog=change.backlog,
        revisions=(),
        last_seen=change.seen_at,
        removed=change.entry.removal,
    )
    return _revise(bare, change)


def _revise(carrier: Carrier, change: Change) -> Carrier:
    revision = Revision(
        entry=change.entry,
        number=len(carrier.revisions) + 1,
        seen_at=change.seen_at,
        parts=change.parts,
        note=change.note,
        payload_sha256=change.payload_sha256,
    )
    before = carrier.revisions
    if before:
        before = (*before[:-1], replace(before[-1], last_seen=carrier.last_seen))
    return replace(carrier, revisions=(*before, revision))


def _is_there(carrier: Carrier, change: Change) -> bool:
    said = (change.seen_at, change.parts, change.entry)
    return any((known.seen_at, known.parts, known.entry) == said for known in carrier.revisions)
