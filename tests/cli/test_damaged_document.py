"""A document that is damaged in the store is set aside; everything else goes on, and one command mends it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.projects import SMALL_REGISTER, SmallProject, make_atom_feed, small_project

URL = "https://www.example.org/feed.atom"
TITLES = {f"/{n}": f"Part {n}" for n in range(10)}
STORE = ("--store", "sqlite:///data/replay-recording.db")
REPLAY = ("--replay", "recording")
BAD = "Part 4"


@pytest.fixture
def project(tmp_path: Path) -> SmallProject:
    """A project that has polled and published ten documents."""
    made = small_project(tmp_path / "project", register=SMALL_REGISTER, records=())
    made.sources({"feed": URL}, records=False)
    run(made, "2026-06-03", TITLES)
    return made


def run(project: SmallProject, day: str, *polls: dict[str, str]) -> None:
    project.recording({(n, URL): make_atom_feed(titles) for n, titles in enumerate(polls, 1)})
    done = project.run("run", *REPLAY, "--at", f"{day}T12:00:00Z")
    assert (done.code, done.out.splitlines()[-1][:16]) == (0, "1 sources polled"), done.err


def sql(project: SmallProject, statement: str, *values: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(project.folder / "data/replay-recording.db")) as connection, connection:
        return connection.execute(statement, values).fetchall()


def titles(project: SmallProject) -> set[str]:
    return {row["title"] for row in json.loads(project.run("documents", "list", *STORE, "--json").out)}


def titles_in_feed(project: SmallProject) -> set[str]:
    feed = project.replayed()["all.atom"].decode()
    return {title for title in (*TITLES.values(), "Part 10") if f"<title>{title}</title>" in feed}


@pytest.mark.parametrize(
    ("table", "column", "damage"),
    [
        ("carriers", "entry", '{"title": "cut sho'),
        pytest.param("documents", "labels", '{"type": 7}', marks=pytest.mark.long),
        pytest.param("documents", "entry", "", marks=pytest.mark.long),
        pytest.param("revisions", "entry", "[]", marks=pytest.mark.long),
        pytest.param("revisions", "parts", "7", marks=pytest.mark.long),
    ],
)
def test_one_of_ten_that_is_damaged_is_named_and_repaired(
    project: SmallProject, table: str, column: str, damage: str
) -> None:
    ((id,),) = sql(project, "SELECT id FROM documents WHERE entry LIKE ?", f"%{BAD}%")
    key = "id" if table == "documents" else "document_id"
    sql(project, f"UPDATE {table} SET {column} = ? WHERE {key} = ?", damage, id)  # noqa: S608  # our own names
    good = set(TITLES.values()) - {BAD}
    page = f"entries/{id.removeprefix('urn:uuid:')}.html"

    at = ("--at", "2026-06-03T12:05:00Z", *STORE)
    published = project.run("publish", *at)
    assert (published.code, f"document {id} is left out" in published.err) == (1, True)
    assert project.run("publish", *at).code == 0
    (item,) = json.loads(project.run("inbox", *REPLAY, "--json").out)
    assert (id in item["what"], "damaged" in item["what"]) == (True, True)
    assert item["command"] == f"aggregator documents repair {id}"
    refused = project.run("documents", "history", id, *STORE)
    assert (refused.code, item["command"] in refused.err) == (2, True)
    assert titles_in_feed(project) == good
    assert b"could not be shown" in project.replayed()[page]
    assert id in project.run("board", "--at", "2026-06-01", *STORE).err
    ((stored,),) = sql(project, f"SELECT {column} FROM {table} WHERE {key} = ?", id)  # noqa: S608  # our own names
    assert stored == damage

    repaired = project.run(*item["command"].split()[1:], *at)
    assert (repaired.code, "can be read again" in repaired.out) == (0, True), repaired.err
    run(project, "2026-06-04", TITLES, TITLES | {"/10": "Part 10"})
    assert titles(project) == {*TITLES.values(), "Part 10"}
    assert titles_in_feed(project) == titles(project)
    assert project.run("inbox", *REPLAY).out == "Nothing waits for you.\n"
