"""Inserts, updates and selects rows in the ways that several tables need."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, select
from sqlalchemy.dialects.sqlite import Insert, insert

# A row, by column.
RowValues = dict[str, Any]

# Ids in one statement; SQLite before 3.32 takes no more than 999 (https://www.sqlite.org/limits.html, 9).
CHUNK: Final = 500


def upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; a row whose key is there already is replaced."""
    if rows:
        connection.execute(_upsert_statement(table), rows)


@cache  # building a statement costs more than the database needs for it
def _upsert_statement(table: Table) -> Insert:
    statement = insert(table)
    rest = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
    return statement.on_conflict_do_update(index_elements=table.primary_key, set_=rest)


def insert_if_new(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert a row unless its key is there already; return whether it was inserted."""
    return bool(connection.execute(insert(table).on_conflict_do_nothing(), row).rowcount)


def update_rows(
    connection: Connection, table: Table, where: ColumnElement[bool], new: Callable[[RowValues], RowValues]
) -> None:
    """Set in each of these rows the values that `new` returns for it; the key must stay."""
    rows = [dict(row) for row in connection.execute(select(table).where(where)).mappings()]
    changed = [row | new(row) for row in rows]
    upsert(connection, table, [after for row, after in zip(rows, changed, strict=True) if after != row])


def select_in_chunks(
    connection: Connection, query: Select[Any], column: ColumnElement[str], values: Iterable[str]
) -> Iterator[Row[Any]]:
    """Return the rows of `query` whose `column` is one of the values, however many these are."""
    distinct = sorted(set(values))
    for start in range(0, len(distinct), CHUNK):
        yield from connection.execute(query.where(column.in_(distinct[start : start + CHUNK])))
