"""Writes a whole store as text, so that two stores can be compared."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sqlalchemy import Connection, Table, select, text

from aggregator.store.tables import metadata


def dump_tables(connection: Connection) -> str:
    """Every row of every table as one line of JSON, in the order of table name and key."""
    named = sorted(metadata.tables.items())
    return "".join(line for _, table in named for line in _lines(connection, table))


def _lines(connection: Connection, table: Table) -> Iterator[str]:
    # The bare columns: what is stored, not the values that it stands for.
    rows = connection.execute(select(text("*")).select_from(table)).mappings().all()
    # Sorted here and not by the engine, whose order of text may follow a language.
    for row in sorted(rows, key=lambda row: [row[column.name] for column in table.primary_key]):
        yield f"{table.name}\t{json.dumps(dict(row), ensure_ascii=False, sort_keys=True)}\n"
