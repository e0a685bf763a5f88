"""Sets aside the documents that cannot be read in the store, while they are few."""

from __future__ import annotations

from aggregator.errors import StoreError
from aggregator.model.faults import FaultKind
from aggregator.services.isolation import Isolation, damaged_document
from aggregator.services.publishing.culprits import most_culprits
from aggregator.store import Store, StoredDocuments


def read_stored(store: Store) -> StoredDocuments:
    """Return every document. Raises StoreError if more of them are damaged than may be left out."""
    stored = store.documents.all_with_damaged()
    damaged = len(stored.damaged)
    if damaged > most_culprits(damaged + len(stored.readable)):
        raise StoreError(
            f"{store.name or 'the store'}: {damaged} documents are damaged: put a backup in its place with "
            "`aggregator restore BACKUP --new`"
        )
    return stored


def set_damaged_aside(stored: StoredDocuments, isolation: Isolation) -> None:
    """Set the damaged documents aside, but those that wait already."""
    for id in sorted(stored.damaged.keys() - isolation.waiting(FaultKind.DOCUMENT)):
        isolation.set_aside(FaultKind.DOCUMENT, id, damaged_document(stored.damaged[id]))
