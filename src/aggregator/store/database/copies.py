"""Copies a database into another file while others use it, and checks that a copy is whole."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sqlalchemy import delete
from sqlalchemy.dialects import sqlite

from aggregator.errors import StoreError
from aggregator.store.database.engine import translate_errors
from aggregator.store.database.personal import PERSONAL

# Copies from before a migration that are kept beside the store.
KEPT_COPIES: Final = 3


def copy_database(file: Path, copy: Path, *, without_subscribers: bool = False) -> None:
    """Write all that is committed in `file` to the new file `copy`, readable by its owner only, and check it.

    Raises StoreError; then there is no copy.
    """
    try:
        with translate_errors(str(copy)):
            copy.touch(mode=0o600, exist_ok=False)
            with closing(_connect(file)) as connection:
                # One transaction, whoever writes meanwhile; the copy has no free pages with what was erased.
                connection.execute("VACUUM INTO ?", (str(copy),))
            if without_subscribers:
                _delete_personal_rows(copy)
        check_database(copy)
        _sync(copy)
    except BaseException as error:
        copy.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise StoreError(f"{copy}: cannot be written: {error.strerror}") from error
        raise


def check_database(file: Path) -> str:
    """Return the schema of a database that is whole; raises StoreError if it is damaged or not ours."""
    with translate_errors(str(file)), closing(_connect(file)) as connection:
        (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        reference = connection.execute("PRAGMA foreign_key_check").fetchone()
        if found != "ok" or reference:
            raise StoreError(f"{file}: damaged: {' '.join(found.split())} {reference or ''}".strip())
        try:
            (version,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except (sqlite3.OperationalError, TypeError) as error:
            raise StoreError(f"{file}: not a store of this program") from error
        return str(version)


def copy_before_migration(file: Path, schema: str) -> Path:
    """Keep a checked copy of the store as it is before it gets the new `schema`; drop the oldest copies."""
    kept = file.with_name(f"{file.name}.before-{schema}")
    part = kept.with_name(f".{kept.name}.part")
    part.unlink(missing_ok=True)
    copy_database(file, part)
    part.replace(kept)
    _sync(kept.parent)
    for old in _copies(file)[:-KEPT_COPIES]:
        old.unlink(missing_ok=True)
    return kept


def drop_old_copies(file: Path, before: datetime, now: datetime) -> None:
    """Delete copies from before a migration that were made before this instant: addresses are in them."""
    for copy in _copies(file):
        if copy.stat().st_mtime > now.timestamp() + 60:
            # Made by a clock that ran ahead: it would stay for so much longer.
            os.utime(copy, (now.timestamp(), now.timestamp()))
        if copy.stat().st_mtime < before.timestamp():
            copy.unlink(missing_ok=True)


def close_for_moving(file: Path) -> bool:
    """Put the write-ahead log into the file, so that it can be moved, unless another process uses it.

    Return False if one does. A damaged file may be moved, too.
    """
    if not file.is_file():
        return True
    with closing(_connect(file)) as connection:
        try:
            # Refused while any other connection to the file is open, however idle.
            connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        except sqlite3.Error as error:
            return error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return True


def _copies(file: Path) -> list[Path]:
    """The copies from before migrations, by schema."""
    name = re.compile(re.escape(file.name) + r"\.before-\d{4}")
    return sorted(path for path in file.parent.iterdir() if name.fullmatch(path.name))


def _delete_personal_rows(file: Path) -> None:
    with closing(_connect(file)) as connection:
        for table, rows in PERSONAL.items():
            statement = delete(table) if rows is None else delete(table).where(rows)
            compiled = statement.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
            connection.execute(str(compiled))
        # Deleted rows stay in the file's free pages until it is written anew.
        connection.execute("VACUUM")


def _connect(file: Path) -> sqlite3.Connection:
    # Without `mode=rw` a missing file would be made.
    address = f"file:{quote(str(file.absolute()))}?mode=rw"
    return sqlite3.connect(address, uri=True, isolation_level=None)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
