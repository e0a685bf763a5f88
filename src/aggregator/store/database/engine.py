"""The one database behind a store: its connections, its transactions and the locks beside its file."""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, Executable, Row, Table, create_engine, event
from sqlalchemy.exc import DBAPIError

from aggregator.errors import StoreError
from aggregator.store.database.lock import NOT_WRITABLE, hold_lock
from aggregator.store.database.statements import insert_once, upsert

READ: Final = "BEGIN"
WRITE: Final = "BEGIN IMMEDIATE"
"""Asks for the write lock at once: a transaction that reads first and writes later could not wait for it."""

LOG: Final = "PRAGMA journal_mode = WAL"
"""Readers and one writer do not wait for each other (https://www.sqlite.org/wal.html). Kept in the file."""

PRAGMAS: Final = (
    # What is committed stays committed when the power fails; WAL alone promises only a consistent file.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)


NOT_A_DATABASE: Final = (
    "this file is not a database, or it is damaged; name another file in the setting `store`, "
    "or put a copy back in its place"
)
LOCKED: Final = (
    "another process kept the store locked too long; nothing was changed, "
    "run again when the other process has ended"
)
FULL: Final = "the disk is full; nothing that was kept is lost, free some space and run again"
DISK: Final = (
    "the disk reports an error; nothing was changed, check the disk and its free space and run again"
)

REMEDIES: Final[Mapping[int, str]] = {
    sqlite3.SQLITE_READONLY: NOT_WRITABLE,
    sqlite3.SQLITE_CANTOPEN: NOT_WRITABLE,
    sqlite3.SQLITE_PERM: NOT_WRITABLE,
    sqlite3.SQLITE_NOTADB: NOT_A_DATABASE,
    sqlite3.SQLITE_CORRUPT: NOT_A_DATABASE,
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_IOERR: DISK,
}
"""By SQLite's primary result code (https://www.sqlite.org/rescode.html)."""


@contextmanager
def explained(place: str) -> Iterator[None]:
    """Raise StoreError for what this machine does to the store at `place`; a bug of ours passes as it is."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        told = error.orig if isinstance(error, DBAPIError) else error
        code = getattr(told, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        # The low byte is the primary code, whatever extended code SQLite gives.
        remedy = REMEDIES.get(code & 0xFF)
        if remedy is None:
            raise
        raise StoreError(f"{place}: {remedy} ({told})") from error


class Access(ABC):
    """Where questions are asked and changes are made: the database, or one transaction on it."""

    @abstractmethod
    def reading(self) -> AbstractContextManager[Connection]:
        """A transaction that sees the store as it stands at its first statement, whoever writes meanwhile."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction that nobody else writes beside: kept at the end, undone by any exception."""

    @abstractmethod
    def checkpoint(self) -> None:
        """Move everything into the file itself and empty the write-ahead log, which keeps old pages."""

    def rows(self, asked: Executable) -> Sequence[Row[Any]]:
        """Every row of the answer."""
        with self.reading() as connection:
            return connection.execute(asked).all()

    def values(self, asked: Executable) -> Sequence[Any]:
        """The first column of every row of the answer."""
        with self.reading() as connection:
            return connection.scalars(asked).all()

    def value(self, asked: Executable) -> Any | None:
        """The first column of the first row of the answer; None where there is none."""
        with self.reading() as connection:
            return connection.scalar(asked)

    def change(self, statement: Executable, rows: Sequence[Mapping[str, Any]] | None = None) -> int:
        """Execute a statement once, or once for each of the rows; gives how many rows of the table it met."""
        if rows is not None and not rows:
            return 0
        with self.writing() as connection:
            return connection.execute(statement, rows).rowcount

    def put(self, table: Table, *rows: Mapping[str, Any]) -> None:
        """Insert rows, or replace those whose key is there already."""
        with self.writing() as connection:
            upsert(connection, table, rows)

    def put_once(self, table: Table, row: Mapping[str, Any]) -> bool:
        """Insert a row, or leave the one whose key is there already as it is; whether it is new."""
        with self.writing() as connection:
            return insert_once(connection, table, row)


class Within(Access):
    """One transaction that somebody else begins and ends."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.wants_checkpoint = False

    def reading(self) -> AbstractContextManager[Connection]:
        """That transaction."""
        return nullcontext(self._connection)

    writing = reading

    def checkpoint(self) -> None:
        """Once the transaction has ended, by whoever ends it."""
        self.wants_checkpoint = True


class Subject:
    """Questions and changes that belong together, asked of a database or within one transaction."""

    def __init__(self, database: Access) -> None:
        self._database = database


class Database(Access):
    """An SQLite database in a file, or in memory (`file` None) for one thread of one process.

    `wait` is how long a transaction or a lock waits for another process. Raises StoreError for what this
    machine does to the database; a bug of ours passes as it is.
    """

    def __init__(self, url: URL, wait: timedelta) -> None:
        in_memory = url.database in (None, "", ":memory:")
        self.file = None if in_memory else Path(str(url.database))
        self.place = str(self.file or "the store in memory")
        self._wait = wait
        self._engine = _engine(url, wait)

    def reading(self) -> AbstractContextManager[Connection]:
        """A transaction of its own, see `Access`."""
        return self._transaction(READ)

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction of its own, see `Access`."""
        return self._transaction(WRITE)

    def locked(self, job: str, wait: timedelta | None = None) -> AbstractContextManager[None]:
        """Hold the lock for `job` on this database between processes; nobody else sees one in memory."""
        if self.file is None:
            return nullcontext()
        return hold_lock(Path(f"{self.file}.{job}.lock"), wait=self._wait if wait is None else wait)

    def use_log(self) -> None:
        """Write ahead from now on, whoever opens the file; not before it is known to be ours."""
        self._outside(LOG)

    def checkpoint(self) -> None:
        """At once, see `Access`."""
        self._outside("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    def _outside(self, statement: str) -> None:
        """What SQLite does outside a transaction only."""
        with explained(self.place), closing(self._engine.raw_connection()) as connection:
            connection.cursor().execute(statement)

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Connection]:
        with (
            explained(self.place),
            self._engine.connect().execution_options(begin=begin) as connection,
            connection.begin(),
        ):
            yield connection


def _engine(url: URL, wait: timedelta) -> Engine:
    # An error must not show what was to be written: it may be somebody's address.
    engine = create_engine(url, connect_args={"timeout": wait.total_seconds()}, hide_parameters=True)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # Python's driver begins transactions late and never for a SELECT; without it `_begin` decides.
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(pragma)


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options()["begin"])
