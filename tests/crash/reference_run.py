"""A small project to run and kill, and the result of an undisturbed run of it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aggregator.store import open_store
from tests.crash import killed_child
from tests.support.projects import SmallProject, make_atom_feed, small_project

ONE: Final = "https://one.example.org/feed.atom"
TWO: Final = "https://two.example.org/feed.atom"
ARGUMENTS: Final = ("run", "--replay", "recording", "--at", "2026-06-09T12:00:00Z")
"""A Tuesday: the first poll is on Monday, so the digest of the week before is due as well."""
REGISTER: Final = Path(__file__).parent / "register"
RENAMES: Final = ("before rename", "after rename")


@dataclass(frozen=True, slots=True)
class ReferenceRun:
    """A project to run, and the result of an undisturbed run."""

    fresh: Path
    store: str
    output: dict[str, bytes]
    points: list[str]
    seconds: float

    def copy_project(self, folder: Path) -> SmallProject:
        """Copy the project, not yet run, to `folder`."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.fresh, folder)
        return SmallProject(folder)

    def assert_same_after_rerun(self, project: SmallProject) -> None:
        """Run once more, undisturbed, and compare store and output with the reference."""
        code, _, _ = killed_child.run_to_end(project.folder, ARGUMENTS)
        assert code == 0
        assert dump_store(project) == self.store
        assert project.replayed() == self.output

    def selected_points(self) -> list[int]:
        """Fault points: every commit, the first and the last renames, and every 12th of those between.

        Publishing renames many files in the same way; `tests/publish/output/test_folder_killed.py` stops a
        small publishing run before each of its system calls.
        """
        renames = [number for number, point in enumerate(self.points) if point in RENAMES]
        chosen = {*renames[:6], *renames[6:-6:12], *renames[-6:]}
        return [
            number for number, point in enumerate(self.points) if number in chosen or point not in RENAMES
        ]

    def few_points(self) -> list[int]:
        """Fault points: before every commit, at the first rename, a middle one and the last."""
        renames = [number for number, point in enumerate(self.points) if point in RENAMES]
        chosen = {*renames[:2], renames[len(renames) // 2], renames[-1]}
        return [n for n, point in enumerate(self.points) if n in chosen or point == "before commit"]


def dump_store(project: SmallProject) -> str:
    with open_store(f"sqlite:///{project.folder}/data/replay-recording.db") as store:
        return store.dump()


def run_reference(folder: Path) -> ReferenceRun:
    """Run two polls of two feeds and the records; the second poll has a new and a revised document."""
    project = small_project(folder / "fresh", register=REGISTER)
    project.sources({"one": ONE, "two": TWO})
    project.recording(
        {
            (1, ONE): make_atom_feed({"/a": "A plan", "/b": "Minutes of the forum"}),
            (2, ONE): make_atom_feed(
                {"/a": "A plan, revised", "/b": "Minutes of the forum", "/c": "A call for evidence"}
            ),
            (1, TWO): make_atom_feed({"/a": "A plan", "/d": "A letter"}),
            (2, TWO): make_atom_feed({"/a": "A plan", "/d": "A letter", "/e": "News"}),
        }
    )
    whole = SmallProject(project.folder.with_name("whole"))
    shutil.copytree(project.folder, whole.folder)
    code, points, seconds = killed_child.run_to_end(whole.folder, ARGUMENTS)
    assert code == 0
    return ReferenceRun(project.folder, dump_store(whole), whole.replayed(), points, seconds)
