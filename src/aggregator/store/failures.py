"""Turns what the database engine reports into a StoreError that names the place and the remedy."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError

from aggregator.errors import StoreError

NOT_WRITABLE: Final = (
    "the store cannot be written here; let this user write the folder and the file, "
    "or name another place in the setting `store`"
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
    except DBAPIError as error:
        code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        # The low byte is the primary code, whatever extended code SQLite gives.
        remedy = REMEDIES.get(code & 0xFF)
        if remedy is None:
            raise
        raise StoreError(f"{place}: {remedy} ({error.orig})") from error
