"""`inbox` shows what waits for a person, and tries again what was set aside."""

from __future__ import annotations

import json
from pathlib import Path

from aggregator.model.faults import FaultKind
from aggregator.store import open_store
from tests.support.builders import NOON
from tests.support.projects import SMALL_REGISTER, small_project


def test_what_is_set_aside_is_shown_and_tried_again_by_its_command(tmp_path: Path) -> None:
    project = small_project(tmp_path / "project", register=SMALL_REGISTER)
    project.sources({})
    (project.folder / "data").mkdir()
    with open_store(f"sqlite:///{project.folder}/data/aggregator.db") as store:
        store.faults.record(FaultKind.PAGE, "a page.html", "ValueError: broken", "publish/x.py:1", NOON)
        (shown,) = json.loads(project.run("inbox", "--json").out)
        assert shown == {
            "kind": "set aside",
            "what": "page a page.html cannot be made: ValueError: broken (publish/x.py:1); tried once, "
            "it is tried again by itself",
            "since": "2026-06-05T12:00:00Z",
            "command": "aggregator inbox --retry 'a page.html'",
        }
        assert "\n    aggregator inbox --retry 'a page.html'\n" in project.run("inbox").out

        assert project.run("inbox", "--retry", "a page.html").code == 0

        assert store.faults.all() == ()
        again = project.run("inbox", "--retry", "a page.html")
        assert (again.code, "nothing is set aside under this key" in again.err) == (2, True)
