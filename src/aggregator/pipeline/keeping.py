"""Keeps what one poll of a source found: everything in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.classify import Labeller, find_changes, find_removals, hold, withdraw
from aggregator.model import Change, Entry, Removal, RemovalKind, Source, SourceState, Translation
from aggregator.normalise.urls import canonical
from aggregator.pipeline.asking import Reading
from aggregator.store import Transaction

CONTENT = "content:"
"""Begins the alias by which a publisher's own id of a document is known (GOV.UK's content_id)."""


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
    entries, taken = _known_as(reading, store)
    silenced = store.retracted(entry.id for entry in entries)
    entries = tuple(entry for entry in entries if entry.id not in silenced)
    standing = [entry for entry in entries if entry.removal is None]
    known = store.carriers([entry.id for entry in entries])
    backlog = before.first_answered is None
    another_way = before.address not in (None, reading.address)
    changes = find_changes(source, entries, known, now=now, backlog=backlog, another_way=another_way)
    listed = [entry.id for entry in standing]
    carried = store.carried(source.id)
    removals = find_removals(carried, listed, taken, complete=reading.complete, now=now)
    told = [replace(change, payload_sha256=reading.sha256) for change in (*changes, *removals.changes)]
    store.apply(told)
    store.seen(source.id, listed, now)
    store.vanish(source.id, removals.vanishing)
    _hold(told, store, labeller)
    return Kept(changes=tuple(told), held=removals.held)


def accept_removals(
    source: str, held: Collection[str], now: datetime, store: Transaction, labeller: Labeller
) -> int:
    """Write down as missing what vanished all at once, since the operator says that it did."""
    missing = Removal(kind=RemovalKind.MISSING)
    gone = [c for c in store.carried(source) if c.entry.id in held and not c.removed]
    changes = [withdraw(carrier, missing, now) for carrier in gone]
    store.apply(changes)
    _hold(changes, store, labeller)
    return len(changes)


def _hold(changes: Sequence[Change], store: Transaction, labeller: Labeller) -> None:
    touched = store.carriers({change.entry.id for change in changes})
    marks = store.marks(touched)
    label = labeller.with_marks(marks)
    store.hold([hold(carriers, label) for carriers in touched.values()], labeller.fingerprint)


def _known_as(reading: Reading, store: Transaction) -> tuple[tuple[Entry, ...], dict[str, Removal]]:
    """What was read, under the ids that its documents already have, by any name that we know them by.

    A document keeps the id of its first sight: when its address changes (a redirect, a corrected slug), and
    when the publisher's own id says that two pages are one document in two languages.
    """
    read = sorted(reading.entries, key=_english_first)
    names = store.resolve(name for entry in read for name in _names(entry))
    entries: dict[str, Entry] = {}
    ids: dict[str, str] = {}
    for entry in read:
        id = ids[entry.id] = next((names[name] for name in _names(entry) if name in names), entry.id)
        names |= {name: names.get(name, id) for name in _names(entry)}
        entries[id] = _joined(entries[id], entry) if id in entries else replace(entry, id=id)
    store.alias(names | _new_addresses(reading.taken, ids))
    return tuple(entries.values()), {ids.get(id, id): removal for id, removal in reading.taken.items()}


def _names(entry: Entry) -> tuple[str, ...]:
    content = (CONTENT + entry.content_id,) if entry.content_id else ()
    return (entry.key, *content, *entry.names)


def _english_first(entry: Entry) -> tuple[bool, str]:
    return entry.language != "en", entry.key


def _joined(lead: Entry, other: Entry) -> Entry:
    """One document in two languages, or the same one at two addresses."""
    if other.language == lead.language or other.url is None:
        return lead
    translation = Translation(language=other.language, url=other.url, title=other.title)
    rest = tuple(known for known in lead.translations if known.language != other.language)
    return replace(lead, translations=tuple(sorted((*rest, translation), key=lambda one: one.language)))


def _new_addresses(taken: Mapping[str, Removal], ids: Mapping[str, str]) -> dict[str, str]:
    """Where a document was moved to it is the same document, unless that address has one of its own."""
    moved = {ids.get(id, id): canonical(removal.to) for id, removal in taken.items()}
    return {address: id for id, address in moved.items() if address}
