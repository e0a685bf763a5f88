"""The one database behind a store: its connections, its transactions and the locks beside its file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Connection, Engine, create_engine, event

from aggregator.store.failures import explained
from aggregator.store.lock import hold_lock

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


class Database:
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
        """A transaction that sees the store as it stands at its first statement, whoever writes meanwhile."""
        return self._transaction(READ)

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction that nobody else writes beside: committed at the end, undone by any exception."""
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
        """Move everything into the file itself and empty the write-ahead log, which keeps old pages."""
        self._outside("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    def _outside(self, statement: str) -> None:
        """What SQLite does outside a transaction only."""
        with explained(self.place), self._engine.connect() as connection:
            raw = connection.connection.driver_connection
            if raw is not None:
                raw.execute(statement)

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
