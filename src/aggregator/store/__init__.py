"""Keeps what is known: documents with every revision, sources with what they are due, runs, issued letters.

In:      model values: changes, holdings, states, labels, runs, digests; one address (`sqlite:///FILE`)
Out:     the same values, as they were put in; nothing here decides what they mean
         by subject: `store.documents`, `.carriers`, `.names`, `.labels`, `.sources` (in transactions, too),
         `.digests`, `.runs`, `.robots`, `.readers`, `.postings`, `.alerts`
To add:  a table or column: `tables.py`, a step in `migrations/versions/`, its number in `migrate.py`
         (tests hold the three together); a column only for what a query picks or sorts by, the rest is JSON
"""

from __future__ import annotations

from aggregator.store.store import Store, Transaction, open_store

__all__ = ["Store", "Transaction", "open_store"]
