"""A store is created and migrated when it is opened; what prevents that is named with its remedy."""

from __future__ import annotations

import importlib
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, inspect

from aggregator.errors import ConfigError, StoreError
from aggregator.model.alert_rules import SubscriberRule
from aggregator.store import MakeStore, open_store
from aggregator.store.database import migrate
from aggregator.store.database.migrate import NEWEST, OLDEST, SCRIPTS
from aggregator.store.database.tables import metadata
from tests.store.contents import HOUR, MINUTES, PLAN, REVISED, SUBSCRIBERS, contents, fill
from tests.store.processes import child
from tests.store.values import make_change, save_changes
from tests.support.builders import NOON, make_entry

SHORT = timedelta(milliseconds=100)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The path of a test's store."""
    return tmp_path / "store.db"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A store of schema 8 with something of everything in it."""
    file = tmp_path / "old.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(Path(__file__).with_name("schema_0008.sql").read_text(encoding="utf-8"))
    return file


@contextmanager
def engine_at(url: str) -> Iterator[Engine]:
    engine = create_engine(url)
    yield engine
    engine.dispose()


@contextmanager
def listening(to: str, listener: Callable[..., None]) -> Iterator[None]:
    """Call `listener` for an event of every engine."""
    event.listen(Engine, to, listener)
    yield
    event.remove(Engine, to, listener)


def schema(engine: Engine) -> dict[str, Any]:
    """Return columns, keys, references and indexes of every table, as the database lists them."""
    inspector = inspect(engine)
    return {
        table: (
            [(c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(table)],
            inspector.get_pk_constraint(table),
            inspector.get_foreign_keys(table),
            inspector.get_unique_constraints(table),
            sorted(inspector.get_indexes(table), key=lambda index: str(index["name"])),
        )
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def statements(engine: Engine) -> dict[str, str]:
    """Return the statements that created tables and indexes, without quotes, comments and white space."""
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").all()
    return {name: re.sub(r'[\s"]', "", sql) for name, sql in rows}


def test_the_folder_is_created(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/a/b/store.db"):
        assert (tmp_path / "a/b/store.db").is_file()


def test_a_new_and_a_migrated_store_have_the_same_schema(file: Path, old: Path) -> None:
    open_store(f"sqlite:///{file}").close()
    open_store(f"sqlite:///{old}").close()

    with engine_at(f"sqlite:///{file}") as new, engine_at(f"sqlite:///{old}") as migrated:
        with migrated.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, metadata) == []
        assert schema(new) == schema(migrated)
        assert statements(new) == statements(migrated)


def test_the_newest_schema_is_the_last_step(file: Path) -> None:
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    scripts = ScriptDirectory.from_config(config)
    assert (scripts.get_base(), scripts.get_current_head()) == (OLDEST, NEWEST)

    open_store(f"sqlite:///{file}").close()
    with engine_at(f"sqlite:///{file}") as engine, engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == NEWEST


def test_a_new_store_is_created_without_alembic() -> None:
    """It takes a third of a second to load, and only an older store needs it."""
    program = (
        "import sys; from aggregator.store import open_store; open_store('sqlite://'); print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert "alembic" not in loaded.stdout.split()


def test_a_store_of_schema_8_is_migrated_with_all_its_data(old: Path) -> None:
    """`schema_0008.sql` is what an earlier program made of `fill`; today's program fills the other one.

    Once the rule that only the old store has is deleted, both are equal row by row and byte by byte.
    """
    with open_store("sqlite://") as fresh, open_store(f"sqlite:///{old}") as migrated:
        fill(fresh)
        expected = contents(fresh)
        found = contents(migrated)
        assert all(expected.values())
        for subject, answer in expected.items():
            assert found[subject] == answer, subject
        assert migrated.alerts.delete_subscriber_rule("0badcafe", "posted")
        assert migrated.dump() == without_later_fields(fresh.dump())


def without_later_fields(dump: str) -> str:
    """Leave out fields that have a default: what no step has to change lacks them."""
    in_digests = r"\"unasked_sources\":[],\"unread_periods\":[],"
    in_translations = re.compile(r'(?<=\{\\"language\\":\\"cy\\",)\\"text\\":\\"\\",')
    return in_translations.sub("", dump.replace(in_digests, ""))


def test_the_old_store_has_a_value_in_each_field_that_a_step_renames(old: Path) -> None:
    """Otherwise the test above could not notice that one is lost."""
    step = importlib.import_module("aggregator.store.database.migrations.versions.0010_plain_names")
    stored: dict[str, list[Any]] = {}
    columns = [("source_states", "new_names('SourceState', state)")]
    columns += [(table, source) for table, _, sources in step.COPIES for source in sources.values()]
    with closing(sqlite3.connect(old)) as connection:
        for table, source in columns:
            for model, column in re.findall(r"new_names\('(\w+)', (\w+)\)", source):
                for (text,) in connection.execute(f"SELECT {column} FROM {table}"):  # noqa: S608
                    stored.setdefault(model, []).append(json.loads(text or "null"))

    assert set(stored) == set(step.JSON_NAMES)
    for model, names in step.JSON_NAMES.items():
        check_each_has_a_value(names, stored[model])


def check_each_has_a_value(names: Mapping[str, Any], values: list[Any]) -> None:
    """`names` are those of a step: fields, or values of a text, each perhaps with the names inside it."""
    for old, new in names.items():
        found = [one[old] for one in values if isinstance(one, dict) and one.get(old)] or [
            one for one in values if one == old
        ]
        assert found, old
        if not isinstance(new, str):
            inner = [one for some in found for one in (some if isinstance(some, list) else [some])]
            check_each_has_a_value(new[1], inner)


def test_statuses_get_their_new_values(old: Path) -> None:
    with closing(sqlite3.connect(old)) as connection:
        before = {
            connection.execute("SELECT group_concat(DISTINCT standing) FROM readers").fetchone()[0],
            connection.execute("SELECT group_concat(DISTINCT state) FROM hooks").fetchone()[0],
        }
    assert {name for one in before for name in one.split(",")} == {
        "reading", "paused", "unconfirmed", "left", "stopped", "taken", "planned"
    }  # fmt: skip

    with open_store(f"sqlite:///{old}") as store:
        statuses = {one.id: one.status for one in store.subscribers.all()}
        assert statuses == {one.id: one.status for one in SUBSCRIBERS}
    with closing(sqlite3.connect(old)) as connection:
        rows = connection.execute(
            "SELECT status FROM subscribers UNION SELECT status FROM webhook_deliveries"
        )
        assert {status for (status,) in rows} == {
            "active", "paused", "unconfirmed", "unsubscribed", "suppressed", "accepted", "planned"
        }  # fmt: skip


def test_an_address_from_before_the_migration_can_be_erased(old: Path) -> None:
    """It must not be left in the pages of a table that the migration dropped."""
    assert b"ann@example.org" in old.read_bytes()
    with open_store(f"sqlite:///{old}") as store:
        store.subscribers.erase(["00c0ffee"])

    # The copy from before the migration has it still, for 28 days at most.
    paths = [path for path in old.parent.glob("old.db*") if path.name != f"old.db.before-{NEWEST}"]
    assert b"ann@example.org" not in b"".join(path.read_bytes() for path in paths)


def test_a_rule_that_went_to_a_webhook_alone_goes_by_mail(old: Path) -> None:
    """Subscribers' rules have no webhooks any more; what was still to be posted goes by mail, too."""
    with open_store(f"sqlite:///{old}") as store:
        assert store.alerts.subscriber_rules("0badcafe") == (
            ("0badcafe", SubscriberRule(id="posted", when="minutes", mail=True)),
        )
        assert store.alerts.counts_by_rule()["0badcafe/posted"] == {"alerts": 1}
        assert "0badcafe/posted" in store.alerts.rules_with_due_alerts(NOON + HOUR)
        assert [one.alert.rule_key for one in store.alerts.due_webhook_deliveries(NOON + HOUR, 9)] == [
            "forum",
            "forum",
        ]

    with closing(sqlite3.connect(old)) as connection:
        assert connection.execute(
            "SELECT count(*) FROM subscriber_rules WHERE rule LIKE '%webhook%'"
        ).fetchone() == (0,)


def test_a_migrated_store_can_be_changed(old: Path) -> None:
    with open_store(f"sqlite:///{old}") as store:
        minutes = store.documents.get(MINUTES.id)
        assert minutes is not None
        assert [carrier.pending_removal is None for carrier in minutes.carriers] == [False]
        save_changes(store, make_change(make_entry("https://www.gov.uk/after")))
        assert len(store.documents.all()) == 5
        revised = store.documents.get(PLAN.id)
        assert revised is not None
        assert [r.entry.title for r in revised.carriers[0].revisions] == [PLAN.title, REVISED.title]

    with open_store(f"sqlite:///{old}") as store:
        assert len(store.documents.all()) == 5


STEP = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "9999", "{newest}"


def upgrade():
    op.rename_table("label_overrides", "corrections")
    with op.batch_alter_table("poll_runs") as poll_runs:
        poll_runs.alter_column("run", new_column_name="counts")
    op.execute("UPDATE poll_runs SET counts = json_set(counts, '$.new', 7)")
    {then}
"""
"""What a step may do: rename tables and columns, and rewrite JSON."""


@pytest.fixture
def add_step(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Give the program a step to the schema 9999, which does `then` at its end."""

    def add(then: str) -> None:
        folder = tmp_path / "migrations"
        copytree(Path(migrate.__file__).with_name("migrations"), folder)
        (folder / "versions/9999_toy.py").write_text(STEP.format(newest=NEWEST, then=then))
        monkeypatch.setattr(migrate, "SCRIPTS", str(folder))
        monkeypatch.setattr(migrate, "NEWEST", "9999")

    return add


def test_a_step_renames_tables_columns_and_values(old: Path, add_step: Callable[[str], None]) -> None:
    add_step("pass")
    open_store(f"sqlite:///{old}").close()

    with closing(sqlite3.connect(old)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]
        assert connection.execute("SELECT count(*) FROM corrections").fetchall() == [(1,)]
        assert connection.execute("SELECT json_extract(counts, '$.new') FROM poll_runs").fetchall() == [(7,)]


def test_a_step_that_fails_changes_nothing(old: Path, add_step: Callable[[str], None]) -> None:
    add_step("raise RuntimeError('half way')")
    with closing(sqlite3.connect(old)) as connection:
        before = list(connection.iterdump())

    with pytest.raises(RuntimeError, match="half way"):
        open_store(f"sqlite:///{old}")

    with closing(sqlite3.connect(old)) as connection:
        assert list(connection.iterdump()) == before


def test_a_copy_is_kept_before_a_migration(old: Path) -> None:
    for schema in ("0003", "0004", "0005"):
        old.with_name(f"old.db.before-{schema}").write_text("older")
    with closing(sqlite3.connect(old)) as connection:
        before = list(connection.iterdump())

    with open_store(f"sqlite:///{old}") as store:
        copies = sorted(old.parent.glob("old.db.before-*"))
        assert [path.name[-4:] for path in copies] == ["0004", "0005", NEWEST]
        with closing(sqlite3.connect(copies[-1])) as connection:
            assert list(connection.iterdump()) == before
        assert copies[-1].stat().st_mode & 0o777 == 0o600

        os.utime(copies[-1], (NOON.timestamp(), NOON.timestamp()))
        store.drop_old_copies(NOON, NOON)
        assert copies[-1].exists()
        store.drop_old_copies(NOON + HOUR, NOON + HOUR)
        assert not copies[-1].exists()


def test_a_store_that_is_damaged_is_not_migrated(old: Path) -> None:
    damaged = bytearray(old.read_bytes())
    damaged[-4096:] = b"\x07" * 4096
    old.write_bytes(damaged)

    with pytest.raises(StoreError, match=r"damaged.*aggregator restore BACKUP --new"):
        open_store(f"sqlite:///{old}")

    assert old.read_bytes() == damaged
    assert not list(old.parent.glob("*before*"))


@pytest.mark.parametrize("how", ["missing", "no bytes", "no tables"])
def test_a_lost_store_is_not_made_anew_unless_the_operator_wants_it(file: Path, how: str) -> None:
    url = f"sqlite:///{file}"
    for _ in range(2):
        open_store(url, make=MakeStore.FIRST_TIME).close()
    file.unlink()
    if how != "missing":
        file.touch()
    if how == "no tables":
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("VACUUM")
            connection.execute("PRAGMA user_version = 1")
    file.with_name("store.db-wal").write_text("what was not yet in the file")
    before = file.read_bytes() if file.exists() else None

    with pytest.raises(
        ConfigError, match=r"store\.db: .*missing or empty.*aggregator restore BACKUP.*--new run"
    ):
        open_store(url, make=MakeStore.FIRST_TIME)
    assert before == (file.read_bytes() if file.exists() else None)

    open_store(url, make=MakeStore.ANEW).close()
    assert file.with_name("store.db-wal.aside-1").exists() or how == "no tables"
    with pytest.raises(ConfigError, match="there is a store here; leave out --new"):
        open_store(url, make=MakeStore.ANEW)


@pytest.mark.parametrize("schema", ["0001", "0007"])
def test_an_older_store_is_refused_and_left_as_it_is(old: Path, schema: str) -> None:
    with closing(sqlite3.connect(old)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (schema,))
    before = old.read_bytes()

    with pytest.raises(
        StoreError,
        match=rf"old\.db: .*early version.*schema {schema}, .* 0008 and later.*aggregator status.*09f9423",
    ):
        open_store(f"sqlite:///{old}")

    assert old.read_bytes() == before


def test_no_table_numbers_its_rows() -> None:
    """Numbers in the order of arrival would differ between stores with the same polls in another order."""
    for table in metadata.tables.values():
        assert table.primary_key.columns
        assert table.autoincrement_column is None


def test_a_commit_survives_a_power_failure_and_references_are_checked(file: Path) -> None:
    pragmas = {}

    def read_pragmas(connection: Connection) -> None:
        for pragma in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout"):
            pragmas[pragma] = connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()

    with listening("begin", read_pragmas), open_store(f"sqlite:///{file}", wait=SHORT):
        assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 100}


def test_a_file_that_is_no_database_is_left_alone(file: Path) -> None:
    file.write_text("Minutes of the meeting. " * 100)

    with pytest.raises(StoreError, match=r"store\.db: this file is not a database.*name another file"):
        open_store(f"sqlite:///{file}")

    assert file.read_text() == "Minutes of the meeting. " * 100


def test_another_programs_database_is_left_alone(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE bookmarks (address TEXT)")
    before = file.read_bytes()

    with pytest.raises(StoreError, match=r"store\.db: another program's database; name another file"):
        open_store(f"sqlite:///{file}")

    assert file.read_bytes() == before


def test_a_store_of_a_newer_program_is_left_alone(file: Path) -> None:
    open_store(f"sqlite:///{file}").close()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(StoreError, match=r"store\.db: .*newer version.*9999.*knows 0.*update the program"):
        open_store(f"sqlite:///{file}")


def test_a_folder_at_the_path_of_the_file_is_named(file: Path) -> None:
    file.mkdir()

    with pytest.raises(StoreError, match=r"store\.db: the store cannot be written here"):
        open_store(f"sqlite:///{file}")


def test_a_folder_that_cannot_be_made_is_named(file: Path) -> None:
    file.write_text("a file, not a folder")

    with pytest.raises(StoreError, match=r"store\.db/sub: the store cannot be written here; let this user"):
        open_store(f"sqlite:///{file}/sub/store.db")


def test_a_folder_that_may_not_be_written_is_named() -> None:
    """In a process of another user, since root may write everywhere."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        with child("open_only", f"sqlite:///{folder}/store.db", "nobody") as process:
            _, error = process.communicate()

        assert f"StoreError: {folder}: the store cannot be written here; let this user write" in error
        assert "Permission denied" in error


def test_a_file_that_may_not_be_written_is_named(old: Path) -> None:
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        file = Path(folder) / "store.db"
        file.write_bytes(old.read_bytes())
        file.chmod(0o444)
        with child("open_only", f"sqlite:///{file}", "nobody") as process:
            _, error = process.communicate()

        assert f"StoreError: {file}: the store cannot be written here; let this user write" in error


def test_a_store_that_another_process_keeps_locked_is_named(file: Path) -> None:
    with open_store(f"sqlite:///{file}", wait=SHORT) as store:
        save_changes(store, make_change())
        before = store.dump()
        with closing(sqlite3.connect(file)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match=r"store\.db: another process kept the store locked"):
                save_changes(store, make_change(make_entry("https://www.gov.uk/2")))

        assert store.dump() == before


def test_a_store_opens_and_is_read_while_another_process_writes(file: Path) -> None:
    open_store(f"sqlite:///{file}").close()
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN IMMEDIATE")
        with open_store(f"sqlite:///{file}", wait=SHORT) as store:
            assert store.documents.all() == ()


def test_a_full_disk_is_named_and_loses_nothing(file: Path) -> None:
    def limit(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA max_page_count = 90")

    with listening("connect", limit), open_store(f"sqlite:///{file}") as store:
        save_changes(store, make_change())
        before = store.dump()
        with pytest.raises(StoreError, match=r"store\.db: the disk is full; .* free some space"):
            save_changes(store, make_change(make_entry("https://www.gov.uk/2", content="long " * 100_000)))

        assert store.dump() == before


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("data/store.db", r"'data/store.db' is no address of a store; write sqlite:///FILE"),
        (
            "postgresql://localhost/feeds",
            r"a store of the kind 'postgresql' is not supported; write sqlite:///FILE",
        ),
    ],
)
def test_an_address_that_is_none_of_ours_is_refused(url: str, message: str) -> None:
    with pytest.raises(StoreError, match=message):
        open_store(url)
