"""`board/YYYY-MM.html`: the board at the end of a month, as it could be known then, and never changed."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.support.projects import SmallProject, make_atom_feed, small_project
from tests.support.server import ScriptedServer, conditional

OLD, NEW, EARLIER = "Open government minutes, old", "Open government minutes, new", "Open government plan"
OCTOBER = "board/2026-10.html"
LATER = "2026-12-04T12:00:00Z"
# What the two polls find: the first document is revised, and a second one is older than the month's end.
POLLS = (
    ("2026-10-24T12:00:00Z", {"/a": OLD}, "2026-10-20T08:15:00Z"),
    ("2026-11-01T12:00:00Z", {"/a": NEW, "/b": EARLIER}, "2026-10-28T08:15:00Z"),
)


def poll(project: SmallProject, at: str, items: dict[str, str], updated: str) -> None:
    feed = make_atom_feed(items, updated=updated).replace(b"www.example.org", b"www.gov.uk")
    with ScriptedServer({"/one.atom": conditional(feed, etag=f'"{at}"')}) as server:
        project.sources({"one": server.url("/one.atom")}, records=False)
        ended = project.run("run", "--at", at)
    assert ended.code == 0, ended.err


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> SmallProject:
    """Polled on 24 October 2026 and on 1 November, when the board of October is written down."""
    made = small_project(tmp_path_factory.mktemp("months") / "project", records=())
    for one in POLLS:
        poll(made, *one)
    return made


def stored_words(project: SmallProject, month: str) -> Any:
    with sqlite3.connect(project.folder / "data/aggregator.db") as store:
        (board,) = store.execute("SELECT board FROM month_boards WHERE month = ?", [month]).fetchone()
    words = json.loads(board)
    del words["made_at"]
    return words


def test_the_page_of_a_month_has_only_what_was_known_at_its_end(project: SmallProject) -> None:
    page = project.output()[OCTOBER].decode()
    assert "The board at the end of October 2026" in page
    assert OLD in page
    assert NEW not in page
    # Dated before the end of the month, but first seen after it.
    assert EARLIER not in page
    assert "Written down on" not in page
    files = project.output()
    assert f'href="{OCTOBER}"' in files["board.html"].decode()
    address = re.search(r'rel="canonical" href="([^"]+)"', page)
    assert address
    assert f"<loc>{address[1]}</loc>" in files["sitemaps/pages.xml"].decode()
    assert f"{address[1]}</p>" in page  # the address to cite
    assert NEW in files["board/uk.html"].decode()


def test_it_stays_as_it_is_and_written_down_late_it_has_the_same_words(
    project: SmallProject, tmp_path: Path
) -> None:
    """Everything that a later day knows is turned back: revisions, documents, readings, labels."""
    later = SmallProject(shutil.copytree(project.folder, tmp_path / "later"))
    before = later.output()[OCTOBER]
    written = (later.folder / "output" / OCTOBER).stat().st_mtime_ns
    for document in json.loads(later.run("documents", "list", "--json").out):
        correction = ("--relevance", "no", "--why", "a test", "--at", LATER)
        assert later.run("documents", "label", document["id"], *correction).code == 0
    assert later.run("publish", "--at", LATER).code == 0
    files = later.output()
    assert (files[OCTOBER], (later.folder / "output" / OCTOBER).stat().st_mtime_ns) == (before, written)
    # Written down late, and with a link to the month before.
    assert b"Written down on 4 December 2026" in files["board/2026-11.html"]
    assert b'href="../board/2026-10.html"' in files["board/2026-11.html"]
    assert "board/2026-12.html" not in files

    with sqlite3.connect(later.folder / "data/aggregator.db") as store:
        store.execute("DELETE FROM month_boards")
    assert later.run("publish", "--at", LATER).code == 0
    assert stored_words(later, "2026-10") == stored_words(project, "2026-10")
    assert OLD in stored_words(later, "2026-10")["processes"][0]["last"]["title"]
