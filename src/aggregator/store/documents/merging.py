"""Merges two documents that turned out to be one, and two sources that become one.

A merged document's `published` and `first_seen` do not move, nor whether and when it was new.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, select

from aggregator.model import Carrier, Entry, Moment, Removal, RemovalKind, Revision
from aggregator.store.database.codec import Damaged
from aggregator.store.database.statements import insert_if_new, update_rows
from aggregator.store.database.tables import carriers, documents, label_overrides
from aggregator.store.documents.carriers import delete_carriers, write_carriers
from aggregator.store.documents.names import move_names
from aggregator.store.documents.queries import (
    CARRIERS_WITH_REVISIONS,
    damaged_columns,
    read_carriers,
    to_carriers,
)


def merge_documents(connection: Connection, duplicate_id: str, into: str) -> None:
    """Move the carriers and names of one document to another, and delete it; see `Documents.merge`.

    Of a source that carries both, the entry that it showed last counts. The publication date of `into` does
    not move.
    """
    first_seen = connection.execute(
        select(documents.c.first_seen).where(documents.c.id == duplicate_id)
    ).scalar_one()
    entry = connection.execute(select(documents.c.entry).where(documents.c.id == into)).scalar_one()
    of_duplicate = read_carriers(connection, [duplicate_id])
    of_target = {carrier.source: carrier for carrier in read_carriers(connection, [into])}
    # The publication date of the document that stays must not move.
    moved = [_with_published(carrier, entry.published) for carrier in of_duplicate]
    merged = [
        _merge_by_last_seen(of_target[one.source], one) if one.source in of_target else one for one in moved
    ]
    replaced = [of_target[one.source] for one in of_duplicate if one.source in of_target]
    # Revisions are numbered anew, so the old rows go first.
    delete_carriers(connection, [*of_duplicate, *replaced])
    write_carriers(connection, [(_change_entries(one, id=entry.id, key=entry.key), None) for one in merged])
    connection.execute(delete(documents).where(documents.c.id == duplicate_id))
    move_names(connection, duplicate_id, into, first_seen)
    _move_override(connection, duplicate_id, into)


def merge_sources(connection: Connection, old: str, new: str) -> int:
    """Give every document that the source `old` carries to `new`; return how many they are.

    Of a document that both carry, the entry of `new` counts, since `new` is what will be polled. The first
    revision of the later one was neither new nor a revision; it goes. All others stay, in the order in which
    they were seen. The source state of `old` stays with `old`.
    """
    document_ids = select(carriers.c.document_id).where(carriers.c.source_id == old)
    _unify_published(connection, document_ids)
    update_rows(
        connection,
        documents,
        documents.c.id.in_(document_ids),
        lambda row: {"entry": _with_source(row["entry"], old, new)},
    )
    query = CARRIERS_WITH_REVISIONS.where(
        carriers.c.source_id.in_((old, new)), carriers.c.document_id.in_(document_ids)
    )
    both = list(to_carriers(connection.execute(query).all()))
    of_old = [carrier for carrier in both if carrier.source == old]
    of_new = {carrier.entry.id: carrier for carrier in both if carrier.source == new}
    merged = [
        _merge_into_new_source(of_new[one.entry.id], one) if one.entry.id in of_new else one for one in of_old
    ]
    delete_carriers(connection, both)
    write_carriers(connection, [(_change_entries(one, source=new), None) for one in merged])
    return len(of_old)


def _with_source(entry: Entry | Damaged, old: str, new: str) -> Entry | Damaged:
    # A damaged one is made again from its carriers.
    return replace(entry, source=new) if isinstance(entry, Entry) and entry.source == old else entry


def _move_override(connection: Connection, duplicate_id: str, into: str) -> None:
    """Move the operator's label override; if both documents have one, that of `into` stays."""
    of_duplicate = label_overrides.c.document_id == duplicate_id
    override = connection.scalar(select(label_overrides.c.override).where(of_duplicate))
    if override:
        insert_if_new(connection, label_overrides, {"document_id": into, "override": override})
        connection.execute(delete(label_overrides).where(of_duplicate))


def _with_published(carrier: Carrier, published: Moment | None) -> Carrier:
    # If a carrier had another publication date than its document, that of the document would move.
    if not (published and carrier.entry.published):
        return carrier
    return replace(carrier, entry=replace(carrier.entry, published=published))


def _unify_published(connection: Connection, document_ids: Select[Any]) -> None:
    """Give all carriers of these documents the publication date of their document.

    Which carrier's entry is shown may depend on the ids of the sources, which are about to change.
    """
    rows = connection.execute(
        select(documents.c.id, documents.c.entry).where(documents.c.id.in_(document_ids))
    )
    published = {row.id: row.entry.published for row in rows if not damaged_columns([row])}
    stored = read_carriers(connection, published)
    pairs = [(_with_published(carrier, published[carrier.entry.id]), carrier) for carrier in stored]
    write_carriers(connection, [(after, before) for after, before in pairs if after != before])


def _change_entries(carrier: Carrier, **changes: Any) -> Carrier:
    """Return the carrier with these fields changed in every entry of it."""
    return replace(
        carrier,
        entry=replace(carrier.entry, **changes),
        previous_entry=replace(carrier.previous_entry, **changes) if carrier.previous_entry else None,
        revisions=tuple(replace(one, entry=replace(one.entry, **changes)) for one in carrier.revisions),
    )


def _merge_by_last_seen(one: Carrier, other: Carrier) -> Carrier:
    """Merge two carriers of one source: the entry shown last counts, of two languages the English."""
    translated = one.entry.language != other.entry.language
    current, superseded = sorted(
        (one, other),
        key=lambda carrier: (
            translated and carrier.entry.language != "en",
            -_last_seen(carrier).timestamp(),
            carrier.entry.rank,
        ),
    )
    return _merge(current, superseded, current.removal)


def _merge_into_new_source(current: Carrier, old: Carrier) -> Carrier:
    """Merge the carriers of two sources: a removal that either states counts.

    Missing from a list counts only if the document is missing from both.
    """
    removals = [carrier.removal for carrier in (current, old) if carrier.removal]
    stated = [removal for removal in removals if removal.kind is not RemovalKind.MISSING]
    missing_from_both = current.removal if len(removals) == 2 else None
    return _merge(current, old, stated[0] if stated else missing_from_both)


def _merge(current: Carrier, other: Carrier, removal: Removal | None) -> Carrier:
    """Merge two carriers: the entry of `current` counts, and `removal` says whether the document is gone.

    Like the document itself, the result is backlog if what was seen first is. The first revision of the later
    carrier goes, see `merge_sources`.
    """
    both = (current, other)
    first_seen = min(carrier.first_seen for carrier in both)
    earliest = [carrier for carrier in both if carrier.first_seen == first_seen]
    entry = current.entry.with_translation(other.entry)
    return replace(
        current,
        first_seen=first_seen,
        changed_at=current.unchanged_since,
        backlog=all(carrier.backlog for carrier in earliest),
        last_seen=max(_last_seen(carrier) for carrier in both),
        removal=removal,
        entry=replace(entry, published=entry.published or other.entry.published, removal=removal),
        newest_updated=max((one.newest_updated for one in both if one.newest_updated), default=None),
        revisions=_merge_revisions(both, earliest),
    )


def _merge_revisions(both: Sequence[Carrier], earliest: Sequence[Carrier]) -> tuple[Revision, ...]:
    """Return the first revision of all, then every later one; all but the last get the date last seen."""
    first = max(earliest, key=lambda carrier: _own_date(carrier.revisions[0]))
    later = [_with_last_seen(revision, one) for one in both for revision in one.revisions[1:]]
    # The sort is stable: revisions of one instant stay in the order of their carriers.
    later.sort(key=lambda revision: revision.seen_at)
    *ended, last = (_with_last_seen(first.revisions[0], first), *later)
    return tuple(
        replace(revision, number=number)
        for number, revision in enumerate((*ended, replace(last, last_seen=None)), 1)
    )


def _with_last_seen(revision: Revision, carrier: Carrier) -> Revision:
    return replace(revision, last_seen=revision.last_seen or _last_seen(carrier))


def _last_seen(carrier: Carrier) -> datetime:
    return carrier.last_seen or carrier.first_seen


def _own_date(revision: Revision) -> str:
    # Of two revisions that were seen first at one instant, the one with the later own date was shown.
    moment = revision.entry.updated or revision.entry.published
    return moment.at.isoformat() if moment else ""
