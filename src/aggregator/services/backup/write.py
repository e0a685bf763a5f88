"""Writes a backup: the store, its key, and what people edit, in one file that was checked."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aggregator.config import Settings
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.services.backup.archive import (
    EDITED,
    KEY,
    SETTINGS,
    STORE,
    is_backup,
    make_manifest,
    unpack,
    work_folder,
    write_archive,
)
from aggregator.store import Store, check_store_file


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupReport:
    """What is in a backup, and which files were left out because a subscriber's address stands in them."""

    files: int
    left_out: tuple[str, ...]


def write_backup(
    settings: Settings,
    settings_file: Path,
    store: Store,
    target: Path,
    now: datetime,
    *,
    without_subscribers: bool = False,
) -> BackupReport:
    """Write a backup to `target`, whoever uses the store meanwhile; replaces an earlier backup in one step.

    Raises ConfigError if `target` is another file, or its folder is missing.
    """
    _check_target(target)
    # In the same folder: a rename is atomic only within one file system.
    with work_folder(target.absolute().parent, f".backup.{target.name}.") as work:
        copy, part = work / STORE, work / "backup"
        store.copy_to(copy, without_subscribers=without_subscribers)
        edited = dict(_edited_files(settings, settings_file))
        left_out: tuple[str, ...] = ()
        if without_subscribers:
            left_out = _with_an_address(edited, _addresses(store))
        key = {} if without_subscribers else _key(settings)
        kept = {name: path for name, path in edited.items() if name not in left_out}
        contents = {STORE: copy, **key, **kept}
        manifest = make_manifest(
            contents, check_store_file(copy), now.isoformat(), subscribers=not without_subscribers
        )
        write_archive(part, contents, manifest)
        # Read back from the disk: only what can be restored is a backup.
        unpack(part, work / "check")
        part.replace(target)
    _sync(target.absolute().parent)
    return BackupReport(files=len(contents), left_out=left_out)


def _check_target(target: Path) -> None:
    what = ""
    if not target.absolute().parent.is_dir():
        what = "there is no such folder; make it first"
    elif target.exists() and not is_backup(target):
        what = "this is another file, not an earlier backup; name another file"
    if what:
        raise ConfigError((ConfigIssue(str(target), 0, what),))


def _key(settings: Settings) -> dict[str, Path]:
    file = settings.path(settings.secret_file)
    return {KEY: file} if file.is_file() else {}


def _edited_files(settings: Settings, settings_file: Path) -> Iterator[tuple[str, Path]]:
    if settings_file.is_file():
        yield SETTINGS, settings_file
    for name in EDITED:
        path = settings.path(name)
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                yield file.relative_to(settings.home).as_posix(), file


def _addresses(store: Store) -> list[bytes]:
    return [one.address.lower().encode() for one in store.subscribers.all() if one.address]


def _with_an_address(files: Mapping[str, Path], addresses: Sequence[bytes]) -> tuple[str, ...]:
    """The files in which a subscriber's address stands, such as a rule's `mail` or `mail_allow`."""
    texts = {name: path.read_bytes().lower() for name, path in files.items()}
    return tuple(name for name, text in texts.items() if any(address in text for address in addresses))


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
