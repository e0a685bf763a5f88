"""The backup file: a zip with a manifest that has the SHA-256 of each file in it."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Final

from aggregator import VERSION
from aggregator.errors import ConfigError, ConfigIssue, StoreError
from aggregator.store import check_store_file

MANIFEST: Final = "manifest.json"
# Names in the archive, wherever the settings put these files.
STORE: Final = "store.db"
KEY: Final = "secret"
SETTINGS: Final = "settings.yaml"
# What people edit: files and folders of the project.
EDITED: Final = ("sources.yaml", "alerts.yaml", "register", "records")

FORMAT: Final = 1
OWNER_ONLY: Final = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself."""

    version: str
    schema: str
    made_at: str
    has_subscribers: bool
    # SHA-256 by path in the archive.
    files: Mapping[str, str]

    def to_json(self) -> bytes:
        """Return the file `manifest.json`."""
        values = {
            "format": FORMAT,
            "program": "aggregator",
            "version": self.version,
            "schema": self.schema,
            "made_at": self.made_at,
            "subscribers": self.has_subscribers,
            "files": dict(sorted(self.files.items())),
        }
        return json.dumps(values, indent=2, ensure_ascii=False).encode() + b"\n"


def write_archive(file: Path, contents: Mapping[str, Path], manifest: Manifest) -> None:
    """Write a backup to the new file `file`, readable by its owner only."""
    file.touch(mode=OWNER_ONLY, exist_ok=False)
    with file.open("r+b") as out:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
            archive.writestr(MANIFEST, manifest.to_json())
            for name, path in contents.items():
                archive.write(path, name)
        out.flush()
        os.fsync(out.fileno())


def unpack(file: Path, folder: Path) -> Manifest:
    """Write every file of a backup into an empty folder, and check hashes and store.

    Raises ConfigError for a file that is damaged, or no backup of this program.
    """
    with _refusing(file), zipfile.ZipFile(file) as archive:
        manifest = _read_manifest(archive)
        for name, sha256 in manifest.files.items():
            _extract(archive, name, folder.joinpath(*PurePosixPath(name).parts))
            if hash_of(folder / name) != sha256:
                raise ValueError(f"{name} is not what the manifest says")
        schema = check_store_file(folder / STORE)
        if schema != manifest.schema:
            raise ValueError(f"the store has the schema {schema}, the manifest says {manifest.schema}")
    return manifest


@contextmanager
def work_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """Make a folder for one run, for its owner only; delete it, and those that killed runs left."""
    with TemporaryDirectory(prefix=prefix, dir=parent) as work:
        yield Path(work)
        for path in parent.iterdir():
            if path.name.startswith(prefix) and path != Path(work):
                shutil.rmtree(path, ignore_errors=True)


def is_backup(file: Path) -> bool:
    """Whether a file is, or was once, a backup that this program wrote."""
    try:
        with zipfile.ZipFile(file) as archive:
            return MANIFEST in archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False


def hash_of(file: Path) -> str:
    """Return the SHA-256 of a file."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def make_manifest(contents: Mapping[str, Path], schema: str, made_at: str, *, subscribers: bool) -> Manifest:
    """Return the manifest of a backup with these files."""
    return Manifest(
        version=VERSION,
        schema=schema,
        made_at=made_at,
        has_subscribers=subscribers,
        files={name: hash_of(path) for name, path in contents.items()},
    )


def _read_manifest(archive: zipfile.ZipFile) -> Manifest:
    values = json.loads(archive.read(MANIFEST))
    if values["program"] != "aggregator" or values["format"] != FORMAT:
        raise ValueError("another program or a newer version wrote it")
    manifest = Manifest(
        version=str(values["version"]),
        schema=str(values["schema"]),
        made_at=str(values["made_at"]),
        has_subscribers=bool(values["subscribers"]),
        files={str(name): str(sha256) for name, sha256 in values["files"].items()},
    )
    if sorted(archive.namelist()) != sorted([MANIFEST, *manifest.files]):
        raise ValueError("its files are not those of its manifest")
    if foreign := [name for name in manifest.files if not _belongs(name)]:
        raise ValueError(f"{foreign[0]} does not belong into a backup")
    return manifest


def _belongs(name: str) -> bool:
    """Whether a path is one that a backup may have: it decides where `restore` writes."""
    parts = name.split("/")
    if any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts):
        return False
    return parts[0] in EDITED or name in (STORE, KEY, SETTINGS)


def _extract(archive: zipfile.ZipFile, name: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.touch(mode=OWNER_ONLY if name in (STORE, KEY) else 0o666)
    with archive.open(name) as source, target.open("wb") as out:
        shutil.copyfileobj(source, out)
        out.flush()
        os.fsync(out.fileno())


@contextmanager
def _refusing(file: Path) -> Iterator[None]:
    """Raise ConfigError for what a damaged or foreign file makes the readers of zip and JSON raise."""
    damage = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, TypeError, AttributeError, ValueError)
    try:
        yield
    except (*damage, RuntimeError, StoreError) as error:
        raise _unusable(file, error) from error
    except OSError as error:
        # Without a name: a damaged directory makes zipfile seek to a place before the file.
        if error.errno == errno.EINVAL and error.filename is None:
            raise _unusable(file, error) from error
        if error.filename == str(file):
            raise ConfigError((ConfigIssue(str(file), 0, f"cannot be read: {error.strerror}"),)) from error
        raise


def _unusable(file: Path, error: Exception) -> ConfigError:
    reason = " ".join(str(error).split())
    what = f"not a backup of this program, or damaged ({reason}); nothing was changed, use another backup"
    return ConfigError((ConfigIssue(str(file), 0, what),))
