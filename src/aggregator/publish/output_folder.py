"""Writes artifacts to the output folder: atomically, only where bytes differ, and never over other files.

The manifest, `.published`, lists our files. It is written first with the old and new paths, and last with the
new paths only. So it names every file of ours at every instant, also each `.NAME.part` that a killed run may
leave, and the next run ends as an undisturbed one does.

A path may be followed by the fingerprint of what its bytes were made from. While it stays the same, the file
is not made again. The first manifest has no fingerprint for a file that is about to be replaced.

Lines that begin with `#` are no paths: the instant of the snapshot, and how many documents the store had.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from aggregator.errors import AggregatorError, PublishError
from aggregator.model import Artifact, DeferredArtifact
from aggregator.tasks import stop_if_cancelled

MANIFEST: Final = ".published"
# In place of a path, marks the line of the manifest that has the instant.
_INSTANT_KEY: Final = "#"
_STORED_KEY: Final = "#documents"
# The exceptions that files raised when they were made, by path.
Broken = dict[str, Exception]


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteResult:
    """The paths that a call wrote and removed, and how many files were right already."""

    changed: tuple[str, ...]
    unchanged: int
    removed: tuple[str, ...]


def write_output(
    folder: Path,
    artifacts: Iterable[Artifact | DeferredArtifact],
    at: datetime | None = None,
    *,
    keep: Collection[str] = (),
    broken: Broken | None = None,
    stored: str = "",
) -> WriteResult:
    """Write these artifacts to the folder, and remove the files of earlier calls that are not among them.

    `at` is the instant of the snapshot. The manifest has the first instant with exactly these files, so that
    they can be made again for it and compared.

    A file whose bytes are right is not touched. Raises PublishError with the path and what to do.

    Files of ours at the paths `keep` stay as they are. With `broken`, so does a file that raises when it is
    made; its exception is added there. `stored` says how many documents there were, for `stored_documents`.
    """
    sorted_artifacts = sorted(artifacts, key=lambda artifact: artifact.path)
    wanted = {artifact.path: artifact for artifact in sorted_artifacts}
    with _explain_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    old_manifest, published_before = published_fingerprints(folder), published_at(folder)
    _delete_part(_part_path(folder / MANIFEST))
    files = {path: _checked_path(folder, path) for path in sorted(old_manifest.keys() | wanted.keys())}
    # All refusals come before the first change: the folder stays as it is when anything is in the way.
    for path in wanted.keys() - old_manifest.keys():
        _refuse_file_of_others(files[path], wanted[path], broken)
    up_to_date = _up_to_date(old_manifest, wanted, files)
    known = dict.fromkeys([*old_manifest, *wanted], "") | up_to_date
    # The first manifest says already whose folder this is.
    _write_manifest(folder, known, published_before, stored_documents(folder) or stored)
    for path in files.keys() - up_to_date.keys():
        _delete_part(_part_path(files[path]))
    to_write = [path for path in wanted if path not in up_to_date]
    changed = tuple(path for path in to_write if _make_file(files[path], wanted[path], broken))
    # Removed last: until then no link on a page that is still the old one leads nowhere.
    kept = {path: old_manifest[path] for path in old_manifest.keys() & keep}
    obsolete = sorted(old_manifest.keys() - wanted.keys() - kept.keys())
    removed = tuple(path for path in obsolete if _remove_file(folder, files[path]))
    # Every folder is synced before the last manifest, which claims that the files are there.
    for parent in sorted({folder, *(files[path].parent for path in to_write)}):
        _sync_folder(parent)
    instant = at if changed or removed else published_before or at
    made = {path: _fingerprint(artifact) for path, artifact in wanted.items() if path not in (broken or ())}
    # A broken file keeps the bytes that it had, without a fingerprint: it is made again.
    had = {path: "" for path in broken or () if path in files and files[path].exists()}
    _write_manifest(folder, kept | had | made, instant, stored)
    return WriteResult(changed=changed, unchanged=len(wanted) - len(changed), removed=removed)


def differing_paths(
    folder: Path, artifacts: Iterable[Artifact | DeferredArtifact], keep: Collection[str] = ()
) -> tuple[str, ...]:
    """The paths of files that differ from these artifacts or are missing, and of files no longer published.

    Those of `keep` are not compared.

    Every artifact is made and compared, whatever its fingerprint. Nothing is written. Raises PublishError.
    """
    wanted = {artifact.path: artifact for artifact in artifacts}
    manifest = published_fingerprints(folder)
    different = [
        path for path, artifact in wanted.items() if not _has_bytes(_checked_path(folder, path), artifact)
    ]
    obsolete = manifest.keys() - wanted.keys() - frozenset(keep)
    left_over = [path for path in obsolete if _checked_path(folder, path).exists()]
    return tuple(sorted((*different, *left_over)))


def _has_bytes(file: Path, artifact: Artifact | DeferredArtifact) -> bool:
    with _explain_errors(file):
        return file.is_file() and file.read_bytes() == _payload(artifact, {})


def _payload(artifact: Artifact | DeferredArtifact, broken: Broken | None) -> bytes | None:
    """The bytes of a file; None if they cannot be made, with the exception in `broken`."""
    try:
        return artifact.payload
    except AggregatorError:
        raise
    except Exception as error:
        if broken is None:
            raise
        broken[artifact.path] = error
        return None


def _make_file(file: Path, artifact: Artifact | DeferredArtifact, broken: Broken | None) -> bool:
    """Make the bytes of a file and replace it; False if it has them already, or if they cannot be made."""
    # Between two files nothing is half done: the manifest names them all, and the next call makes the rest.
    stop_if_cancelled()
    payload = _payload(artifact, broken)
    return payload is not None and _replace_file(file, payload)


def _fingerprint(artifact: Artifact | DeferredArtifact) -> str:
    return artifact.fingerprint if isinstance(artifact, DeferredArtifact) else ""


def _up_to_date(
    manifest: Mapping[str, str], wanted: Mapping[str, Artifact | DeferredArtifact], files: Mapping[str, Path]
) -> dict[str, str]:
    """The paths whose fingerprint is the same as before, with the fingerprint: they need not be made."""
    fingerprints = {path: _fingerprint(artifact) for path, artifact in wanted.items()}
    return {
        path: fingerprint
        for path, fingerprint in fingerprints.items()
        if fingerprint and manifest.get(path) == fingerprint and files[path].is_file()
    }


def published_at(folder: Path) -> datetime | None:
    """The instant of the snapshot whose files are in the folder; None if no call has finished there."""
    instant = _read_manifest(folder).get(_INSTANT_KEY)
    return datetime.fromisoformat(instant) if instant else None


def published_fingerprints(folder: Path) -> dict[str, str]:
    """The paths in the manifest, each with its fingerprint or an empty text."""
    manifest = _read_manifest(folder)
    return {path: fingerprint for path, fingerprint in manifest.items() if not path.startswith("#")}


def published_paths(folder: Path) -> frozenset[str]:
    """The paths of all our files in the folder."""
    return frozenset(published_fingerprints(folder))


def stored_documents(folder: Path) -> str:
    """What the last finished call was given as `stored`; empty if there was none."""
    return _read_manifest(folder).get(_STORED_KEY, "")


def forget_stored_documents(folder: Path) -> None:
    """Forget what the last call was given as `stored`. Raises PublishError."""
    if stored_documents(folder):
        _write_manifest(folder, published_fingerprints(folder), published_at(folder))


def _read_manifest(folder: Path) -> dict[str, str]:
    manifest = folder / MANIFEST
    _refuse_symlink(manifest)
    with _explain_errors(manifest):
        lines = manifest.read_text("utf-8").splitlines() if manifest.exists() else []
    parts = (line.partition("\t") for line in lines)
    return {path: fingerprint for path, _, fingerprint in parts}


def _write_manifest(
    folder: Path, fingerprints: Mapping[str, str], at: datetime | None = None, stored: str = ""
) -> None:
    instant = {_INSTANT_KEY: at.isoformat()} if at else {}
    count = {_STORED_KEY: stored} if stored else {}
    pairs = sorted({**instant, **count, **fingerprints}.items())
    lines = (f"{path}\t{fingerprint}\n" if fingerprint else f"{path}\n" for path, fingerprint in pairs)
    if _replace_file(folder / MANIFEST, "".join(lines).encode()):
        _sync_folder(folder)


def _checked_path(folder: Path, path: str) -> Path:
    """The file of a path; refuses one that leads outside the folder, is hidden, or goes through a symlink."""
    names = path.split("/")
    # A leading dot covers `.` and `..`, the manifest, and every `.part`.
    if any(not name or name.startswith(".") or not name.isprintable() or "\\" in name for name in names):
        raise PublishError(
            f"{path!r} is not a path inside {folder}; if {folder / MANIFEST} names it, delete that line"
        )
    file = folder.joinpath(*names)
    for part in (file, *file.parents[: len(names) - 1]):
        _refuse_symlink(part)
    return file


def _refuse_symlink(path: Path) -> None:
    if path.is_symlink():
        raise PublishError(f"{path} is a symbolic link; nothing is read or written through it: remove it")


def _refuse_file_of_others(file: Path, artifact: Artifact | DeferredArtifact, broken: Broken | None) -> None:
    # A file that the manifest does not name is not ours, unless its bytes are exactly what we would write.
    with _explain_errors(file):
        if file.exists() and file.read_bytes() != _payload(artifact, broken):
            raise PublishError(f"{file} was not published by this program: move it away, then publish again")


def _replace_file(file: Path, payload: bytes) -> bool:
    """Replace the file's bytes in one rename; False if they are the same already."""
    # A visitor sees the old file or the new one, never a part of it, also when the machine stops in between.
    with _explain_errors(file):
        if file.is_file() and file.read_bytes() == payload:
            return False
        _make_folder(file.parent)
        part = _part_path(file)
        # "x" fails on a leftover or a link; the leftovers of a killed run were deleted before.
        with part.open("xb") as out:
            out.write(payload)
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
    return True


def _remove_file(folder: Path, file: Path) -> bool:
    """Delete a file of ours and the folders that it leaves empty; False if it was gone already."""
    with _explain_errors(file):
        was_there = file.exists()
        file.unlink(missing_ok=True)
        for parent in file.parents:
            if parent == folder or (parent.exists() and any(parent.iterdir())):
                break
            if parent.exists():
                parent.rmdir()
    return was_there


def _part_path(file: Path) -> Path:
    """The temporary file for new bytes of a file."""
    # In the same folder: a rename is atomic only within one file system.
    return file.with_name(f".{file.name}.part")


def _delete_part(part: Path) -> None:
    with _explain_errors(part):
        part.unlink(missing_ok=True)


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    """Flush the names in a folder to the disk."""
    # Without this a rename may be lost when the power fails.
    with _explain_errors(folder):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


_REMEDIES: Final[Mapping[int | None, str]] = {
    errno.ENOSPC: "make room on the disk, then publish again",
    errno.EACCES: "let the user who runs this program write there, then publish again",
    errno.EROFS: "the disk is read-only: choose another output folder in the settings",
    errno.EISDIR: "there is a folder where a file belongs: move it away, then publish again",
    errno.ENOTDIR: "there is a file where a folder belongs: move it away, then publish again",
    errno.EEXIST: "there is a file where a folder belongs: move it away, then publish again",
}


@contextmanager
def _explain_errors(path: Path) -> Iterator[None]:
    """Raise an error of the operating system at `path` as a PublishError that says what to do."""
    try:
        yield
    except OSError as error:
        remedy = _REMEDIES.get(error.errno, "look at that path, then publish again")
        raise PublishError(f"{path} cannot be written: {error.strerror}; {remedy}") from error
    except UnicodeDecodeError as error:
        raise PublishError(f"{path} is damaged: move it away, then publish again") from error
