"""A kill -9 at any system call of `write_output`: files are whole, and a second call completes the work."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.publish.output.interrupted_write import AFTER, BEFORE

PROJECT = Path(__file__).parents[3]


def tree(folder: Path) -> dict[str, str]:
    """Every file below the folder with its text; a folder has a slash instead."""
    return {
        str(path.relative_to(folder)): path.read_text() if path.is_file() else "/"
        for path in folder.rglob("*")
    }


def test_after_a_kill_at_each_system_call_a_second_call_ends_as_an_undisturbed_one(
    tmp_path: Path,
) -> None:
    subprocess.run(
        [sys.executable, "-m", "tests.publish.output.interrupted_write", str(tmp_path)],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(("src", "."))},
        check=True,
        timeout=120,
    )
    runs = sorted(tmp_path.iterdir(), key=lambda run: int(run.name))
    undisturbed = tree(runs[-1] / "killed")

    assert undisturbed == {
        **AFTER,
        "README.md": "theirs",
        "records": "/",
        "digests": "/",
        ".published": "digests/2026-W22.html\nfeed.atom\nindex.html\nrecords/new.html\n",
    }
    assert len(runs) > 20
    for run in runs:
        assert tree(run / "again") == undisturbed, f"killed before call {run.name}"
        assert tree(run / "back") == tree(runs[0] / "killed"), f"killed before call {run.name}"
        for path, text in tree(run / "killed").items():
            if not Path(path).name.startswith("."):
                assert text in {BEFORE.get(path), AFTER.get(path), "theirs", "/"}, (
                    f"{path} at call {run.name}"
                )
        assert {"feed.atom", "index.html", "README.md"} <= tree(run / "killed").keys()
