"""Labels stored documents by the present vocabulary, and keeps the operator's corrections."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from aggregator.classify import Labeller
from aggregator.model import Document, LabelOverride
from aggregator.store import Store

# Documents labelled in one transaction: others wait for no longer than that takes.
BATCH: Final = 500


@dataclass(frozen=True)
class Labelling:
    """The labels of one store's documents."""

    store: Store
    labeller: Labeller

    def relabel(self, progress: Callable[[int, int], None] = lambda done, all: None) -> int:
        """Label what was labelled by an older vocabulary; touches no date, so nothing looks new or changed.

        In batches, each saved whole: broken off, it goes on where it stopped. `progress` gets how many are
        done and how many there are. Gives how many documents got other labels than before.
        """
        waiting, done, changed = self.store.labels.count_outdated(self.labeller.fingerprint), 0, 0
        while done < waiting:
            labelled, differ = self._relabel_batch()
            if not labelled:
                break
            done, changed = done + labelled, changed + differ
            progress(done, waiting)
        return changed

    def correct(self, entry_id: str, mark: LabelOverride | None) -> Document | None:
        """Save the operator's correction of a document, or take it back (None), and label it by that.

        Gives the document as it then is; None when there is no such document.
        """
        with self.store.transaction() as transaction:
            held = transaction.documents.get(entry_id)
            if held is None:
                return None
            transaction.labels.set_override(held.entry.id, mark)
            labels = self.labeller.label(held.entry, [c.source for c in held.carriers], mark)
            transaction.labels.save({held.entry.id: labels}, self.labeller.fingerprint)
        return replace(held, labels=labels)

    def _relabel_batch(self) -> tuple[int, int]:
        """How many documents were labelled, and how many of them differently than before."""
        by = self.labeller.fingerprint
        with self.store.transaction() as transaction:
            held = transaction.labels.with_outdated_labels(by, BATCH)
            label = self.labeller.with_overrides(transaction.labels.overrides(one.entry.id for one in held))
            fresh = {one.entry.id: label(one.entry, [c.source for c in one.carriers]) for one in held}
            transaction.labels.save(fresh, by)
        return len(held), sum(fresh[one.entry.id] != one.labels for one in held)
