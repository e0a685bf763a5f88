"""`documents retract` erases a document's text for good."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.projects import SMALL_REGISTER, make_atom_feed, small_project
from tests.support.server import ScriptedResponse, ScriptedServer

WHY = "Jane Doe asked us to"


def test_its_text_and_the_reason_are_in_no_published_file(tmp_path: Path) -> None:
    project = small_project(tmp_path / "project", register=SMALL_REGISTER)
    feed = make_atom_feed({"/a": "Open data of Jane Doe", "/b": "Open data for all of us"})
    with ScriptedServer(
        {"/one.atom": ScriptedResponse(headers={"Content-Type": "application/atom+xml"}, payload=feed)}
    ) as web:
        project.sources({"one": web.url("/one.atom")}, records=False)
        project.run("run")
        indexed = project.run("search", "index")
        ids = {row["title"]: row["id"] for row in json.loads(project.run("documents", "list", "--json").out)}
        id = ids["Open data of Jane Doe"]
        before = b"".join(project.output().values())
        done = project.run("documents", "retract", id, "--why", WHY, "--at", "2026-06-05T12:00:00Z")
        again = project.run("run")
        fragments = [path for path in project.output() if path.startswith("pagefind/fragment/")]

    after = project.output()
    assert (done.code, again.code) == (0, 0)
    assert indexed.out == f"{len(fragments) + 1} pages can be searched.\n"
    assert "its text is erased" in done.out
    assert b"Jane Doe" in before
    assert b"Jane Doe" not in b"".join(after.values())
    assert id in after["corrections.html"].decode()
    assert b"Open data for all of us" in after["feed.atom"]

    history = project.run("documents", "history", id)
    assert history.code == 2
    assert f"it was retracted on 2026-06-05T12:00:00Z ({WHY}); its text is erased" in history.err
    assert project.run("documents", "retract", "urn:uuid:nobody", "--why", WHY).code == 2
