"""Makes one document of those that turned out to be one, when the polls of an instant are done."""

from __future__ import annotations

from datetime import datetime

from aggregator.classify import Labeller, find_same
from aggregator.pipeline.keeping import hold_anew
from aggregator.store import Transaction


def join_documents(store: Transaction, labeller: Labeller, before: datetime | None) -> bool:
    """Join documents that share a name known before an instant (or at all); whether words were retracted.

    A document that is the same as a retracted one is retracted, too.
    """
    shared = store.shared(before)
    ids = frozenset[str]().union(*shared)
    retracted = store.retracted(ids)
    silenced = False
    for stays, *others in find_same(shared, store.held(ids), retracted):
        for gone in others:
            if stays in retracted:
                store.silence(gone, stays)
                silenced = True
            else:
                store.join(gone, stays)
        if stays not in retracted:
            hold_anew([stays], store, labeller)
    return silenced
