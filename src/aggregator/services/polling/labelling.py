"""Labels stored documents by the current vocabulary, and saves the operator's label overrides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from aggregator.classify import Labeller
from aggregator.errors import AggregatorError
from aggregator.model import Document, LabelOverride, Labels
from aggregator.model.faults import FaultKind
from aggregator.services.isolation import Isolation
from aggregator.services.polling.merge_documents import set_documents_aside
from aggregator.services.polling.save_reading import BrokenDocuments, recombine_documents
from aggregator.store import Store
from aggregator.tasks import stop_if_cancelled

# Documents labelled in one transaction. Other writers wait no longer than one batch takes.
BATCH_SIZE: Final = 100


@dataclass(frozen=True)
class Labelling:
    """The labels of one store's documents."""

    store: Store
    labeller: Labeller

    def relabel(self, now: datetime, progress: Callable[[int, int], None] = lambda done, all: None) -> int:
        """Label the documents that an older vocabulary labelled. Returns how many got other labels.

        No date changes, so nothing looks new or changed. Works in batches, so an interrupted call continues
        where it stopped. `progress` gets the number of documents done and their total. A document that raises
        is set aside with the labels that it has.
        """
        self._retry(now)
        aside = set(Isolation(self.store, now).waiting(FaultKind.DOCUMENT))
        waiting, done, changed = self.store.labels.count_outdated(self.labeller.fingerprint), 0, 0
        while done < waiting:
            stop_if_cancelled()
            broken = BrokenDocuments()
            labelled, differ = self._relabel_batch(aside, broken)
            set_documents_aside(self.store, broken, now)
            aside |= broken.keys()
            if not labelled and not broken:
                break
            done, changed = done + labelled, changed + differ
            progress(done, waiting)
        return changed

    def correct(self, entry_id: str, label_override: LabelOverride | None) -> Document | None:
        """Save the operator's label override for a document, or remove it (None), and label the document
        anew.

        Returns the labelled document; None if there is no such document.
        """
        with self.store.transaction() as transaction:
            document = transaction.documents.get(entry_id)
            if document is None:
                return None
            transaction.labels.set_override(document.entry.id, label_override)
            labels = self.labeller.label(
                document.entry, [c.source for c in document.carriers], label_override
            )
            transaction.labels.save({document.entry.id: labels}, self.labeller.fingerprint)
        return replace(document, labels=labels)

    def repair(self, id: str, now: datetime) -> tuple[str, ...]:
        """Make a damaged document readable from what is left of it; return the columns that were damaged.

        Raises StoreError if too little is left.
        """
        broken = BrokenDocuments()
        with self.store.transaction() as transaction:
            if damaged := transaction.documents.damage_of(id):
                transaction.carriers.repair(id)
                recombine_documents([id], transaction, self.labeller, broken)
        set_documents_aside(self.store, broken, now)
        if not broken:
            self.store.faults.clear(FaultKind.DOCUMENT, id)
        return damaged

    def _retry(self, now: datetime) -> None:
        """Combine the documents again whose time has come."""
        # The fault is forgotten only when the document was published.
        broken, isolation = BrokenDocuments(), Isolation(self.store, now)
        ids = {fault.key for fault in self.store.faults.all() if fault.kind is FaultKind.DOCUMENT}
        if due := ids - isolation.waiting(FaultKind.DOCUMENT):
            with self.store.transaction() as transaction:
                due -= transaction.documents.retracted_ids(due)
                recombine_documents(due, transaction, self.labeller, broken)
            set_documents_aside(self.store, broken, now)

    def _relabel_batch(self, aside: set[str], broken: BrokenDocuments) -> tuple[int, int]:
        """The number of documents labelled, and of those that got other labels than before."""
        fingerprint = self.labeller.fingerprint
        with self.store.transaction() as transaction:
            documents = transaction.labels.with_outdated_labels(fingerprint, BATCH_SIZE, aside)
            label = self.labeller.with_overrides(
                transaction.labels.overrides(one.entry.id for one in documents)
            )
            fresh = dict[str, Labels]()
            for one in documents:
                try:
                    fresh[one.entry.id] = label(one.entry, [c.source for c in one.carriers])
                except AggregatorError:
                    raise
                except Exception as error:
                    broken[one.entry.id] = error
            transaction.labels.save(fresh, fingerprint)
        return len(fresh), sum(fresh.get(one.entry.id, one.labels) != one.labels for one in documents)
