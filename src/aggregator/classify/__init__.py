"""Compares what sources tell with what we had, and says what each document is about.

In:      entries of one source, the carriers that the store already holds, the vocabulary
Out:     changes (what is new, revised or only told again), holdings (carriers added up), labels
To add:  a part whose change counts as substance: one line in PARTS (`substance.py`)
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
