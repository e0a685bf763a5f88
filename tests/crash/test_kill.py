"""Killed with -9 at any commit or rename and run again, the program leaves what one whole run leaves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.crash import victim
from tests.crash.scene import ARGUMENTS, Scene

pytestmark = pytest.mark.timeout(900)


def test_a_whole_run_twice_is_once(scene: Scene, tmp_path: Path) -> None:
    project = scene.again(tmp_path / "twice")
    victim.run_whole(project.folder, ARGUMENTS)

    scene.holds_after_another_run(project)
    assert {"feed.atom", "all.atom", "index.html", "digests/2026-W24.html"} <= set(scene.output)


def test_killed_at_every_commit_and_at_renames(
    scene: Scene, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    reached = Counter[str]()
    chosen = scene.chosen()
    for point in chosen:
        project = scene.again(tmp_path / "killed")
        reached[victim.kill_at(project.folder, ARGUMENTS, point)] += 1

        scene.holds_after_another_run(project)

    assert reached == Counter(scene.points[point] for point in chosen)
    assert (
        min(reached[f"{side} {what}"] for side in ("before", "after") for what in ("commit", "rename")) >= 5
    )
    counts = ", ".join(f"{count} {name}" for name, count in sorted(reached.items()))
    tell(
        f"crash: killed -9 at {reached.total()} fault points ({counts}); each time the same store and output"
    )
