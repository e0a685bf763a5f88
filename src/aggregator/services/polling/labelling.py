"""Labels stored documents by the current vocabulary, and saves the operator's label overrides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from aggregator.classify import Labeller
from aggregator.model import Document, LabelOverride
from aggregator.store import Store

# Documents labelled in one transaction. Other writers wait no longer than one batch takes.
BATCH_SIZE: Final = 500


@dataclass(frozen=True)
class Labelling:
    """The labels of one store's documents."""

    store: Store
    labeller: Labeller

    def relabel(self, progress: Callable[[int, int], None] = lambda done, all: None) -> int:
        """Label the documents that an older vocabulary labelled. Returns how many got other labels.

        No date changes, so nothing looks new or changed. Works in batches, so an interrupted call continues
        where it stopped. `progress` gets the number of documents done and their total.
        """
        waiting, done, changed = self.store.labels.count_outdated(self.labeller.fingerprint), 0, 0
        while done < waiting:
            labelled, differ = self._relabel_batch()
            if not labelled:
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

    def _relabel_batch(self) -> tuple[int, int]:
        """The number of documents labelled, and of those that got other labels than before."""
        fingerprint = self.labeller.fingerprint
        with self.store.transaction() as transaction:
            documents = transaction.labels.with_outdated_labels(fingerprint, BATCH_SIZE)
            label = self.labeller.with_overrides(
                transaction.labels.overrides(one.entry.id for one in documents)
            )
            fresh = {one.entry.id: label(one.entry, [c.source for c in one.carriers]) for one in documents}
            transaction.labels.save(fresh, fingerprint)
        return len(documents), sum(fresh[one.entry.id] != one.labels for one in documents)
