"""Opens the database: its connections, its transactions and the locks beside its file."""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, Executable, Row, Table, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from aggregator.errors import StoreError
from aggregator.store.database.codec import UnreadableValueError
from aggregator.store.database.lock import NOT_WRITABLE, file_lock
from aggregator.store.database.statements import insert_if_new, upsert
from aggregator.store.database.turns import Turns

BEGIN_READ: Final = "BEGIN"
# Takes the write lock at once: a transaction that reads first and writes later could not wait for it.
BEGIN_WRITE: Final = "BEGIN IMMEDIATE"

# With it, reads and one write do not wait for each other (https://www.sqlite.org/wal.html). Stays in the
# file.
USE_WAL: Final = "PRAGMA journal_mode = WAL"

PRAGMAS: Final = (
    # A commit survives a power failure; WAL alone guarantees only a consistent file.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)


NOT_A_DATABASE: Final = (
    "this file is not a database, or it is damaged; name another file in the setting `store`, "
    "or put a backup in its place with `aggregator restore BACKUP --new`"
)
EMPTY: Final = (
    "the store was emptied, replaced or deleted while the program runs; stop the program, "
    "and put it back with `aggregator restore BACKUP --new`"
)
GONE: Final = (
    "the file that this program opened is gone or was replaced; stop the program, put the file back or run "
    "`aggregator restore`, and start again"
)
LOCKED: Final = (
    "another process kept the store locked too long; nothing was changed, "
    "run again when the other process has ended"
)
FULL: Final = "the disk is full; nothing that was stored is lost, free some space and run again"
DISK: Final = (
    "the disk reports an error; nothing was changed, check the disk and its free space and run again"
)

# By SQLite's primary result code (https://www.sqlite.org/rescode.html).
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


@contextmanager
def translate_errors(location: str) -> Iterator[None]:
    """Raise StoreError, with a remedy, where this machine is at fault; a bug of ours passes as it is."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        remedy = _remedy(cause)
        if remedy is None:
            raise
        raise StoreError(f"{location}: {remedy} ({cause})") from error
    except UnreadableValueError as error:
        raise StoreError(f"{location}: {NOT_A_DATABASE} (a stored value cannot be read)") from error


def _remedy(cause: BaseException | None) -> str | None:
    code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    # These have no code of their own. The schema was checked when the store was opened.
    for beginning, remedy in (("Could not decode", NOT_A_DATABASE), ("no such table", EMPTY)):
        if code == sqlite3.SQLITE_ERROR and str(cause).startswith(beginning):
            return remedy
    # The low byte is the primary code, whatever extended code SQLite gives.
    return REMEDIES.get(code & 0xFF)


class DatabaseAccess(ABC):
    """What repositories read from and write to: the database, or one transaction on it."""

    @abstractmethod
    def read_transaction(self) -> AbstractContextManager[Connection]:
        """Begin a transaction that sees one state of the store, whoever writes meanwhile."""

    @abstractmethod
    def write_transaction(self) -> AbstractContextManager[Connection]:
        """Begin the only transaction that writes: committed at the end, undone by an exception."""

    @abstractmethod
    def checkpoint(self) -> None:
        """Move everything into the file itself and empty the write-ahead log, which has old pages."""

    def rows(self, query: Executable) -> Sequence[Row[Any]]:
        """Return every row of the result."""
        with self.read_transaction() as connection:
            return connection.execute(query).all()

    def column(self, query: Executable) -> Sequence[Any]:
        """Return the first column of every row of the result."""
        with self.read_transaction() as connection:
            return connection.scalars(query).all()

    def scalar(self, query: Executable) -> Any | None:
        """Return the first column of the first row; None without a row."""
        with self.read_transaction() as connection:
            return connection.scalar(query)

    def execute(self, statement: Executable, rows: Sequence[Mapping[str, Any]] | None = None) -> int:
        """Execute a statement once, or once for each of the rows; return how many rows it changed."""
        if rows is not None and not rows:
            return 0
        with self.write_transaction() as connection:
            return connection.execute(statement, rows).rowcount

    def upsert(self, table: Table, *rows: Mapping[str, Any]) -> None:
        """Insert rows; a row whose key is there already is replaced."""
        with self.write_transaction() as connection:
            upsert(connection, table, rows)

    def insert_if_new(self, table: Table, row: Mapping[str, Any]) -> bool:
        """Insert a row unless its key is there already; return whether it was inserted."""
        with self.write_transaction() as connection:
            return insert_if_new(connection, table, row)


class OpenTransaction(DatabaseAccess):
    """One transaction that the caller began and will end."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.wants_checkpoint = False

    def read_transaction(self) -> AbstractContextManager[Connection]:
        """Use that transaction."""
        return nullcontext(self._connection)

    write_transaction = read_transaction

    def checkpoint(self) -> None:
        """Ask the caller for a checkpoint: there can be none before the transaction has ended."""
        self.wants_checkpoint = True


class Repository:
    """Queries and changes of one subject, on a database or within one transaction."""

    def __init__(self, database: DatabaseAccess) -> None:
        self._database = database


class Database(DatabaseAccess):
    """An SQLite database in a file, or in memory (`file` None) for one thread of one process.

    `wait` is how long a transaction or a lock waits for another process. Raises StoreError for what this
    machine does to the database; a bug of ours passes as it is.
    """

    def __init__(self, url: URL, wait: timedelta) -> None:
        in_memory = url.database in (None, "", ":memory:")
        self.file = None if in_memory else Path(str(url.database))
        self.location = str(self.file or "the store in memory")
        self._wait = wait
        self._engine = _engine(url, wait, in_memory=in_memory)
        self._turns = Turns()
        # Device and inode of the file at the first check.
        self._identity: tuple[int, int] | None = None

    def read_transaction(self) -> AbstractContextManager[Connection]:
        """Begin a transaction, see `DatabaseAccess`."""
        return self._transaction(BEGIN_READ)

    def write_transaction(self) -> AbstractContextManager[Connection]:
        """Begin a transaction, see `DatabaseAccess`."""
        return self._write()

    def job_lock(self, job: str, wait: timedelta | None = None) -> AbstractContextManager[None]:
        """Lock `job` on this database between processes; a database in memory needs no lock."""
        if self.file is None:
            return nullcontext()
        return file_lock(Path(f"{self.file}.{job}.lock"), wait=self._wait if wait is None else wait)

    def use_write_ahead_log(self) -> None:
        """Switch the file to a write-ahead log. Only for a file that is known to be ours: it changes it."""
        self._outside_transaction(USE_WAL)

    def checkpoint(self) -> None:
        """Move the write-ahead log into the file at once, see `DatabaseAccess`."""
        self._outside_transaction("PRAGMA wal_checkpoint(TRUNCATE)")

    def check(self, *, thorough: bool) -> None:
        """Raise StoreError if the file is gone, was replaced, or is damaged; `thorough` reads all of it."""
        if self.file is None:
            return
        try:
            found = self.file.stat()
        except OSError as error:
            raise StoreError(f"{self.location}: {GONE} ({error.strerror})") from error
        # SQLite goes on with the old file, which nobody can open any more.
        identity = found.st_dev, found.st_ino
        if (self._identity or identity) != identity:
            raise StoreError(f"{self.location}: {GONE}")
        self._identity = identity
        # Only SQLite itself may open the file: closing any other handle to it would drop the locks of this
        # process, and another one would delete the log that we still write
        # (https://www.sqlite.org/howtocorrupt.html, 2.2).
        if not self._ask(self.file, "PRAGMA schema_version"):
            raise StoreError(f"{self.location}: {NOT_A_DATABASE}")
        if thorough and (result := self._ask(self.file, "PRAGMA quick_check(1)")) != "ok":
            raise StoreError(f"{self.location}: {NOT_A_DATABASE} ({result})")

    def _ask(self, file: Path, question: str) -> object:
        # A connection of its own: one from the pool would look at pages that it still has in memory.
        address = f"{file.absolute().as_uri()}?mode=ro"
        with translate_errors(self.location), closing(sqlite3.connect(address, uri=True)) as connection:
            (result,) = connection.execute(question).fetchone()
        return result

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def _outside_transaction(self, statement: str) -> None:
        """Execute what SQLite refuses inside a transaction."""
        with translate_errors(self.location), closing(self._engine.raw_connection()) as connection:
            connection.cursor().execute(statement)

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with ExitStack() as stack:
            try:
                stack.enter_context(self._turns.take(self._wait))
            except TimeoutError as error:
                raise StoreError(f"{self.location}: {LOCKED}") from error
            yield stack.enter_context(self._transaction(BEGIN_WRITE))

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Connection]:
        with (
            translate_errors(self.location),
            self._engine.connect().execution_options(begin=begin) as connection,
            connection.begin(),
        ):
            yield connection


def _engine(url: URL, wait: timedelta, *, in_memory: bool) -> Engine:
    # Each transaction has a connection of its own, in whichever thread it is. A store in memory is its only
    # connection, so there the transactions of several threads take turns.
    limit = {"pool_size": 1, "max_overflow": 0} if in_memory else {}
    engine = create_engine(
        url,
        poolclass=QueuePool,
        connect_args={"timeout": wait.total_seconds(), "check_same_thread": False},
        # An error must not show what was to be written: it may be somebody's address.
        hide_parameters=True,
        **limit,
    )
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def _configure(connection: sqlite3.Connection, _record: object) -> None:
    # Python's driver begins transactions late, and never for a SELECT. With None, `_begin` decides.
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(pragma)


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options()["begin"])
