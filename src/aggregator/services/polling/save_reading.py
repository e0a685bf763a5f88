"""Saves what one poll of a source found, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from aggregator.classify import Labeller, Removals, combine_carriers, find_changes, find_removals, withdraw
from aggregator.classify.changes import newest_updates
from aggregator.classify.combine import LabelFunction
from aggregator.classify.same_edit import reported_twice
from aggregator.classify.stand_ins import Believed, believe_pages
from aggregator.errors import AggregatorError, Cause
from aggregator.model import (
    Carrier,
    Change,
    Document,
    Failed,
    Labels,
    Relevance,
    Removal,
    RemovalKind,
    Source,
    SourceState,
)
from aggregator.model.fetched import IdentityQuestion
from aggregator.model.kinds import KINDS
from aggregator.services.isolation import damaged_document
from aggregator.services.polling.identity.identify import IdentifiedReading, identify
from aggregator.services.polling.read_source import SourceReading
from aggregator.store import Transaction
from aggregator.values.text import one_line

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
    # Why the source does not count as read: something else stands in place of its document.
    stand_in: Failed | None = None
    # What the operator is asked about the identity of its documents.
    questions: tuple[IdentityQuestion, ...] = ()
    # Documents that could not be combined. They are stored; set them aside after the transaction.
    broken: BrokenDocuments = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compared:
    """The entries of a reading that count, beside what is stored of their documents."""

    identified: IdentifiedReading
    # All carriers of each document, and the source's own.
    known: Mapping[str, Sequence[Carrier]]
    own: Mapping[str, Carrier]
    believed: Believed
    # Ids of the documents that the reading shows to be there, also of damaged ones.
    present: tuple[str, ...]


def save_reading(
    source: Source,
    reading: SourceReading,
    before: SourceState,
    now: datetime,
    store: Transaction,
    labeller: Labeller,
    body_address: str = "",
) -> SavedReading:
    """Compare a reading with the store and save the changes. The body's own address tells where it may be."""
    identified = identify(source, reading.entries, reading.removals, before, body_address, now, store)
    broken = BrokenDocuments()
    compared = _compare_with_store(source, identified, broken, now, store)
    changes = find_changes(
        source,
        compared.believed.entries,
        compared.known,
        now=now,
        backlog=before.first_read is None,
        other_address=before.address not in (None, reading.address),
        moved=identified.moved,
    )
    removals = _find_removals(source, reading, compared, now, store)
    gone = _of_undamaged(removals.changes, store, broken)
    saved = tuple(replace(change, payload_sha256=reading.sha256) for change in (*changes, *gone))
    _save(source, saved, compared, removals, now, store)
    recombine_documents({change.entry.id for change in saved}, store, labeller, broken, before=now)
    return SavedReading(
        changes=saved,
        pending_removals=removals.awaiting_operator,
        stand_in=stand_in_failure(source, reading.address, compared.believed, compared.own),
        questions=identified.questions,
        broken=broken,
    )


def _compare_with_store(
    source: Source, identified: IdentifiedReading, broken: BrokenDocuments, now: datetime, store: Transaction
) -> _Compared:
    """Return the entries that can be compared; the others stay as they are stored, added to `broken`."""
    retracted = store.documents.retracted_ids(entry.id for entry in identified.entries)
    entries = [entry for entry in identified.entries if entry.id not in retracted]
    known = store.carriers.of_documents([entry.id for entry in entries])
    broken |= {entry.id: damaged_document() for entry in entries if entry.id not in known}
    readable = [entry for entry in entries if entry.id in known]
    own = {one.entry.id: one for several in known.values() for one in several if one.source == source.id}
    believed = believe_pages(source, readable, own, store.carriers.with_pending_revision(), now)
    there = [entry.id for entry in entries if entry.removal is None and entry.id not in believed.withdrawn]
    # What waits for the operator has not vanished.
    present = (*there, *sorted(identified.waiting))
    return _Compared(identified=identified, known=known, own=own, believed=believed, present=present)


def _find_removals(
    source: Source, reading: SourceReading, compared: _Compared, now: datetime, store: Transaction
) -> Removals:
    # A document at two addresses is there as long as one of them is.
    stated = {**compared.believed.withdrawn, **compared.identified.removals}
    removed = {id: removal for id, removal in stated.items() if id not in compared.present}
    carried = store.carriers.of_source(source.id)
    return find_removals(carried, compared.present, removed, complete=reading.complete, now=now)


def _save(
    source: Source,
    changes: Sequence[Change],
    compared: _Compared,
    removals: Removals,
    now: datetime,
    store: Transaction,
) -> None:
    store.carriers.apply(changes)
    store.carriers.take_back_revisions(reported_twice(changes, compared.known))
    store.carriers.mark_seen(source.id, compared.present, now)
    store.carriers.set_pending_removals(source.id, removals.pending)
    store.carriers.set_pending_revisions(source.id, compared.believed.pending)
    newest = newest_updates(compared.believed.entries, compared.own, now=now)
    store.carriers.set_newest_updated(source.id, newest)


def stand_in_failure(
    source: Source, address: str, believed: Believed, own: Mapping[str, Carrier]
) -> Failed | None:
    """Return the failure of a source with one document, if something else stands in its place."""
    waiting = [(id, one) for id, one in believed.pending.items() if one]
    if not KINDS[source.kind].may_be_one_document or not waiting or len(own) > 1:
        return None
    id, pending = waiting[0]
    return Failed(
        url=address,
        cause=Cause.OTHER_PAGE,
        detail=f"'{one_line(pending.title, 80)}' came in place of '{one_line(own[id].entry.title, 80)}'",
        hint="open the address in a browser: if this is the document now, run "
        f"`aggregator sources accept-list {source.id}`; else wait, or look for a new address",
    )


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
    changes = _of_undamaged([withdraw(carrier, missing, now) for carrier in gone], store, broken)
    store.carriers.apply(changes)
    recombine_documents({change.entry.id for change in changes}, store, labeller, broken)
    return len(changes)


def _of_undamaged(changes: Iterable[Change], store: Transaction, broken: BrokenDocuments) -> list[Change]:
    """Return the changes of documents that can be read; the others are added to `broken`."""
    by_id = {change.entry.id: change for change in changes}
    known = store.carriers.of_documents(by_id)
    broken |= {id: damaged_document() for id in by_id if id not in known}
    return [change for id, change in by_id.items() if id in known]


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
