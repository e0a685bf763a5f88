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


def killed_at(points: list[int], scene: Scene, folder: Path) -> Counter[str]:
    """Kill a run at each of the points, and another time let it end; gives how often which was reached."""
    reached = Counter[str]()
    for point in points:
        project = scene.again(folder)
        reached[victim.kill_at(project.folder, ARGUMENTS, point)] += 1

        scene.holds_after_another_run(project)

    assert reached == Counter(scene.points[point] for point in points)
    return reached


def test_killed_before_every_commit_and_at_a_few_renames(scene: Scene, tmp_path: Path) -> None:
    reached = killed_at(scene.few(), scene, tmp_path / "killed")

    assert reached["before commit"] >= 8
    assert reached["before rename"] + reached["after rename"] >= 3


@pytest.mark.long
def test_killed_around_every_commit_and_at_renames(
    scene: Scene, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    reached = killed_at(scene.chosen(), scene, tmp_path / "killed")

    assert (
        min(reached[f"{side} {what}"] for side in ("before", "after") for what in ("commit", "rename")) >= 5
    )
    counts = ", ".join(f"{count} {name}" for name, count in sorted(reached.items()))
    tell(
        f"crash: killed -9 at {reached.total()} fault points ({counts}); each time the same store and output"
    )
