"""Killed with -9 at random moments, or twice in a row, and run again: the same as one whole run."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.crash import victim
from tests.crash.scene import ARGUMENTS, Scene

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
RANDOM_KILLS = 50
SEED = 20240124


def test_killed_at_random_moments(scene: Scene, tmp_path: Path, tell: Callable[[str], None]) -> None:
    moments = random.Random(SEED)  # noqa: S311  # a seed makes the test repeatable; nothing is secret here
    struck = 0
    for _ in range(RANDOM_KILLS):
        project = scene.again(tmp_path / "killed")
        struck += victim.kill_after(project.folder, ARGUMENTS, moments.uniform(0, scene.seconds * 0.8))

        scene.holds_after_another_run(project)

    assert struck >= RANDOM_KILLS // 4
    tell(
        f"crash: killed -9 at {RANDOM_KILLS} random moments (seed {SEED}), {struck} of them before the run "
        "had ended; each time the same store and output"
    )


def test_killed_twice_in_a_row(scene: Scene, tmp_path: Path) -> None:
    for point in scene.chosen()[::7]:
        project = scene.again(tmp_path / "killed")
        victim.kill_at(project.folder, ARGUMENTS, point)
        victim.kill_after(project.folder, ARGUMENTS, scene.seconds / 2)

        scene.holds_after_another_run(project)
