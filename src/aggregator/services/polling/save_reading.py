"""Saves what one poll of a source found, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import reduce
from typing import Final

from aggregator.classify import Labeller, combine_carriers, find_changes, find_removals, withdraw
from aggregator.classify.combine import LabelFunction
from aggregator.errors import AggregatorError
from aggregator.model import (
    Carrier,
    Change,
    Document,
    Entry,
    Labels,
    Relevance,
    Removal,
    RemovalKind,
    Source,
    SourceState,
)
from aggregator.normalise.identity import entry_id
from aggregator.normalise.urls import canonical_url, former_canonical_url
from aggregator.services.polling.read_source import SourceReading
from aggregator.store import Transaction

# The exceptions that documents raised, by id.
BrokenDocuments = dict[str, Exception]
# The type of a document that could not be labelled.
_TYPE: Final = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedReading:
    """What a saved reading changed."""

    changes: tuple[Change, ...] = ()
    # Ids of documents that vanished all at once and wait for the operator.
    pending_removals: tuple[str, ...] = ()
    # Documents that could not be combined. They are stored; set them aside after the transaction.
    broken: BrokenDocuments = field(default_factory=dict)


def save_reading(
    source: Source,
    reading: SourceReading,
    before: SourceState,
    now: datetime,
    store: Transaction,
    labeller: Labeller,
) -> SavedReading:
    """Compare a reading with the store and save the changes."""
    identified = _with_document_ids(reading, source.id, now, store)
    retracted = store.documents.retracted_ids(entry.id for entry in identified.entries)
    entries = tuple(entry for entry in identified.entries if entry.id not in retracted)
    present = [entry for entry in entries if entry.removal is None]
    known = store.carriers.of_documents([entry.id for entry in entries])
    backlog = before.first_read is None
    other_address = before.address not in (None, reading.address)
    changes = find_changes(source, entries, known, now=now, backlog=backlog, other_address=other_address)
    listed = [entry.id for entry in present]
    # A document at two addresses is there as long as one of them is.
    removed = {id: removal for id, removal in identified.removals.items() if id not in listed}
    carried = store.carriers.of_source(source.id)
    removals = find_removals(carried, listed, removed, complete=reading.complete, now=now)
    saved = [replace(change, payload_sha256=reading.sha256) for change in (*changes, *removals.changes)]
    store.carriers.apply(saved)
    store.carriers.mark_seen(source.id, listed, now)
    store.carriers.set_pending_removals(source.id, removals.pending)
    broken = BrokenDocuments()
    recombine_documents({change.entry.id for change in saved}, store, labeller, broken, before=now)
    return SavedReading(changes=tuple(saved), pending_removals=removals.awaiting_operator, broken=broken)


def accept_removals(
    source: str,
    document_ids: Collection[str],
    now: datetime,
    store: Transaction,
    labeller: Labeller,
    broken: BrokenDocuments,
) -> int:
    """Save documents that vanished all at once as missing, because the operator confirmed it.

    Returns how many documents were changed.
    """
    missing = Removal(kind=RemovalKind.MISSING)
    gone = [c for c in store.carriers.of_source(source) if c.entry.id in document_ids and not c.removal]
    changes = [withdraw(carrier, missing, now) for carrier in gone]
    store.carriers.apply(changes)
    recombine_documents({change.entry.id for change in changes}, store, labeller, broken)
    return len(changes)


def recombine_documents(
    entry_ids: Collection[str],
    store: Transaction,
    labeller: Labeller,
    broken: BrokenDocuments,
    *,
    before: datetime | None = None,
) -> None:
    """Combine documents again from the current state of their carriers.

    One that raises is added to `broken`, and stays as it is stored; a new one is stored as it came.

    The leading carrier stays the leading one, also when its source got another id. With `before` this holds
    only for documents that were first seen before that instant.
    """
    stored = store.documents.stored_entries(entry_ids)
    # Carriers that first have a document at the same instant have no order, so none of them leads already.
    leads = {
        id: entry.source
        for id, (first_seen, entry) in stored.items()
        if before is None or first_seen < before
    }
    touched = store.carriers.of_documents(entry_ids)
    label = labeller.with_overrides(store.labels.overrides(touched))
    combined = [combine_or_keep(id, ones, label, leads.get(id), broken) for id, ones in touched.items()]
    store.documents.save([document for document in combined if document], labeller.fingerprint)
    # Without the vocabulary's fingerprint, so that it is labelled later.
    store.documents.save([plain_document(touched[id]) for id in touched if id in broken and id not in stored])


@dataclass(frozen=True, slots=True)
class _IdentifiedReading:
    """The entries and removals of a reading, with the ids of their documents."""

    entries: tuple[Entry, ...]
    removals: Mapping[str, Removal]


def _with_document_ids(
    reading: SourceReading, source: str, now: datetime, store: Transaction
) -> _IdentifiedReading:
    """Give entries and removals the ids that their documents already have, by any of their names.

    A document keeps its first id when its address changes (a redirect, a corrected slug), and when the
    publisher's own id shows that two pages are one document in two languages.
    """
    # Only names stored before this instant count, so that the order of polls at one instant changes nothing.
    # `merge_documents` later merges the documents that this leaves apart.
    ranked = sorted(reading.entries, key=lambda entry: entry.rank)
    former = {entry.key: key for entry in ranked if (key := former_canonical_url(entry.url))}
    asked = {*reading.removals, *former.values(), *(name for entry in ranked for name in entry.all_names)}
    before = store.names.resolve(asked, now)
    names = {name: id for name, id in before.items() if name not in former.values()}
    names |= _known_by_former_key(ranked, former, before, store)
    by_id: dict[str, list[Entry]] = {}
    for entry in ranked:
        id = next((names[name] for name in entry.all_names if name in names), entry.id)
        names |= {name: names.get(name, id) for name in entry.all_names}
        by_id.setdefault(id, []).append(entry)
    store.names.add(
        [(name, id) for id, entries in by_id.items() for e in entries for name in e.all_names], now
    )
    removals = {names.get(key, entry_id(key)): removal for key, removal in reading.removals.items()}
    _add_redirect_targets(removals, source, now, store)
    return _IdentifiedReading(_combine_entries(by_id, store), removals)


def _known_by_former_key(
    entries: Sequence[Entry], former: Mapping[str, str], ids: Mapping[str, str], store: Transaction
) -> dict[str, str]:
    """Document ids by today's key, of documents stored when more parameters counted as trackers."""
    # Several pages of today had one key then: only the one that was stored is that document.
    stored = store.documents.stored_entries([ids[key] for key in former.values() if key in ids])
    found: dict[str, str] = {}
    for entry in entries:
        id = ids.get(former.get(entry.key, ""))
        if id in stored and {entry.native_id, entry.title} & {stored[id][1].native_id, stored[id][1].title}:
            found[entry.key] = id
    return found


def _combine_entries(by_id: Mapping[str, Sequence[Entry]], store: Transaction) -> tuple[Entry, ...]:
    """One entry for each document, with the document's id and the key from which that id was made."""
    stored = store.documents.stored_entries(by_id)
    keys = {id: entry.key for id, (_, entry) in stored.items()}
    return tuple(
        replace(reduce(Entry.with_translation, entries), id=id, key=keys.get(id, entries[0].key))
        for id, entries in by_id.items()
    )


def _add_redirect_targets(
    removals: Mapping[str, Removal], source: str, now: datetime, store: Transaction
) -> None:
    """Make the target of a redirect a name of the document, unless another document has that address."""
    carried = {carrier.entry.id for carrier in store.carriers.of_source(source)}
    moved = [(canonical_url(removal.to), id) for id, removal in removals.items() if id in carried]
    store.names.add([(address, id) for address, id in moved if address], now, from_redirect=True)


def combine_or_keep(
    id: str, carriers: Sequence[Carrier], label: LabelFunction, lead: str | None, broken: BrokenDocuments
) -> Document | None:
    """Return the document of its carriers; None if it cannot be combined, with the exception in `broken`."""
    try:
        return combine_carriers(carriers, label, lead)
    except AggregatorError:
        raise
    except Exception as error:
        broken[id] = error
        return None


def plain_document(carriers: Sequence[Carrier]) -> Document:
    """Return a document that cannot be combined, as its first carrier has it and without labels.

    Its carriers can be stored with it, so that nothing is lost until it is combined again.
    """
    first = min(carriers, key=lambda carrier: (carrier.entry.relayed, carrier.first_seen, carrier.source))
    return Document(
        entry=first.entry,
        labels=Labels(type=_TYPE, relevance=Relevance.NO, subjects=(first.entry.body,)),
        carriers=tuple(carriers),
        first_seen=min(carrier.first_seen for carrier in carriers),
        updated=first.first_seen,
        backlog=first.backlog,
    )
