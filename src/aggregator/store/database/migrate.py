"""Brings a database to the schema of this program, each time a store is opened."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, Table, inspect, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement

from aggregator.errors import StoreError
from aggregator.store.database.copies import copy_before_migration
from aggregator.store.database.engine import Database
from aggregator.store.database.tables import metadata

# The oldest schema that can be migrated.
OLDEST: Final = "0008"
# The schema of `tables.py`: the last revision in `migrations/versions/` (a test compares them).
NEWEST: Final = "0018"
# The last commit whose program migrates every older store to the schema OLDEST.
LAST_TO_READ_OLDER: Final = "09f9423"

SCRIPTS: Final = "aggregator.store.database:migrations"

alembic_version: Final = Table(
    # As Alembic makes it.
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def migrate(database: Database) -> None:
    """Create the tables of a new store, or apply the missing steps in one transaction, after a copy was made.

    Raises StoreError, and changes nothing, for a schema that is too old or newer than this program, and for
    another program's database.
    """
    with database.read_transaction() as connection:
        tables = inspect(connection).get_table_names()
        version = connection.scalar(select(alembic_version)) if alembic_version.name in tables else None
    if tables:
        refuse_schema(database.location, version)
    if database.file and version and version != NEWEST:
        copy_before_migration(database.file, NEWEST)
    # Only now: it changes the file, which must stay as it is if it is not ours.
    database.use_write_ahead_log()
    if version == NEWEST:
        return
    with database.write_transaction() as connection:
        if version:
            _upgrade(connection)
        else:
            _create(connection)


def refuse_schema(location: str | Path, version: str | None) -> None:
    """Raise StoreError for a schema that this program cannot read or migrate."""
    if version is None:
        raise StoreError(f"{location}: another program's database; name another file in the setting `store`")
    # Versions have four digits, so they compare as text.
    if version > NEWEST:
        raise StoreError(
            f"{location}: written by a newer version of this program (schema {version}, this version knows "
            f"{NEWEST}); update the program, or name another file in the setting `store`"
        )
    if version < OLDEST:
        raise StoreError(
            f"{location}: written by an early version of this program (schema {version}, this version reads "
            f"{OLDEST} and later); run `aggregator status` once with the program of commit "
            f"{LAST_TO_READ_OLDER}, which brings it to {OLDEST}, or name another file in the setting `store`"
        )


def _create(connection: Connection) -> None:
    # Without Alembic, which takes long to load and longer to make the same tables.
    for statement in _schema():
        connection.exec_driver_sql(statement)
    connection.execute(alembic_version.insert().values(version_num=NEWEST))


@cache  # tests make thousands of stores
def _schema() -> tuple[str, ...]:
    """Return the statements that create the tables and indexes."""
    tables = [*metadata.sorted_tables, alembic_version]
    indexes = [index for table in tables for index in sorted(table.indexes, key=lambda one: str(one.name))]
    elements: list[ExecutableDDLElement] = [*map(CreateTable, tables), *map(CreateIndex, indexes)]
    return tuple(str(one.compile(dialect=sqlite.dialect())) for one in elements)


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415  # only a store of an older schema needs it
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", SCRIPTS)
    command.upgrade(config, "head")
