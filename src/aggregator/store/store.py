"""The door to what is kept: opens it, holds its subjects, begins transactions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from types import TracebackType
from typing import Final, Self

from sqlalchemy import URL, Connection, Table, make_url, select, text
from sqlalchemy.exc import ArgumentError

from aggregator.errors import StoreError
from aggregator.store.alerts import Alerts
from aggregator.store.database.engine import Access, Database, Within
from aggregator.store.database.migrate import migrate
from aggregator.store.database.tables import metadata
from aggregator.store.deliveries import Deliveries
from aggregator.store.digests import Digests
from aggregator.store.documents.carriers import Carriers
from aggregator.store.documents.documents import Documents
from aggregator.store.documents.labels import KeptLabels
from aggregator.store.documents.names import Names
from aggregator.store.sources import RobotsMemory, Runs, Sources
from aggregator.store.subscribers import Subscribers

WAIT: Final = timedelta(seconds=30)
"""How long a write waits for another process before it gives up."""


def open_store(url: str, *, wait: timedelta = WAIT) -> Store:
    """Open the store at `sqlite:///FILE`, made or migrated if need be (`sqlite://`: in memory, one thread).

    Raises StoreError, naming the place and the remedy, when this machine does not let us.
    """
    database = Database(_address(url), wait)
    try:
        with database.locked("opening"):
            migrate(database)
    except BaseException:
        database.close()
        raise
    return Store(database)


class Transaction:
    """What can be done inside `with store.writing()`; nothing of it is seen by others before the end."""

    def __init__(self, database: Access) -> None:
        self.documents = Documents(database)
        self.carriers = Carriers(database)
        self.names = Names(database)
        self.labels = KeptLabels(database)
        self.sources = Sources(database)


class Store(Transaction):
    """What is kept, by subject. Each question is answered from one moment of the store. Raises StoreError."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._database = database
        self.robots = RobotsMemory(database)
        self.runs = Runs(database)
        self.digests = Digests(database)
        self.readers = Subscribers(database)
        self.postings = Deliveries(database)
        self.alerts = Alerts(database)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def reserved(self, job: str, *, wait: timedelta = timedelta(0)) -> AbstractContextManager[None]:
        """Do the job `job` on this store alone among all processes, inside the `with`.

        StoreError names who does it already, when they do not end within `wait`.
        """
        return self._database.locked(job, wait)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """One write transaction: kept at the end of the `with`, undone by any exception.

        Other writers wait meanwhile, so do no slow work inside; read through the transaction, not the store.
        """
        with self._database.writing() as connection:
            within = Within(connection)
            yield Transaction(within)
        if within.wants_checkpoint:
            self._database.checkpoint()

    def dump(self) -> str:
        """The whole store as canonical text: equal for two stores that keep the same.

        Every row of every table is one line of JSON, in the order of table name and key.
        """
        with self._database.reading() as connection:
            named = sorted(metadata.tables.items())
            return "".join(line for _, table in named for line in _lines(connection, table))


def _lines(connection: Connection, table: Table) -> Iterator[str]:
    # The bare columns: what is stored, not the values that it stands for.
    rows = connection.execute(select(text("*")).select_from(table)).mappings().all()
    # Sorted here and not by the engine, whose order of text may follow a language.
    for row in sorted(rows, key=lambda row: [row[column.name] for column in table.primary_key]):
        yield f"{table.name}\t{json.dumps(dict(row), ensure_ascii=False, sort_keys=True)}\n"


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise StoreError(f"{url!r} is no address of a store; write sqlite:///FILE") from error
    if address.drivername != "sqlite":
        raise StoreError(f"a store of the kind {address.drivername!r} is not built; write sqlite:///FILE")
    return address
