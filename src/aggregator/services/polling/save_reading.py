"""Keeps what one poll of a source found: everything in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce

from aggregator.classify import Labeller, find_changes, find_removals, hold, withdraw
from aggregator.model import Change, Entry, Removal, RemovalKind, Source, SourceState
from aggregator.normalise.identity import entry_id
from aggregator.normalise.urls import canonical
from aggregator.services.polling.read_source import Reading
from aggregator.store import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was kept of a reading."""

    changes: tuple[Change, ...] = ()
    held: tuple[str, ...] = ()


def keep_reading(
    source: Source,
    reading: Reading,
    before: SourceState,
    now: datetime,
    store: Transaction,
    labeller: Labeller,
) -> Kept:
    """Compare a reading with what the store holds and write down what it changes."""
    read = _known_as(reading, source.id, now, store)
    silenced = store.documents.retracted(entry.id for entry in read.entries)
    entries = tuple(entry for entry in read.entries if entry.id not in silenced)
    standing = [entry for entry in entries if entry.removal is None]
    known = store.carriers.of([entry.id for entry in entries])
    backlog = before.first_answered is None
    another_way = before.address not in (None, reading.address)
    changes = find_changes(source, entries, known, now=now, backlog=backlog, another_way=another_way)
    listed = [entry.id for entry in standing]
    # Of a document at two addresses one may have gone: it stands while the other does.
    taken = {id: removal for id, removal in read.taken.items() if id not in listed}
    carried = store.carriers.of_source(source.id)
    removals = find_removals(carried, listed, taken, complete=reading.complete, now=now)
    told = [replace(change, payload_sha256=reading.sha256) for change in (*changes, *removals.changes)]
    store.carriers.apply(told)
    store.carriers.mark_seen(source.id, listed, now)
    store.carriers.vanish(source.id, removals.vanishing)
    hold_anew({change.entry.id for change in told}, store, labeller, before=now)
    return Kept(changes=tuple(told), held=removals.held)


def accept_removals(
    source: str, held: Collection[str], now: datetime, store: Transaction, labeller: Labeller
) -> int:
    """Write down as missing what vanished all at once, since the operator says that it did."""
    missing = Removal(kind=RemovalKind.MISSING)
    gone = [c for c in store.carriers.of_source(source) if c.entry.id in held and not c.removed]
    changes = [withdraw(carrier, missing, now) for carrier in gone]
    store.carriers.apply(changes)
    hold_anew({change.entry.id for change in changes}, store, labeller)
    return len(changes)


def hold_anew(
    entry_ids: Collection[str], store: Transaction, labeller: Labeller, *, before: datetime | None = None
) -> None:
    """Add documents up again from what their carriers tell by now.

    Who leads goes on leading, also when a source has got another id; with `before` only where the document
    was seen before that instant, since the order of those who first tell of it at one instant says nothing.
    """
    held = store.documents.held(entry_ids)
    leads = {id: entry.source for id, (seen, entry) in held.items() if before is None or seen < before}
    touched = store.carriers.of(entry_ids)
    label = labeller.with_marks(store.labels.marks(touched))
    store.documents.hold(
        [hold(carriers, label, leads.get(id)) for id, carriers in touched.items()], labeller.fingerprint
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read, under the ids that its documents have."""

    entries: tuple[Entry, ...]
    taken: Mapping[str, Removal]


def _known_as(reading: Reading, source: str, now: datetime, store: Transaction) -> _Known:
    """What was read, under the ids that its documents already have, by any name that we know them by.

    A document keeps the id of its first sight: when its address changes (a redirect, a corrected slug), and
    when the publisher's own id says that two pages are one document in two languages. What other sources tell
    of names at this instant counts from the next one on; `join_documents` makes good what that leaves apart.
    """
    read = sorted(reading.entries, key=lambda entry: entry.rank)
    before = store.names.resolve({*reading.taken, *(name for entry in read for name in entry.goes_by)}, now)
    names = dict(before)
    told: dict[str, list[Entry]] = {}
    for entry in read:
        id = next((names[name] for name in entry.goes_by if name in names), entry.id)
        names |= {name: names.get(name, id) for name in entry.goes_by}
        told.setdefault(id, []).append(entry)
    store.names.add([(name, id) for id, entries in told.items() for e in entries for name in e.goes_by], now)
    taken = {names.get(key, entry_id(key)): removal for key, removal in reading.taken.items()}
    _keep_new_addresses(taken, source, now, store)
    return _Known(_under_their_ids(told, store), taken)


def _under_their_ids(told: Mapping[str, Sequence[Entry]], store: Transaction) -> tuple[Entry, ...]:
    """Each document once; an id and the key that it was made of stay together."""
    held = store.documents.held(told)
    keys = {id: entry.key for id, (_, entry) in held.items()}
    return tuple(
        replace(reduce(Entry.beside, entries), id=id, key=keys.get(id, entries[0].key))
        for id, entries in told.items()
    )


def _keep_new_addresses(taken: Mapping[str, Removal], source: str, now: datetime, store: Transaction) -> None:
    """Where a document was moved to it is the same document, unless that address has one of its own."""
    carried = {carrier.entry.id for carrier in store.carriers.of_source(source)}
    moved = [(canonical(removal.to), id) for id, removal in taken.items() if id in carried]
    store.names.add([(address, id) for address, id in moved if address], now, moved=True)
