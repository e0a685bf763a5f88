"""Merges documents that turned out to be the same, when all polls of an instant are done."""

from __future__ import annotations

from datetime import datetime

from aggregator.classify import Labeller, find_duplicates
from aggregator.services.polling.save_reading import recombine_documents
from aggregator.store import Transaction


def merge_documents(
    store: Transaction,
    labeller: Labeller,
    before: datetime | None,
    broken: dict[str, Exception],
    *,
    only: frozenset[str] | None = None,
) -> None:
    """Merge documents that share a name known before an instant (or at all, with None).

    A duplicate of a retracted document is retracted, too. What cannot be combined is added to `broken`.
    With `only` these documents are merged and no others.
    """
    name_groups = [ids for ids in store.names.duplicates(before) if only in (None, ids)]
    ids = frozenset[str]().union(*name_groups)
    retracted = store.documents.retracted_ids(ids)
    for remaining, *others in find_duplicates(name_groups, store.documents.stored_entries(ids), retracted):
        for merged in others:
            if remaining in retracted:
                store.documents.retract_duplicate(merged, remaining)
            else:
                store.documents.merge(merged, remaining)
        if remaining not in retracted:
            recombine_documents([remaining], store, labeller, broken)
