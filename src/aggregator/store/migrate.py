"""Brings a database to the schema that this program speaks, at every opening."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from aggregator.errors import StoreError
from aggregator.store.engine import Database

SCRIPTS: Final = "aggregator.store:migrations"


def migrate(database: Database) -> None:
    """Apply what is missing, all or nothing; the caller keeps other openers away.

    Raises StoreError for a schema newer than this program, and for another program's database.
    """
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    known = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    with database.reading() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
        tables = inspect(connection).get_table_names()
    _refuse_strangers(database.place, found, known, tables)
    if found != known[0]:
        with database.writing() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def _refuse_strangers(place: str, found: str | None, known: Sequence[str], tables: Sequence[str]) -> None:
    if found is None and tables:
        raise StoreError(f"{place}: another program's database; name another file in the setting `store`")
    if found is not None and found not in known:
        raise StoreError(
            f"{place}: written by a newer version of this program (schema {found}, this version knows "
            f"{known[0]}); update the program, or name another file in the setting `store`"
        )
