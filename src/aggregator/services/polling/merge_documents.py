"""Makes one document of those that turned out to be one, when the polls of an instant are done."""

from __future__ import annotations

from datetime import datetime

from aggregator.classify import Labeller, find_duplicates
from aggregator.services.polling.save_reading import recombine_documents
from aggregator.store import Transaction


def merge_documents(store: Transaction, labeller: Labeller, before: datetime | None) -> None:
    """Join documents that share a name known before an instant (or at all).

    A document that is the same as a retracted one is retracted, too.
    """
    shared = store.names.duplicates(before)
    ids = frozenset[str]().union(*shared)
    retracted = store.documents.retracted_ids(ids)
    for stays, *others in find_duplicates(shared, store.documents.stored_entries(ids), retracted):
        for gone in others:
            if stays in retracted:
                store.documents.retract_duplicate(gone, stays)
            else:
                store.documents.merge(gone, stays)
        if stays not in retracted:
            recombine_documents([stays], store, labeller)
