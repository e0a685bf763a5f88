"""Keeps what one poll of a source found: everything in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce

from aggregator.classify import Labeller, combine_carriers, find_changes, find_removals, withdraw
from aggregator.model import Change, Entry, Removal, RemovalKind, Source, SourceState
from aggregator.normalise.identity import entry_id
from aggregator.normalise.urls import canonical_url
from aggregator.services.polling.read_source import SourceReading
from aggregator.store import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedReading:
    """What was kept of a reading."""

    changes: tuple[Change, ...] = ()
    pending_removals: tuple[str, ...] = ()


def save_reading(
    source: Source,
    reading: SourceReading,
    before: SourceState,
    now: datetime,
    store: Transaction,
    labeller: Labeller,
) -> SavedReading:
    """Compare a reading with what the store holds and write down what it changes."""
    read = _with_document_ids(reading, source.id, now, store)
    silenced = store.documents.retracted_ids(entry.id for entry in read.entries)
    entries = tuple(entry for entry in read.entries if entry.id not in silenced)
    standing = [entry for entry in entries if entry.removal is None]
    known = store.carriers.of_documents([entry.id for entry in entries])
    backlog = before.first_read is None
    another_way = before.address not in (None, reading.address)
    changes = find_changes(source, entries, known, now=now, backlog=backlog, other_address=another_way)
    listed = [entry.id for entry in standing]
    # Of a document at two addresses one may have gone: it stands while the other does.
    taken = {id: removal for id, removal in read.removals.items() if id not in listed}
    carried = store.carriers.of_source(source.id)
    removals = find_removals(carried, listed, taken, complete=reading.complete, now=now)
    told = [replace(change, payload_sha256=reading.sha256) for change in (*changes, *removals.changes)]
    store.carriers.apply(told)
    store.carriers.mark_seen(source.id, listed, now)
    store.carriers.set_pending_removals(source.id, removals.pending)
    recombine_documents({change.entry.id for change in told}, store, labeller, before=now)
    return SavedReading(changes=tuple(told), pending_removals=removals.awaiting_operator)


def accept_removals(
    source: str, held: Collection[str], now: datetime, store: Transaction, labeller: Labeller
) -> int:
    """Write down as missing what vanished all at once, since the operator says that it did."""
    missing = Removal(kind=RemovalKind.MISSING)
    gone = [c for c in store.carriers.of_source(source) if c.entry.id in held and not c.removal]
    changes = [withdraw(carrier, missing, now) for carrier in gone]
    store.carriers.apply(changes)
    recombine_documents({change.entry.id for change in changes}, store, labeller)
    return len(changes)


def recombine_documents(
    entry_ids: Collection[str], store: Transaction, labeller: Labeller, *, before: datetime | None = None
) -> None:
    """Add documents up again from what their carriers tell by now.

    Who leads goes on leading, also when a source has got another id; with `before` only where the document
    was seen before that instant, since the order of those who first tell of it at one instant says nothing.
    """
    held = store.documents.stored_entries(entry_ids)
    leads = {id: entry.source for id, (seen, entry) in held.items() if before is None or seen < before}
    touched = store.carriers.of_documents(entry_ids)
    label = labeller.with_overrides(store.labels.overrides(touched))
    store.documents.save(
        [combine_carriers(carriers, label, leads.get(id)) for id, carriers in touched.items()],
        labeller.fingerprint,
    )


@dataclass(frozen=True, slots=True)
class _IdentifiedReading:
    """What was read, under the ids that its documents have."""

    entries: tuple[Entry, ...]
    removals: Mapping[str, Removal]


def _with_document_ids(
    reading: SourceReading, source: str, now: datetime, store: Transaction
) -> _IdentifiedReading:
    """What was read, under the ids that its documents already have, by any name that we know them by.

    A document keeps the id of its first sight: when its address changes (a redirect, a corrected slug), and
    when the publisher's own id says that two pages are one document in two languages. What other sources tell
    of names at this instant counts from the next one on; `join_documents` makes good what that leaves apart.
    """
    read = sorted(reading.entries, key=lambda entry: entry.rank)
    before = store.names.resolve(
        {*reading.removals, *(name for entry in read for name in entry.all_names)}, now
    )
    names = dict(before)
    told: dict[str, list[Entry]] = {}
    for entry in read:
        id = next((names[name] for name in entry.all_names if name in names), entry.id)
        names |= {name: names.get(name, id) for name in entry.all_names}
        told.setdefault(id, []).append(entry)
    store.names.add(
        [(name, id) for id, entries in told.items() for e in entries for name in e.all_names], now
    )
    taken = {names.get(key, entry_id(key)): removal for key, removal in reading.removals.items()}
    _add_redirect_targets(taken, source, now, store)
    return _IdentifiedReading(_combine_entries(told, store), taken)


def _combine_entries(told: Mapping[str, Sequence[Entry]], store: Transaction) -> tuple[Entry, ...]:
    """Each document once; an id and the key that it was made of stay together."""
    held = store.documents.stored_entries(told)
    keys = {id: entry.key for id, (_, entry) in held.items()}
    return tuple(
        replace(reduce(Entry.with_translation, entries), id=id, key=keys.get(id, entries[0].key))
        for id, entries in told.items()
    )


def _add_redirect_targets(
    taken: Mapping[str, Removal], source: str, now: datetime, store: Transaction
) -> None:
    """Where a document was moved to it is the same document, unless that address has one of its own."""
    carried = {carrier.entry.id for carrier in store.carriers.of_source(source)}
    moved = [(canonical_url(removal.to), id) for id, removal in taken.items() if id in carried]
    store.names.add([(address, id) for address, id in moved if address], now, from_redirect=True)
