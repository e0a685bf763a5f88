"""Killed with -9 at any commit or rename and run again, the program ends with the same store and output."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.crash import killed_child
from tests.crash.reference_run import ARGUMENTS, ReferenceRun

pytestmark = pytest.mark.timeout(900)


def test_two_runs_have_the_same_result_as_one(reference: ReferenceRun, tmp_path: Path) -> None:
    project = reference.copy_project(tmp_path / "twice")
    killed_child.run_to_end(project.folder, ARGUMENTS)

    reference.assert_same_after_rerun(project)
    assert {"feed.atom", "all.atom", "index.html", "digests/2026-W24.html"} <= set(reference.output)


def check_kills_at(points: list[int], reference: ReferenceRun, folder: Path) -> Counter[str]:
    """Kill a run at each of the points and run it again to its end; counts the points reached by name."""
    reached = Counter[str]()
    for point in points:
        project = reference.copy_project(folder)
        reached[killed_child.kill_at(project.folder, ARGUMENTS, point)] += 1

        reference.assert_same_after_rerun(project)

    assert reached == Counter(reference.points[point] for point in points)
    return reached


def test_killed_before_every_commit_and_at_a_few_renames(reference: ReferenceRun, tmp_path: Path) -> None:
    reached = check_kills_at(reference.few_points(), reference, tmp_path / "killed")

    assert reached["before commit"] >= 8
    assert reached["before rename"] + reached["after rename"] >= 3


@pytest.mark.long
def test_killed_around_every_commit_and_at_renames(
    reference: ReferenceRun, tmp_path: Path, report: Callable[[str], None]
) -> None:
    reached = check_kills_at(reference.selected_points(), reference, tmp_path / "killed")

    assert (
        min(reached[f"{side} {what}"] for side in ("before", "after") for what in ("commit", "rename")) >= 5
    )
    counts = ", ".join(f"{count} {name}" for name, count in sorted(reached.items()))
    report(
        f"crash: killed -9 at {reached.total()} fault points ({counts}); each time the same store and output"
    )
