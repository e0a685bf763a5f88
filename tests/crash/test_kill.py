"""Killed with -9 at any instant and run again, the program leaves what one whole run leaves."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from aggregator.store import open_store
from tests.crash import victim
from tests.projects import Small, atom, small_project

ONE = "https://one.example.org/feed.atom"
TWO = "https://two.example.org/feed.atom"
ARGUMENTS = ("run", "--replay", "recording", "--at", "2026-06-09T12:00:00Z")
"""A Tuesday: its first poll stands on Monday, so the letter of the week before is due as well."""
pytestmark = pytest.mark.timeout(900)
REGISTER = Path(__file__).parent / "register"
RANDOM_KILLS = 50
SEED = 20240124
RENAMES = ("before rename", "after rename")


@dataclass(frozen=True, slots=True)
class Scene:
    """A project to run, and what a whole run leaves behind."""

    fresh: Path
    store: str
    output: dict[str, bytes]
    points: list[str]
    seconds: float

    def again(self, folder: Path) -> Small:
        """A fresh copy of the project."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.fresh, folder)
        return Small(folder)

    def holds_after_another_run(self, project: Small) -> None:
        """Run once more, undisturbed, and compare everything."""
        code, _, _ = victim.run_whole(project.folder, ARGUMENTS)
        assert code == 0
        assert dump(project) == self.store
        assert project.output() == self.output

    def chosen(self) -> list[int]:
        """Every commit, the first and the last renames, and every 12th of those between.

        Publishing renames many files in the same way; `tests/publish/test_folder_killed.py` stops a small
        one before each of its system calls.
        """
        renames = [number for number, point in enumerate(self.points) if point.endswith("rename")]
        some = {*renames[:6], *renames[6:-6:12], *renames[-6:]}
        return [number for number, point in enumerate(self.points) if number in some or point not in RENAMES]


def dump(project: Small) -> str:
    with open_store(f"sqlite:///{project.folder}/data/replay-recording.db") as store:
        return store.dump()


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Two polls of two feeds and the records; the second poll brings something new and something revised."""
    project = small_project(tmp_path_factory.mktemp("crash") / "fresh", register=REGISTER)
    project.sources({"one": ONE, "two": TWO})
    project.recording(
        {
            (1, ONE): atom({"/a": "A plan", "/b": "Minutes of the forum"}),
            (2, ONE): atom(
                {"/a": "A plan, revised", "/b": "Minutes of the forum", "/c": "A call for evidence"}
            ),
            (1, TWO): atom({"/a": "A plan", "/d": "A letter"}),
            (2, TWO): atom({"/a": "A plan", "/d": "A letter", "/e": "News"}),
        }
    )
    whole = Small(project.folder.with_name("whole"))
    shutil.copytree(project.folder, whole.folder)
    code, points, seconds = victim.run_whole(whole.folder, ARGUMENTS)
    assert code == 0
    return Scene(project.folder, dump(whole), whole.output(), points, seconds)


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
