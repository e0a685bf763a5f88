"""Restores a project from a backup: all of it or nothing, and never over what is there."""

from __future__ import annotations

import filecmp
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from aggregator import log
from aggregator.config.settings import load_settings
from aggregator.errors import ConfigError, ConfigIssue, PublishError, StoreError
from aggregator.publish.output_folder import forget_stored_documents
from aggregator.services.backup.archive import EDITED, KEY, SETTINGS, STORE, Manifest, unpack, work_folder
from aggregator.store import StoreFile, refuse_schema

# How long to wait for another process that polls or publishes.
LOCK_TIMEOUT = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreReport:
    """What was restored, and where that is now which was there before."""

    manifest: Manifest
    moved_aside: tuple[Path, ...]


def restore_backup(file: Path, settings_file: Path, *, new: bool) -> RestoreReport:
    """Put everything in a backup into the project of `settings_file`.

    What is there and differs is moved aside if `new`, else ConfigError is raised. A process that is killed in
    the middle leaves a project without a store: no command works there but this one, which may be repeated.
    """
    home = settings_file.absolute().parent
    with work_folder(home, ".restore.") as work:
        unpacked = work
        manifest = unpack(file, unpacked)
        _refuse_schema(file, manifest)
        targets = _targets(unpacked, settings_file)
        changed = {name: path for name, path in targets.items() if not _is_same(unpacked / name, path)}
        in_the_way = [path for path in changed.values() if _exists(path)]
        if in_the_way and not new:
            raise _refusal(in_the_way)
        if changed:
            changed = {**changed, STORE: targets[STORE]}  # always, and last: see `_put_in_place`
        moved = _put_in_place(unpacked, changed, StoreFile(targets[STORE])) if changed else ()
    _allow_fewer_documents(settings_file)
    return RestoreReport(manifest=manifest, moved_aside=moved)


def _allow_fewer_documents(settings_file: Path) -> None:
    """Keep the next publish from asking whether it is right that an older store has fewer documents."""
    try:
        forget_stored_documents(
            load_settings(settings_file if settings_file.exists() else None).output_folder
        )
    except PublishError as error:
        log.info("the next publish may ask about lost documents", reason=str(error))


def _refuse_schema(file: Path, manifest: Manifest) -> None:
    try:
        refuse_schema("its store", manifest.schema)
    except StoreError as error:
        raise ConfigError((ConfigIssue(str(file), 0, str(error)),)) from error


def _targets(unpacked: Path, settings_file: Path) -> dict[str, Path]:
    """Where each file or folder of the backup belongs: as its own settings say. The store comes last."""
    # Without a settings file in the backup, the project's own or the defaults count.
    there = load_settings(file if (file := unpacked / SETTINGS).exists() else None)
    settings = there.model_copy(update={"home": settings_file.absolute().parent})
    places = {SETTINGS: settings_file.absolute(), **{name: settings.path(name) for name in EDITED}}
    places[KEY] = settings.path(settings.secret_file)
    places[STORE] = Path(settings.store_url.removeprefix("sqlite:///"))
    return {name: place for name, place in places.items() if (unpacked / name).exists()}


def _exists(path: Path) -> bool:
    return os.path.lexists(path)


def _is_same(one: Path, other: Path) -> bool:
    """Whether two files, or all files in two folders, have the same bytes, and there is no log of changes."""
    if other.with_name(f"{other.name}-wal").exists():
        return False
    if one.is_dir() and other.is_dir():
        names = {p.relative_to(one) for p in one.rglob("*") if p.is_file()}
        if names != {p.relative_to(other) for p in other.rglob("*") if p.is_file()}:
            return False
        return all(filecmp.cmp(one / name, other / name, shallow=False) for name in names)
    return one.is_file() and other.is_file() and filecmp.cmp(one, other, shallow=False)


def _refusal(in_the_way: list[Path]) -> ConfigError:
    what = "is there already, and differs from the backup; with --new it is moved aside, and nothing is lost"
    return ConfigError(tuple(ConfigIssue(str(path), 0, what) for path in in_the_way))


def _put_in_place(unpacked: Path, targets: Mapping[str, Path], store: StoreFile) -> tuple[Path, ...]:
    """Move what is there aside and what was unpacked into its place; undo all if one step fails."""
    moved: list[Path] = []
    with ExitStack() as undo, store.closed_to_others(LOCK_TIMEOUT):
        # First out and last in: until all is done there is no store, and so the program refuses to run.
        if store.remember():
            undo.callback(store.forget)
        for before, after in store.move_aside().items():
            undo.callback(after.rename, before)
            moved.append(after)
        for name, target in targets.items():
            if _exists(target):
                moved.append(_move_aside(target, undo.callback))
            target.parent.mkdir(parents=True, exist_ok=True)
            _place(unpacked / name, target, undo.callback)
        undo.pop_all()
    return tuple(moved)


def _move_aside(path: Path, undo: Callable[..., object]) -> Path:
    number = 1
    while _exists(aside := path.with_name(f"{path.name}.aside-{number}")):
        number += 1
    path.rename(aside)
    undo(aside.rename, path)
    return aside


def _place(source: Path, target: Path, undo: Callable[..., object]) -> None:
    if source.stat().st_dev != target.parent.stat().st_dev:
        # Another disk: copied beside its place first, since only a rename is all or nothing.
        source = _copy_beside(source, target)
    source.rename(target)
    undo(target.rename, source)


def _copy_beside(source: Path, target: Path) -> Path:
    part = target.with_name(f".{target.name}.part")
    if source.is_dir():
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(source, part)
    else:
        shutil.copy2(source, part)
    return part
