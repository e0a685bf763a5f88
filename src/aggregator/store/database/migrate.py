"""Brings a database to the schema that this program speaks, at every opening."""

from __future__ import annotations

from functools import cache
from typing import Final

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, Table, inspect, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement

from aggregator.errors import StoreError
from aggregator.store.database.engine import Database
from aggregator.store.database.tables import metadata

OLDEST: Final = "0008"
"""The schema that a store must have at least to be brought over."""
NEWEST: Final = "0009"
"""The schema of `tables.py`: the last revision in `migrations/versions/` (a test holds them together)."""
LAST_TO_READ_OLDER: Final = "09f9423"
"""The last commit whose program brings every older store to the schema OLDEST."""

SCRIPTS: Final = "aggregator.store.database:migrations"

version: Final = Table(
    # As Alembic makes it.
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def migrate(database: Database) -> None:
    """Make the tables of a new store, or apply what is missing, all or nothing; other openers must wait.

    Raises StoreError, and changes nothing, for a schema that is too old or newer than this program, and for
    another program's database.
    """
    with database.reading() as connection:
        tables = inspect(connection).get_table_names()
        found = connection.scalar(select(version)) if version.name in tables else None
    if tables:
        _refuse(database.place, found)
    database.use_log()
    if found == NEWEST:
        return
    with database.writing() as connection:
        if found:
            _upgrade(connection)
        else:
            _create(connection)


def _refuse(place: str, found: str | None) -> None:
    if found is None:
        raise StoreError(f"{place}: another program's database; name another file in the setting `store`")
    if found > NEWEST:
        raise StoreError(
            f"{place}: written by a newer version of this program (schema {found}, this version knows "
            f"{NEWEST}); update the program, or name another file in the setting `store`"
        )
    if found < OLDEST:
        raise StoreError(
            f"{place}: written by an early version of this program (schema {found}, this version reads "
            f"{OLDEST} and later); run `aggregator status` once with the program of commit "
            f"{LAST_TO_READ_OLDER}, which brings it to {OLDEST}, or name another file in the setting `store`"
        )


def _create(connection: Connection) -> None:
    """Without Alembic, which takes long to load and longer to make the same tables."""
    for statement in _schema():
        connection.exec_driver_sql(statement)
    connection.execute(version.insert().values(version_num=NEWEST))


@cache
def _schema() -> tuple[str, ...]:
    """The statements that make the tables; written once, since tests make thousands of stores."""
    tables = [*metadata.sorted_tables, version]
    indexes = [index for table in tables for index in sorted(table.indexes, key=lambda one: str(one.name))]
    made: list[ExecutableDDLElement] = [*map(CreateTable, tables), *map(CreateIndex, indexes)]
    return tuple(str(one.compile(dialect=sqlite.dialect())) for one in made)


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415  # only a store of an older schema needs it
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", SCRIPTS)
    command.upgrade(config, "head")
