"""Remembers that a store existed: one that is lost is never made anew in silence."""

from __future__ import annotations

from enum import Enum, auto
from pathlib import Path

from sqlalchemy import inspect

from aggregator.errors import ConfigError, ConfigIssue
from aggregator.store.database.engine import Database

MARK = (
    "# There is a store beside this file. If it is lost, the program stops instead of making an empty one.\n"
)


class MakeStore(Enum):
    """Whether a store may be made where there is none."""

    NEVER = auto()
    # For a recording or a test: it may come and go.
    ALWAYS = auto()
    # Unless there was one.
    FIRST_TIME = auto()
    # Even if there was one, but not over one: the operator says so.
    ANEW = auto()


def prepare(database: Database, make: MakeStore) -> None:
    """Raise ConfigError if a store is there but should be made anew, or if the one that was there is lost."""
    if database.file is None or make is MakeStore.ALWAYS:
        return
    is_lost = _is_empty(database, database.file)
    if make is MakeStore.NEVER and is_lost:
        raise ConfigError((ConfigIssue(str(database.file), 0, "there is no store here, so nothing to save"),))
    if make is MakeStore.FIRST_TIME and is_lost and mark_of(database.file).exists():
        raise lost(database.file)
    if make is MakeStore.ANEW:
        if not is_lost:
            what = "there is a store here; leave out --new, or move the file away"
            raise ConfigError((ConfigIssue(str(database.file), 0, what),))
        database.close()  # to look for tables, it was opened
        move_store_aside(database.file)


def remember(file: Path) -> None:
    """Leave a mark beside the store."""
    if not mark_of(file).exists():
        mark_of(file).write_text(MARK, encoding="utf-8")


def mark_of(file: Path) -> Path:
    """Return the path of the mark of a store."""
    return file.with_name(f"{file.name}.exists")


def lost(file: Path) -> ConfigError:
    """Return the error for a store that was there and is missing or empty."""
    what = (
        "the store that was here is missing or empty; nothing was changed. "
        "Put it back with `aggregator restore BACKUP --new`, or start without what it had: "
        "write --new before the command, as in `aggregator --new run`"
    )
    return ConfigError((ConfigIssue(str(file), 0, what),))


def move_store_aside(file: Path) -> dict[Path, Path]:
    """Move a database and its log to names that are free; return where each file was and is now."""
    number = 1
    while any(_aside(one, number).exists() for one in parts_of(file)):
        number += 1
    moved = {}
    for path in parts_of(file):
        if path.exists():
            moved[path] = path.rename(_aside(path, number))
    return moved


def parts_of(file: Path) -> tuple[Path, ...]:
    """Return the files of a database: without its log it may be worth nothing."""
    return (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm"))


def _aside(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.aside-{number}")


def _is_empty(database: Database, file: Path) -> bool:
    # Not opened if it is missing or has no byte: SQLite would make the file, and drop a log that is left.
    if not file.exists() or (file.is_file() and not file.stat().st_size):
        return True
    with database.read_transaction() as connection:
        return not inspect(connection).get_table_names()
