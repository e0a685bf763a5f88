"""Killed with -9 at random moments, or twice in a row, and run again: the same result as one run."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.crash import killed_child
from tests.crash.reference_run import ARGUMENTS, ReferenceRun

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
RANDOM_KILLS = 50
SEED = 20240124


def test_killed_at_random_moments(
    reference: ReferenceRun, tmp_path: Path, report: Callable[[str], None]
) -> None:
    moments = random.Random(SEED)  # noqa: S311  # a seed makes the test repeatable; nothing is secret here
    killed_running = 0
    for _ in range(RANDOM_KILLS):
        project = reference.copy_project(tmp_path / "killed")
        killed_running += killed_child.kill_after(
            project.folder, ARGUMENTS, moments.uniform(0, reference.seconds * 0.8)
        )

        reference.assert_same_after_rerun(project)

    assert killed_running >= RANDOM_KILLS // 4
    report(
        f"crash: killed -9 at {RANDOM_KILLS} random moments (seed {SEED}), {killed_running} of them "
        "before the run had ended; each time the same store and output"
    )


def test_killed_twice_in_a_row(reference: ReferenceRun, tmp_path: Path) -> None:
    for point in reference.selected_points()[::7]:
        project = reference.copy_project(tmp_path / "killed")
        killed_child.kill_at(project.folder, ARGUMENTS, point)
        killed_child.kill_after(project.folder, ARGUMENTS, reference.seconds / 2)

        reference.assert_same_after_rerun(project)
