"""A backup has everything, is checked, and comes back whole or not at all."""

from __future__ import annotations

import os
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing, nullcontext, suppress
from pathlib import Path

import pytest

from aggregator.config import Settings
from aggregator.config.settings import load_settings
from aggregator.errors import ConfigError, StoreError
from aggregator.services.backup.archive import unpack
from aggregator.services.backup.restore import restore_backup
from aggregator.services.backup.write import BackupReport, write_backup
from aggregator.store import MakeStore, Store, open_store
from aggregator.store.database.personal import IMPERSONAL, PERSONAL
from aggregator.store.database.tables import metadata
from tests.store.contents import SUBSCRIBERS, fill
from tests.support.builders import NOON

KEY = "5" * 64
ADDRESSES = [one.address.encode() for one in SUBSCRIBERS if one.address]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A project with something of everything."""
    home = tmp_path / "project"
    for name in ("data", "register", "records/deep"):
        (home / name).mkdir(parents=True)
    (home / "settings.yaml").write_text("store: sqlite:///data/mine.db\nmail_allow: [left@example.org]\n")
    (home / "sources.yaml").write_text("sources: []\n")
    (home / "register/bodies.yaml").write_text("bodies: []\n")
    (home / "records/deep/minutes.md").write_text("# Minutes\n")
    (home / "data/secret").write_text(KEY)
    return load_settings(home / "settings.yaml")


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with open_store(settings.store_url) as store:
        fill(store)
        yield store


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "backup.zip"


def back_up(
    settings: Settings, store: Store, target: Path, *, without_subscribers: bool = False
) -> BackupReport:
    file = settings.home / "settings.yaml"
    return write_backup(settings, file, store, target, NOON, without_subscribers=without_subscribers)


def files(folder: Path) -> dict[str, bytes]:
    """Every file with its bytes; but for the locks, which stay empty, and what SQLite keeps in memory."""
    found = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {name: p.read_bytes() for name, p in found.items() if not name.endswith((".lock", "-shm", "-wal"))}


def dump(file: Path) -> str:
    with open_store(f"sqlite:///{file}") as store:
        return store.dump()


def test_a_backup_made_while_others_write_brings_everything_back(
    settings: Settings, store: Store, target: Path, tmp_path: Path
) -> None:
    before, elsewhere = store.dump(), tmp_path / "elsewhere"
    with closing(sqlite3.connect(settings.home / "data/mine.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM deliveries")
        back_up(settings, store, target)
    assert target.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if path != settings.home] == ["backup.zip"]
    elsewhere.mkdir()

    restore_backup(target, elsewhere / "settings.yaml", new=False)

    for name in (
        "settings.yaml",
        "sources.yaml",
        "register/bodies.yaml",
        "records/deep/minutes.md",
        "data/secret",
    ):
        assert (elsewhere / name).read_bytes() == (settings.home / name).read_bytes()
    assert (elsewhere / "data/secret").stat().st_mode & 0o777 == 0o600
    assert dump(elsewhere / "data/mine.db") == before


def test_without_subscribers_no_address_is_in_it(settings: Settings, store: Store, target: Path) -> None:
    with closing(sqlite3.connect(settings.home / "data/mine.db")) as connection:
        expected = [connection.execute("SELECT count(*) FROM documents").fetchone()]

    report = back_up(settings, store, target, without_subscribers=True)

    assert report.left_out == ("settings.yaml",)  # `mail_allow` has an address
    with zipfile.ZipFile(target) as archive:
        contents = b"".join(archive.read(name) for name in archive.namelist())
        archive.extract("store.db", target.parent)
        assert "secret" not in archive.namelist()
    assert len(ADDRESSES) > 3
    for text in (*ADDRESSES, KEY.encode(), b"a-secret", b"0badcafe"):
        assert text not in contents, text
    with closing(sqlite3.connect(target.parent / "store.db")) as connection:
        assert connection.execute("SELECT count(*) FROM documents").fetchall() == expected
        for table, rows in PERSONAL.items():
            where = "rule_key LIKE '%/%'" if rows is not None else "1"
            query = f"SELECT count(*) FROM {table.name} WHERE {where}"  # noqa: S608
            assert connection.execute(query).fetchone() == (0,), table.name


def test_it_is_known_of_each_table_whether_it_has_data_of_persons() -> None:
    assert {*PERSONAL, *IMPERSONAL} == set(metadata.tables.values())
    assert not set(PERSONAL) & IMPERSONAL


def test_a_damaged_backup_is_refused_wherever_the_damage_is(
    settings: Settings, store: Store, target: Path, tmp_path: Path
) -> None:
    back_up(settings, store, target)
    store.close()
    good, before = target.read_bytes(), files(settings.home)
    for damaged in (good[: len(good) // 2], good[:-30], good[30:], b"", b"not a zip"):
        target.write_bytes(damaged)
        with pytest.raises(ConfigError, match=r"^[^\n]*backup\.zip: not a backup [^\n]*, or damaged[^\n]*$"):
            restore_backup(target, settings.home / "settings.yaml", new=True)
        assert files(settings.home) == before

    (tmp_path / "good").mkdir()
    target.write_bytes(good)
    unpack(target, tmp_path / "good")
    harmless = 0
    for place in range(10, len(good), len(good) // 60):
        target.write_bytes(good[:place] + bytes([good[place] ^ 0xFF]) + good[place + 1 :])
        (folder := tmp_path / str(place)).mkdir()
        with suppress(ConfigError):
            unpack(target, folder)
            # A time or a size in a header, which nobody reads.
            harmless += 1
            assert files(folder) == files(tmp_path / "good")
    assert harmless < 20


@pytest.mark.parametrize("name", ["../evil", "/evil", "register/../../evil", "data/evil", "settings.yaml/x"])
def test_a_foreign_file_cannot_write_elsewhere(
    settings: Settings, store: Store, target: Path, tmp_path: Path, name: str
) -> None:
    back_up(settings, store, target)
    foreign = tmp_path / "foreign.zip"
    with zipfile.ZipFile(target) as good, zipfile.ZipFile(foreign, "w") as made:
        manifest = good.read("manifest.json").replace(b"sources.yaml", name.encode())
        made.writestr("manifest.json", manifest)
        for one in good.namelist()[1:]:
            made.writestr(name if one == "sources.yaml" else one, good.read(one))

    with pytest.raises(ConfigError, match="does not belong into a backup"):
        restore_backup(foreign, settings.home / "settings.yaml", new=True)


def test_nothing_is_overwritten_and_with_new_nothing_is_lost(
    settings: Settings, store: Store, target: Path
) -> None:
    back_up(settings, store, target)
    wanted = store.dump()
    store.documents.retract(store.documents.all()[0].entry.id, "wrong", NOON)
    changed = store.dump()
    store.close()
    (settings.home / "register/mine.yaml").write_text("mine: 1\n")
    before = files(settings.home)

    with pytest.raises(
        ConfigError, match=r"register: is there already[\s\S]*mine.db: is there already"
    ) as refused:
        restore_backup(target, settings.home / "settings.yaml", new=False)
    assert "sources.yaml" not in str(refused.value)
    assert files(settings.home) == before

    report = restore_backup(target, settings.home / "settings.yaml", new=True)

    assert sorted(path.name for path in report.moved_aside) == ["mine.db.aside-1", "register.aside-1"]
    assert (settings.home / "register.aside-1/mine.yaml").read_text() == "mine: 1\n"
    assert not (settings.home / "register/mine.yaml").exists()
    assert dump(settings.home / "data/mine.db.aside-1") == changed
    assert dump(settings.home / "data/mine.db") == wanted


def test_a_restore_that_fails_at_any_step_changes_nothing(
    settings: Settings, store: Store, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(settings, store, target)
    store.close()
    for name in ("settings.yaml", "sources.yaml", "register/bodies.yaml", "data/secret"):
        (settings.home / name).write_text("store: sqlite:///data/mine.db\n")
    with closing(sqlite3.connect(settings.home / "data/mine.db")) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")  # as every restore does: it changes two bytes
    before, steps, rename = files(settings.home), 0, Path.rename

    for failing in range(30):
        calls = 0

        def fail(path: Path, to: Path, failing: int = failing) -> Path:
            nonlocal calls
            calls += 1
            if calls == failing + 1:
                raise OSError(28, "No space left on device", str(to))
            return rename(path, to)

        with monkeypatch.context() as patch:
            patch.setattr(Path, "rename", fail)
            try:
                restore_backup(target, settings.home / "settings.yaml", new=True)
                break
            except OSError:
                steps += 1
        assert files(settings.home) == before

    assert steps == 10  # five files out, five in


@pytest.mark.long
def test_a_restore_that_is_killed_at_any_step_leaves_no_half_project(
    settings: Settings, store: Store, target: Path, tmp_path: Path
) -> None:
    back_up(settings, store, target)
    wanted = store.dump()
    store.close()
    for name in ("sources.yaml", "register/bodies.yaml", "data/secret"):
        (settings.home / name).write_text("other\n")
    with closing(sqlite3.connect(settings.home / "data/mine.db")) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    old = files(settings.home)
    outcomes = []

    for dies_at in range(9):
        home = tmp_path / str(dies_at)
        shutil.copytree(settings.home, home)
        outcomes.append(restore_and_die(target, home, dies_at))
        url = f"sqlite:///{home}/data/mine.db"
        found = files(home)
        if {name: found.get(name) for name in old} != old:
            with pytest.raises(ConfigError, match="restore BACKUP") if outcomes[-1] else nullcontext():
                open_store(url, make=MakeStore.FIRST_TIME).close()
        if outcomes[-1]:
            restore_backup(target, home / "settings.yaml", new=True)
        assert dump(home / "data/mine.db") == wanted
        assert (home / "data/secret").read_text() == KEY
        assert not list(home.glob(".restore*"))

    assert outcomes == [9] * 8 + [0]


def restore_and_die(target: Path, home: Path, dies_at: int) -> int:
    """Restore in a process that dies before one of its renames; return its exit code."""
    if process := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    rename, left = Path.rename, iter(range(dies_at))

    def die(path: Path, to: Path) -> Path:
        return rename(path, to) if next(left, None) is not None else os._exit(9)

    Path.rename = die  # type: ignore[assignment,method-assign]  # in this process only
    restore_backup(target, home / "settings.yaml", new=True)
    os._exit(0)


def test_a_store_that_is_in_use_is_not_replaced(settings: Settings, store: Store, target: Path) -> None:
    back_up(settings, store, target)
    before = store.dump()

    with pytest.raises(
        StoreError, match=r"mine\.db: another process uses the store; nothing was changed, stop"
    ):
        restore_backup(target, settings.home / "settings.yaml", new=True)

    assert store.dump() == before


def test_a_backup_replaces_an_earlier_one_but_no_other_file(
    settings: Settings, store: Store, target: Path
) -> None:
    back_up(settings, store, target)
    back_up(settings, store, target)
    target.write_text("my notes")

    with pytest.raises(ConfigError, match="this is another file"):
        back_up(settings, store, target)

    assert target.read_text() == "my notes"
