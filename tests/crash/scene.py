"""A small project to run and kill, and what a whole run of it leaves behind."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aggregator.store import open_store
from tests.crash import victim
from tests.support.projects import Small, atom, small_project

ONE: Final = "https://one.example.org/feed.atom"
TWO: Final = "https://two.example.org/feed.atom"
ARGUMENTS: Final = ("run", "--replay", "recording", "--at", "2026-06-09T12:00:00Z")
"""A Tuesday: its first poll stands on Monday, so the letter of the week before is due as well."""
REGISTER: Final = Path(__file__).parent / "register"
RENAMES: Final = ("before rename", "after rename")


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

        Publishing renames many files in the same way; `tests/publish/output/test_folder_killed.py` stops a
        small one before each of its system calls.
        """
        renames = [number for number, point in enumerate(self.points) if point in RENAMES]
        some = {*renames[:6], *renames[6:-6:12], *renames[-6:]}
        return [number for number, point in enumerate(self.points) if number in some or point not in RENAMES]

    def few(self) -> list[int]:
        """Before every commit, around the first rename, in the middle of them and after the last."""
        renames = [number for number, point in enumerate(self.points) if point in RENAMES]
        some = {*renames[:2], renames[len(renames) // 2], renames[-1]}
        return [n for n, point in enumerate(self.points) if n in some or point == "before commit"]


def dump(project: Small) -> str:
    with open_store(f"sqlite:///{project.folder}/data/replay-recording.db") as store:
        return store.dump()


def set_scene(folder: Path) -> Scene:
    """Two polls of two feeds and the records; the second poll brings something new and something revised."""
    project = small_project(folder / "fresh", register=REGISTER)
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
