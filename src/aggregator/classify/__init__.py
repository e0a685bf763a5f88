"""Finds out what changed since the last poll, combines carriers into documents, and labels documents.

In:      entries of one source, the stored carriers of the same documents, the vocabulary
Out:     changes (new, revised, restated, withdrawn, restored), documents, labels
To add:  a part whose change counts as a change of substance: one row in PARTS (`comparison.py`)
"""

from __future__ import annotations

from aggregator.classify.changes import find_changes
from aggregator.classify.combine import combine_carriers, find_duplicates
from aggregator.classify.labels.labeller import Labeller
from aggregator.classify.removals import Removals, find_removals, withdraw

__all__ = [
    "Labeller",
    "Removals",
    "combine_carriers",
    "find_changes",
    "find_duplicates",
    "find_removals",
    "withdraw",
]
