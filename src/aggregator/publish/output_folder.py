"""Puts artifacts into the output folder: atomically, only where bytes differ, and never on others' files.

`.published` lists what is ours. It is written before anything else with the old and the new paths, and
last of all with the new ones only: so at every instant each file of ours, and each `.NAME.part` that a
killed run may have left, is on the list, and a second call ends exactly where an undisturbed one does.

Behind a path may stand the fingerprint of what its bytes were made from. While that is the same the file is
right and is not even made. Whatever is about to be replaced is on the first list without one.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from aggregator.errors import PublishError
from aggregator.model import Artifact, Deferred

LIST: Final = ".published"
_STAMP: Final = "#"
"""Stands in the list where a path does, before the instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What one call did: the paths that it changed and removed, and how many were right already."""

    changed: tuple[str, ...]
    unchanged: int
    removed: tuple[str, ...]


def write(folder: Path, artifacts: Iterable[Artifact | Deferred], at: datetime | None = None) -> Written:
    """Make the folder hold these artifacts, and nothing else of what we published there before.

    `at` is the instant that they stand for. The list keeps the first one at which they were as they are, so
    that they can be held against it later.

    A file whose bytes are right is not touched. Raises PublishError, which names the path and the remedy.
    """
    ordered = sorted(artifacts, key=lambda artifact: artifact.path)
    wanted = {artifact.path: artifact for artifact in ordered}
    with _explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
    before, earlier = _listed(folder), published_at(folder)
    _discard(_part(folder / LIST))
    places = {path: _place(folder, path) for path in sorted(before.keys() | wanted.keys())}
    for path in wanted.keys() - before.keys():
        _refuse_foreign(places[path], wanted[path])
    right = _right(before, wanted, places)
    _write_list(folder, dict.fromkeys([*before, *wanted], "") | right, earlier)
    for path in places.keys() - right.keys():
        _discard(_part(places[path]))
    due = [path for path in wanted if path not in right]
    changed = tuple(path for path in due if _replace(places[path], wanted[path].payload))
    removed = tuple(path for path in sorted(before.keys() - wanted.keys()) if _remove(folder, places[path]))
    for parent in sorted({folder, *(places[path].parent for path in due)}):
        _settle(parent)
    stamp = at if changed or removed else earlier or at
    _write_list(folder, {path: _fingerprint(artifact) for path, artifact in wanted.items()}, stamp)
    return Written(changed=changed, unchanged=len(wanted) - len(changed), removed=removed)


def differing(folder: Path, artifacts: Iterable[Artifact | Deferred]) -> tuple[str, ...]:
    """The paths at which the folder does not hold what it should, or holds what we no longer publish.

    Every file is made and compared, whatever the list says of it. Nothing is written.
    """
    wanted = {artifact.path: artifact for artifact in artifacts}
    listed = _listed(folder)
    wrong = [path for path, artifact in wanted.items() if not _holds(_place(folder, path), artifact)]
    left = [path for path in listed.keys() - wanted.keys() if _place(folder, path).exists()]
    return tuple(sorted((*wrong, *left)))


def _holds(place: Path, artifact: Artifact | Deferred) -> bool:
    with _explained(place):
        return place.is_file() and place.read_bytes() == artifact.payload


def _fingerprint(artifact: Artifact | Deferred) -> str:
    return artifact.fingerprint if isinstance(artifact, Deferred) else ""


def _right(
    before: Mapping[str, str], wanted: Mapping[str, Artifact | Deferred], places: Mapping[str, Path]
) -> dict[str, str]:
    """The files that were made from what they would be made from now, with their fingerprints."""
    prints = {path: _fingerprint(artifact) for path, artifact in wanted.items()}
    return {
        path: print
        for path, print in prints.items()
        if print and before.get(path) == print and places[path].is_file()
    }


def published_at(folder: Path) -> datetime | None:
    """The instant that what stands in the folder was made for; None for a folder that nobody finished."""
    stamp = _read_list(folder).get(_STAMP)
    return datetime.fromisoformat(stamp) if stamp else None


def _listed(folder: Path) -> dict[str, str]:
    """The paths that earlier calls published, with the fingerprints of those that have one."""
    return {path: print for path, print in _read_list(folder).items() if path != _STAMP}


def _read_list(folder: Path) -> dict[str, str]:
    place = folder / LIST
    _refuse_symlink(place)
    with _explained(place):
        lines = place.read_text("utf-8").splitlines() if place.exists() else []
    return {path: print for path, _, print in (line.partition("\t") for line in lines)}


def _write_list(folder: Path, paths: Mapping[str, str], at: datetime | None = None) -> None:
    stamp = {_STAMP: at.isoformat()} if at else {}
    lines = (
        f"{path}\t{print}\n" if print else f"{path}\n" for path, print in sorted({**stamp, **paths}.items())
    )
    if _replace(folder / LIST, "".join(lines).encode()):
        _settle(folder)


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


def _refuse_foreign(place: Path, artifact: Artifact | Deferred) -> None:
    """A file that is not on our list is somebody else's, unless it is byte for byte what we would write."""
    with _explained(place):
        if place.exists() and place.read_bytes() != artifact.payload:
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
    """Have the names in a folder on the disk itself: a rename alone does not outlive a loss of power.

    For files, once for each folder before the last list is written: until then the list claims none of them.
    """
    with _explained(folder):
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
