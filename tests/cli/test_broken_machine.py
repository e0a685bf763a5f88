"""A lost or damaged store, a full disk, a folder that cannot be written: one sentence, no traceback."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from aggregator.store import open_store
from tests.store.contents import fill
from tests.store.values import make_change, save_changes
from tests.support.builders import make_entry
from tests.support.projects import PROJECT, SMALL_REGISTER, SmallProject, small_project

AT = "2026-06-05T12:00:00Z"


@pytest.fixture
def project(tmp_path: Path) -> SmallProject:
    """A project whose store has something of everything."""
    made = small_project(tmp_path / "project", register=SMALL_REGISTER)
    made.sources({})
    with open_store(f"sqlite:///{made.folder}/data/aggregator.db") as store:
        fill(store)
    return made


def store_of(project: SmallProject) -> Path:
    return project.folder / "data/aggregator.db"


def start(project: SmallProject, command: list[str], **how: Any) -> subprocess.CompletedProcess[str]:
    """Run a command in a process with limits of its own."""
    # Without PYTHONDONTWRITEBYTECODE a limit on the size of files would leave damaged bytecode here.
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(PROJECT / "src"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **how}
    program = [sys.executable, "-m", "aggregator", *command]
    return subprocess.run(program, cwd=project.folder, env=environment, text=True, check=False, **streams)


def check_sentence(project: SmallProject, code: int, *words: str, command: list[str]) -> None:
    completed = project.run(*command)
    assert completed.code == code, completed.err
    assert len(completed.err.splitlines()) == 1, completed.err
    for word in words:
        assert word in completed.err


def test_a_lost_store_stops_every_command_and_a_backup_brings_it_back(project: SmallProject) -> None:
    assert project.run("publish", "--at", AT).code == 0
    made = project.run("backup", "mine.zip")
    assert "with subscribers" in made.out
    before = project.output()
    store_of(project).unlink()

    for command in (["status"], ["run"], ["start", "--port", "0"]):
        check_sentence(
            project, 2, "aggregator.db: the store that was here", "restore BACKUP", command=command
        )
    assert not store_of(project).exists()
    assert project.output() == before

    restored = project.run("restore", "mine.zip")
    assert (restored.code, restored.err) == (0, "")
    assert (
        project.run("publish", "--at", AT).out
        == f"0 files changed, {len(before) - 1} unchanged, 0 removed.\n"
    )


def test_after_a_restore_of_an_older_backup_publishing_asks_nothing(project: SmallProject) -> None:
    project.run("backup", "old.zip")
    with open_store(f"sqlite:///{store_of(project)}") as store:
        save_changes(store, *(make_change(make_entry(f"https://www.gov.uk/{n}")) for n in range(30)))
    assert project.run("publish", "--at", AT).code == 0

    assert project.run("restore", "old.zip", "--new").code == 0
    published = project.run("publish", "--at", AT)

    assert (published.code, published.err) == (0, "")


def test_with_its_folder_lost_too_the_published_pages_tell_and_new_starts_anew(project: SmallProject) -> None:
    project.run("publish")
    shutil.rmtree(project.folder / "data")

    check_sentence(project, 2, "missing or empty", "aggregator --new run", command=["status"])
    assert not (project.folder / "data").exists()

    assert project.run("--new", "status").code == 0
    assert project.run("status").code == 0
    check_sentence(project, 2, "leave out --new", command=["--new", "status"])


def test_a_recording_may_come_and_go(project: SmallProject) -> None:
    recording = project.recording({})
    for _ in range(2):
        assert project.run("run", "--replay", str(recording)).code == 0
        for file in (project.folder / "data").glob("replay-recording.db"):
            file.unlink()


def test_a_damaged_store_is_one_sentence(project: SmallProject) -> None:
    good = store_of(project).read_bytes()
    middle = good[: 3 * 4096] + b"\x07" * (len(good) - 3 * 4096)
    for damaged, command in (
        (middle, ["status"]),
        (good[: 5 * 4096], ["run"]),
        (good.replace(b'{"', b"zz"), ["publish"]),
        (b"Minutes of the meeting. " * 999, ["backup", "mine.zip"]),
    ):
        store_of(project).write_bytes(damaged)
        check_sentence(project, 1, "aggregator.db: ", "aggregator restore BACKUP --new", command=command)


def test_a_store_that_is_deleted_while_it_is_open_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    with open_store(f"sqlite:///{file}") as store:
        fill(store)
        with closing(sqlite3.connect(file)) as other:
            for (table,) in other.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                other.execute(f"DROP TABLE {table}")
        with pytest.raises(Exception, match=r"StoreError|store\.db: the store was emptied.*restore BACKUP"):
            store.documents.all()


@pytest.mark.parametrize(
    ("size", "command"),
    [
        (3000, ["backup", "full.zip"]),
        pytest.param(0, ["run"], marks=pytest.mark.long),
        pytest.param(0, ["backup", "full.zip"], marks=pytest.mark.long),
        pytest.param(3000, ["export"], marks=pytest.mark.long),
        pytest.param(3000, ["publish"], marks=pytest.mark.long),
    ],
)
def test_a_disk_without_room_is_one_sentence(project: SmallProject, size: int, command: list[str]) -> None:
    """No process may write a file larger than `size`."""
    completed = start(
        project, command, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    )

    assert completed.returncode == 1
    assert len(completed.stderr.splitlines()) == 1, completed.stderr
    assert not list(project.folder.glob("*full.zip*"))


@pytest.mark.parametrize(
    ("path", "command"),
    [
        ("output", ["publish"]),
        ("data/export", ["export"]),
        ("mine.zip/x", ["backup", "mine.zip/x"]),
    ],
)
def test_a_file_in_the_way_of_a_folder_is_one_sentence(
    project: SmallProject, path: str, command: list[str]
) -> None:
    """Root may write everywhere, so a folder that may not be written is made of a file."""
    (project.folder / path.removesuffix("/x")).write_text("in the way")

    check_sentence(project, 2 if command[0] == "backup" else 1, path.removesuffix("/x"), command=command)


@pytest.mark.long
def test_an_unwritable_standard_output_is_one_sentence(project: SmallProject) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        completed = start(project, ["status"], stdout=full)

    assert completed.returncode == 1
    assert len(completed.stderr.splitlines()) == 1, completed.stderr
    assert "the disk is full: make room" in completed.stderr
