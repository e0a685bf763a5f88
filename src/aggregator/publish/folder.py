"""Puts artifacts into the output folder: atomically, only where bytes differ, and never on others' files.

`.published` lists what is ours. It is written before anything else with the old and the new paths, and
last of all with the new ones only: so at every instant each file of ours, and each `.NAME.part` that a
killed run may have left, is on the list, and a second call ends exactly where an undisturbed one does.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aggregator.errors import PublishError
from aggregator.model import Artifact

LIST: Final = ".published"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What one call did: the paths that it changed and removed, and how many were right already."""

    changed: tuple[str, ...]
    unchanged: int
    removed: tuple[str, ...]


def write(folder: Path, artifacts: Iterable[Artifact]) -> Written:
    """Make the folder hold these artifacts, and nothing else of what we published there before.

    A file whose bytes are right is not touched. Raises PublishError, which names the path and the remedy.
    """
    wanted = {
        artifact.path: artifact.payload for artifact in sorted(artifacts, key=lambda artifact: artifact.path)
    }
    with _explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
    before = _listed(folder)
    places = {path: _place(folder, path) for path in sorted(before | wanted.keys())}
    for path in wanted.keys() - before:
        _refuse_foreign(places[path], wanted[path])
    _write_list(folder, before | wanted.keys())
    for place in places.values():
        _discard(_part(place))
    changed = tuple(path for path, payload in wanted.items() if _replace(places[path], payload))
    removed = tuple(path for path in sorted(before - wanted.keys()) if _remove(folder, places[path]))
    _write_list(folder, wanted)
    return Written(changed=changed, unchanged=len(wanted) - len(changed), removed=removed)


def _listed(folder: Path) -> set[str]:
    """The paths that earlier calls published."""
    place = folder / LIST
    _refuse_symlink(place)
    _discard(_part(place))
    with _explained(place):
        return set(place.read_text("utf-8").splitlines()) if place.exists() else set()


def _write_list(folder: Path, paths: Iterable[str]) -> None:
    _replace(folder / LIST, "".join(f"{path}\n" for path in sorted(paths)).encode())


def _place(folder: Path, path: str) -> Path:
    """Where a path stands on disk; refuses one that leads outside, is hidden, or goes through a symlink."""
    names = path.split("/")
    # A name that starts with a dot covers `.`, `..`, our own list and every `.part`.
    if any(not name or name.startswith(".") or not name.isprintable() or "\\" in name for name in names):
        raise PublishError(
            f"{path!r} is no path inside {folder}; if {folder / LIST} names it, delete that line"
        )
    place = folder.joinpath(*names)
    for step in (place, *place.parents[: len(names) - 1]):
        _refuse_symlink(step)
    return place


def _refuse_symlink(step: Path) -> None:
    if step.is_symlink():
        raise PublishError(f"{step} is a symbolic link; nothing is read or written through it: remove it")


def _refuse_foreign(place: Path, payload: bytes) -> None:
    """A file that is not on our list is somebody else's, unless it is byte for byte what we would write."""
    with _explained(place):
        if place.exists() and place.read_bytes() != payload:
            raise PublishError(f"{place} was not published by this program: move it away, then publish again")


def _replace(place: Path, payload: bytes) -> bool:
    """Write the bytes so that a reader sees the old file or the new one; False if nothing differs."""
    with _explained(place):
        if place.is_file() and place.read_bytes() == payload:
            return False
        _make_folder(place.parent)
        part = _part(place)
        with part.open("xb") as out:
            out.write(payload)
            out.flush()
            os.fsync(out.fileno())
        part.replace(place)
        _settle(place.parent)
    return True


def _remove(folder: Path, place: Path) -> bool:
    """Take away a file of ours and the folders that it leaves empty; False if it was gone already."""
    with _explained(place):
        was_there = place.exists()
        place.unlink(missing_ok=True)
        for emptied in place.parents:
            if emptied == folder or (emptied.exists() and any(emptied.iterdir())):
                break
            if emptied.exists():
                emptied.rmdir()
        _settle(folder)
    return was_there


def _part(place: Path) -> Path:
    """Where the bytes of a file wait until they are whole: beside it, one rename away from its place."""
    return place.with_name(f".{place.name}.part")


def _discard(part: Path) -> None:
    with _explained(part):
        part.unlink(missing_ok=True)


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        _settle(folder.parent)


def _settle(folder: Path) -> None:
    """Have the names in a folder on the disk itself: a rename alone does not outlive a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


_REMEDIES: Final[Mapping[int | None, str]] = {
    errno.ENOSPC: "make room on the disk, then publish again",
    errno.EACCES: "let the user who runs this program write there, then publish again",
    errno.EROFS: "the disk is read-only: choose another output folder in the settings",
    errno.EISDIR: "a folder stands where a file belongs: move it away, then publish again",
    errno.ENOTDIR: "a file stands where a folder belongs: move it away, then publish again",
    errno.EEXIST: "a file stands where a folder belongs: move it away, then publish again",
}


@contextmanager
def _explained(place: Path) -> Iterator[None]:
    """Turn what the machine refuses at `place` into the operator's words."""
    try:
        yield
    except OSError as error:
        remedy = _REMEDIES.get(error.errno, "look at that path, then publish again")
        raise PublishError(f"{place} cannot be written: {error.strerror}; {remedy}") from error
    except UnicodeDecodeError as error:
        raise PublishError(f"{place} is damaged: move it away, then publish again") from error
