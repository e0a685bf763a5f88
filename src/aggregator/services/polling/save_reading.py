"""Saves what one poll of a source found, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from aggregator.classify import Labeller, combine_carriers, find_changes, find_removals, withdraw
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
from aggregator.services.polling.identity.identify import identify
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
    retracted = store.documents.retracted_ids(entry.id for entry in identified.entries)
    entries = tuple(entry for entry in identified.entries if entry.id not in retracted)
    known = store.carriers.of_documents([entry.id for entry in entries])
    # What cannot be compared stays as it is stored.
    broken = BrokenDocuments({entry.id: damaged_document() for entry in entries if entry.id not in known})
    entries = tuple(entry for entry in entries if entry.id in known)
    own = {one.entry.id: one for several in known.values() for one in several if one.source == source.id}
    believed = believe_pages(source, entries, own, store.carriers.with_pending_revision(), now)
    # Also the damaged ones: they are still there.
    present = [
        entry
        for entry in identified.entries
        if entry.id not in retracted and entry.removal is None and entry.id not in believed.withdrawn
    ]
    backlog = before.first_read is None
    other_address = before.address not in (None, reading.address)
    changes = find_changes(
        source,
        believed.entries,
        known,
        now=now,
        backlog=backlog,
        other_address=other_address,
        moved=identified.moved,
    )
    # What waits for the operator has not vanished.
    listed = [*(entry.id for entry in present), *sorted(identified.waiting)]
    # A document at two addresses is there as long as one of them is.
    stated = {**believed.withdrawn, **identified.removals}
    removed = {id: removal for id, removal in stated.items() if id not in listed}
    carried = store.carriers.of_source(source.id)
    removals = find_removals(carried, listed, removed, complete=reading.complete, now=now)
    gone = _of_undamaged(removals.changes, store, broken)
    saved = [replace(change, payload_sha256=reading.sha256) for change in (*changes, *gone)]
    store.carriers.apply(saved)
    store.carriers.take_back_revisions(reported_twice(saved, known))
    store.carriers.mark_seen(source.id, listed, now)
    store.carriers.set_pending_removals(source.id, removals.pending)
    store.carriers.set_pending_revisions(source.id, believed.pending)
    store.carriers.set_newest_updated(source.id, newest_updates(believed.entries, own, now=now))
    recombine_documents({change.entry.id for change in saved}, store, labeller, broken, before=now)
    return SavedReading(
        changes=tuple(saved),
        pending_removals=removals.awaiting_operator,
        stand_in=stand_in_failure(source, reading.address, believed, own),
        questions=identified.questions,
        broken=broken,
    )


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
