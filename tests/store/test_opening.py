"""A store is made and migrated when it is opened; what stands in the way is named with its remedy."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, event, inspect

from aggregator.errors import StoreError
from aggregator.model.alerts import OwnRule
from aggregator.model.letters import Frequency
from aggregator.store import open_store
from aggregator.store.tables import metadata
from tests.builders import NOON, entry
from tests.store.processes import child
from tests.store.values import change, keep

SHORT = timedelta(milliseconds=100)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a test's store lies."""
    return tmp_path / "store.db"


@contextmanager
def engine_at(url: str) -> Iterator[Engine]:
    engine = create_engine(url)
    yield engine
    engine.dispose()


@contextmanager
def listening(to: str, listener: Callable[..., None]) -> Iterator[None]:
    """Have every engine tell `listener` of an event."""
    event.listen(Engine, to, listener)
    yield
    event.remove(Engine, to, listener)


def schema(engine: Engine) -> dict[str, Any]:
    """Columns, keys, references and indexes of every table, as the database tells them."""
    asked = inspect(engine)
    return {
        table: (
            [(c["name"], str(c["type"]), c["nullable"]) for c in asked.get_columns(table)],
            asked.get_pk_constraint(table),
            asked.get_foreign_keys(table),
            asked.get_unique_constraints(table),
            sorted(asked.get_indexes(table), key=lambda index: str(index["name"])),
        )
        for table in asked.get_table_names()
        if table != "alembic_version"
    }


def test_the_folder_is_made(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/a/b/store.db"):
        assert (tmp_path / "a/b/store.db").is_file()


def test_migrations_lead_from_nothing_to_the_tables(tmp_path: Path) -> None:
    with (
        open_store(f"sqlite:///{tmp_path}/migrated.db"),
        engine_at(f"sqlite:///{tmp_path}/migrated.db") as engine,
    ):
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, metadata) == []
        migrated = schema(engine)

    with engine_at(f"sqlite:///{tmp_path}/made.db") as engine:
        metadata.create_all(engine)
        assert schema(engine) == migrated


def test_no_table_numbers_its_rows() -> None:
    """Numbers given in the order of arrival would tell stores apart that were told the same."""
    for table in metadata.tables.values():
        assert table.primary_key.columns
        assert table.autoincrement_column is None


def test_what_is_committed_survives_a_power_failure_and_references_hold(file: Path) -> None:
    seen = {}

    def ask(connection: Connection) -> None:
        for pragma in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout"):
            seen[pragma] = connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()

    with listening("begin", ask), open_store(f"sqlite:///{file}", wait=SHORT):
        assert seen == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 100}


def test_a_file_that_is_no_database_is_left_alone(file: Path) -> None:
    file.write_text("Minutes of the meeting. " * 100)

    with pytest.raises(StoreError, match=r"store\.db: this file is not a database.*name another file"):
        open_store(f"sqlite:///{file}")

    assert file.read_text() == "Minutes of the meeting. " * 100


def test_another_programs_database_is_left_alone(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE bookmarks (address TEXT)")

    with pytest.raises(StoreError, match=r"store\.db: another program's database; name another file"):
        open_store(f"sqlite:///{file}")

    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("bookmarks",)]


def test_a_store_of_a_newer_program_is_left_alone(file: Path) -> None:
    open_store(f"sqlite:///{file}").close()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(StoreError, match=r"store\.db: .*newer version.*9999.*knows 0.*update the program"):
        open_store(f"sqlite:///{file}")


def test_a_folder_in_the_place_of_the_file_is_named(file: Path) -> None:
    file.mkdir()

    with pytest.raises(StoreError, match=r"store\.db: the store cannot be written here"):
        open_store(f"sqlite:///{file}")


def test_a_folder_that_cannot_be_made_is_named(file: Path) -> None:
    file.write_text("a file, not a folder")

    with pytest.raises(StoreError, match=r"store\.db/sub: the store cannot be written here; let this user"):
        open_store(f"sqlite:///{file}/sub/store.db")


def test_a_folder_that_may_not_be_written_is_named() -> None:
    """Seen from a process of another user, since root may write everywhere."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        with child("look", f"sqlite:///{folder}/store.db", "nobody") as process:
            _, error = process.communicate()

        assert f"StoreError: {folder}: the store cannot be written here; let this user write" in error
        assert "Permission denied" in error


def test_a_store_that_another_process_keeps_locked_is_named(file: Path) -> None:
    with open_store(f"sqlite:///{file}", wait=SHORT) as store:
        keep(store, change())
        before = store.dump()
        with closing(sqlite3.connect(file)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match=r"store\.db: another process kept the store locked"):
                keep(store, change(entry("https://www.gov.uk/2")))

        assert store.dump() == before


def test_a_store_opens_and_is_read_while_another_process_writes(file: Path) -> None:
    open_store(f"sqlite:///{file}").close()
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN IMMEDIATE")
        with open_store(f"sqlite:///{file}", wait=SHORT) as store:
            assert store.holdings() == ()


def test_a_full_disk_is_named_and_loses_nothing(file: Path) -> None:
    def limit(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA max_page_count = 90")

    with listening("connect", limit), open_store(f"sqlite:///{file}") as store:
        keep(store, change())
        before = store.dump()
        with pytest.raises(StoreError, match=r"store\.db: the disk is full; .* free some space"):
            keep(store, change(entry("https://www.gov.uk/2", content="long " * 100_000)))

        assert store.dump() == before


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("data/store.db", r"'data/store.db' is no address of a store; write sqlite:///FILE"),
        (
            "postgresql://localhost/feeds",
            r"a store of the kind 'postgresql' is not built; write sqlite:///FILE",
        ),
    ],
)
def test_an_address_that_is_none_of_ours_is_refused(url: str, message: str) -> None:
    with pytest.raises(StoreError, match=message):
        open_store(url)


def test_a_store_of_the_second_schema_keeps_its_names(file: Path) -> None:
    """They were always known; what each document's id is has not changed."""
    config = Config()
    config.set_main_option("script_location", "aggregator.store:migrations")
    with engine_at(f"sqlite:///{file}") as engine, engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.exec_driver_sql("INSERT INTO aliases VALUES ('content:1', 'urn:uuid:1')")

    with open_store(f"sqlite:///{file}") as store, store.writing() as tx:
        assert tx.resolve(["content:1"], NOON) == {"content:1": "urn:uuid:1"}


def test_a_store_of_the_seventh_schema_keeps_its_readers_rules(file: Path) -> None:
    """They went by mail, and still do."""
    config = Config()
    config.set_main_option("script_location", "aggregator.store:migrations")
    rule = '{"changes":true,"id":"mine","rhythm":"daily","when":"open data"}'
    with engine_at(f"sqlite:///{file}") as engine, engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0007")
        connection.exec_driver_sql("INSERT INTO own_rules VALUES (?, ?, ?)", ("00c0ffee", "mine", rule))

    with open_store(f"sqlite:///{file}") as store:
        kept = OwnRule(id="mine", when="open data", changes=True, rhythm=Frequency.DAILY, mail=True)
        assert store.alerts.own() == (("00c0ffee", kept),)
        store.alerts.add_own("00c0ffee", replace(kept, feed="a-word"))
        assert store.alerts.fed("a-word") == ("00c0ffee", replace(kept, feed="a-word"))
