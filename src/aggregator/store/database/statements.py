"""How rows are put into tables, changed and asked for by many keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, select
from sqlalchemy.dialects.sqlite import Insert, insert

Cells = dict[str, Any]
"""A row, by column."""

CHUNK: Final = 500
"""Ids in one statement; SQLite before 3.32 takes no more than 999 (https://www.sqlite.org/limits.html, 9)."""


def upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or replace those whose key is there already."""
    if rows:
        connection.execute(_upserting(table), rows)


@cache  # building a statement costs more than the database needs for it
def _upserting(table: Table) -> Insert:
    statement = insert(table)
    rest = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
    return statement.on_conflict_do_update(index_elements=table.primary_key, set_=rest)


def insert_once(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert a row, or leave the one whose key is there already as it is; whether it is new."""
    return bool(connection.execute(insert(table).on_conflict_do_nothing(), row).rowcount)


def rewrite(
    connection: Connection, table: Table, wanted: ColumnElement[bool], new: Callable[[Cells], Cells]
) -> None:
    """Give each row that is wanted the values that `new` makes of it; its key stays."""
    rows = [dict(row) for row in connection.execute(select(table).where(wanted)).mappings()]
    changed = [row | new(row) for row in rows]
    upsert(connection, table, [after for row, after in zip(rows, changed, strict=True) if after != row])


def rows_of(
    connection: Connection, asked: Select[Any], column: ColumnElement[str], values: Iterable[str]
) -> Iterator[Row[Any]]:
    """The rows whose `column` is one of the values, however many these are."""
    wanted = sorted(set(values))
    for start in range(0, len(wanted), CHUNK):
        yield from connection.execute(asked.where(column.in_(wanted[start : start + CHUNK])))
