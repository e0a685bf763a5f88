"""Makes one document of those that turned out to be one, when the polls of an instant are done."""

from __future__ import annotations

from datetime import datetime

from aggregator.classify import Labeller, find_same
from aggregator.services.polling.save_reading import hold_anew
from aggregator.store import Transaction


def join_documents(store: Transaction, labeller: Labeller, before: datetime | None) -> None:
    """Join documents that share a name known before an instant (or at all).

    A document that is the same as a retracted one is retracted, too.
    """
    shared = store.names.shared(before)
    ids = frozenset[str]().union(*shared)
    retracted = store.documents.retracted(ids)
    for stays, *others in find_same(shared, store.documents.held(ids), retracted):
        for gone in others:
            if stays in retracted:
                store.documents.silence(gone, stays)
            else:
                store.documents.join(gone, stays)
        if stays not in retracted:
            hold_anew([stays], store, labeller)
