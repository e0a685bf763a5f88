"""Opens the store, gives access to its repositories, and begins transactions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from sqlalchemy import URL, Connection, Table, make_url, select, text
from sqlalchemy.exc import ArgumentError

from aggregator.errors import StoreError
from aggregator.store.alerts import Alerts
from aggregator.store.breakdowns import Breakdowns
from aggregator.store.clock import StoredInstants
from aggregator.store.database.copies import copy_database, drop_old_copies
from aggregator.store.database.engine import Database, DatabaseAccess, OpenTransaction
from aggregator.store.database.lost import MakeStore, prepare, remember
from aggregator.store.database.migrate import migrate
from aggregator.store.database.store_file import OPENING
from aggregator.store.database.tables import metadata
from aggregator.store.deliveries import Deliveries
from aggregator.store.digests import Digests
from aggregator.store.documents.carriers import Carriers
from aggregator.store.documents.documents import Documents
from aggregator.store.documents.labels import DocumentLabels
from aggregator.store.documents.names import DocumentNames
from aggregator.store.faults import Faults
from aggregator.store.month_boards import MonthBoards
from aggregator.store.sources import RobotsTxtCache, Runs, Sources
from aggregator.store.subscribers import Subscribers

# How long a write waits for another process before it fails.
WAIT: Final = timedelta(seconds=30)


def open_store(url: str, *, wait: timedelta = WAIT, make: MakeStore = MakeStore.ALWAYS) -> Store:
    """Open the store at `sqlite:///FILE`; creates it, if `make` allows, or migrates it if need be.

    `sqlite://` is a store in memory, for tests.

    Raises StoreError, naming the file and the remedy, when this machine does not let us, and ConfigError when
    a store was there and is lost.
    """
    database = Database(_parse_url(url), wait)
    try:
        with database.job_lock(OPENING):
            prepare(database, make)
            migrate(database)
            if database.file and make is not MakeStore.ALWAYS:
                remember(database.file)
    except BaseException:
        database.close()
        raise
    return Store(database)


def open_existing_store(url: str) -> Store:
    """Open a store that must be there. Raises ConfigError if it is not, and what `open_store` raises."""
    return open_store(url, make=MakeStore.NEVER)


class Transaction:
    """What can be changed inside `with store.transaction()`; others see nothing of it before the end."""

    def __init__(self, database: DatabaseAccess) -> None:
        self.documents = Documents(database)
        self.carriers = Carriers(database)
        self.names = DocumentNames(database)
        self.labels = DocumentLabels(database)
        self.sources = Sources(database)


class Store(Transaction):
    """Everything that is stored, one repository for each subject. Raises StoreError.

    Each call reads one state of the store, whoever writes meanwhile.
    """

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._database = database
        self.robots_txt = RobotsTxtCache(database)
        self.runs = Runs(database)
        self.digests = Digests(database)
        self.month_boards = MonthBoards(database)
        self.subscribers = Subscribers(database)
        self.deliveries = Deliveries(database)
        self.alerts = Alerts(database)
        self.faults = Faults(database)
        self.breakdowns = Breakdowns(database)
        self.instants = StoredInstants(database)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def name(self) -> str:
        """The name of the store's file; empty for a store in memory."""
        return self._database.file.name if self._database.file else ""

    def close(self) -> None:
        """Close every connection to the file."""
        self._database.close()

    def check(self, *, thorough: bool) -> None:
        """Raise StoreError if the file is gone, was replaced, or is damaged; `thorough` reads all of it."""
        self._database.check(thorough=thorough)

    def job_lock(self, job: str, *, wait: timedelta = timedelta(0)) -> AbstractContextManager[None]:
        """Make this process the only one that does `job` on this store, inside the `with`.

        Raises StoreError, naming the other process, if it does not end within `wait`.
        """
        return self._database.job_lock(job, wait)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Begin a write transaction: committed at the end of the `with`, undone by any exception.

        Other writers wait meanwhile, so do no slow work inside. Read through the transaction, not the store:
        the store does not see its changes.
        """
        with self._database.write_transaction() as connection:
            open_transaction = OpenTransaction(connection)
            yield Transaction(open_transaction)
        if open_transaction.wants_checkpoint:
            self._database.checkpoint()

    def copy_to(self, file: Path, *, without_subscribers: bool = False) -> None:
        """Write a checked copy of the whole store to a new file, whoever uses the store meanwhile."""
        if self._database.file is None:
            raise StoreError("a store in memory has no file to copy")
        copy_database(self._database.file, file, without_subscribers=without_subscribers)

    def drop_old_copies(self, before: datetime, now: datetime) -> None:
        """Delete the copies beside the store that a migration made before this instant.

        One that seems to be made after `now` counts as made now.
        """
        if self._database.file:
            drop_old_copies(self._database.file, before, now)

    def dump(self) -> str:
        """Return the whole store as canonical text: equal for two stores with the same content.

        Every row is a text line of JSON, in the order of table name and key.
        """
        with self._database.read_transaction() as connection:
            tables = sorted(metadata.tables.items())
            return "".join(line for _, table in tables for line in _dump_table(connection, table))


def _dump_table(connection: Connection, table: Table) -> Iterator[str]:
    # `*` gives the stored text, not the model values that it is read as.
    rows = connection.execute(select(text("*")).select_from(table)).mappings().all()
    # Sorted here and not by the engine, whose order of text may follow a language.
    for row in sorted(rows, key=lambda row: [row[column.name] for column in table.primary_key]):
        yield f"{table.name}\t{json.dumps(dict(row), ensure_ascii=False, sort_keys=True)}\n"


def _parse_url(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(f"{url!r} is no address of a store; write sqlite:///FILE") from error
    if parsed.drivername != "sqlite":
        raise StoreError(f"a store of the kind {parsed.drivername!r} is not supported; write sqlite:///FILE")
    return parsed
