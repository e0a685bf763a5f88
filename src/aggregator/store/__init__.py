"""Stores documents with every revision, source states, runs, digests, subscribers, deliveries and alerts.

In:      model values: changes, documents, states, labels, runs, digests; one address (`sqlite:///FILE`)
Out:     the same values, as they were put in; nothing here decides what they mean.
         One repository for each subject: `store.documents`, `.carriers`, `.names`, `.labels`, `.sources`
         (in transactions, too), `.digests`, `.runs`, `.robots_txt`, `.subscribers`, `.deliveries`, `.alerts`
To add:  a table or column: `database/tables.py`, a step in `database/migrations/versions/`, its number in
         `database/migrate.py` (tests compare the three). Make a column only for what a query selects or sorts
         by; the rest is JSON. To rename a field of a model that is stored as JSON, write a step, too.
"""

from __future__ import annotations

from aggregator.store.database.copies import check_database as check_store_file
from aggregator.store.database.lost import MakeStore
from aggregator.store.database.lost import lost as lost_store
from aggregator.store.database.migrate import refuse_schema
from aggregator.store.database.store_file import StoreFile
from aggregator.store.documents.queries import StoredDocuments
from aggregator.store.store import Store, Transaction, open_existing_store, open_store

__all__ = [
    "MakeStore",
    "Store",
    "StoreFile",
    "StoredDocuments",
    "Transaction",
    "check_store_file",
    "lost_store",
    "open_existing_store",
    "open_store",
    "refuse_schema",
]
