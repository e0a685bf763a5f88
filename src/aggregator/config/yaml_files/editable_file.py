"""A file of the operator's that the program may edit: replaced whole or not at all, by what can be read."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from aggregator.config.yaml_files.schema import ConfigIssues, shown
from aggregator.errors import ConfigError, ConfigIssue

Load = Callable[[Path, ConfigIssues], object]
"""Reads a file of this kind and names its mistakes."""


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit that was checked: the file can be read with it."""

    before: str
    after: str


class EditedFile:
    """One file. `load` is what reads it when the program starts."""

    def __init__(self, path: Path, load: Load, *, may_be_missing: bool = False) -> None:
        """A symbolic link is followed: the file that it leads to is edited."""
        self._path = path.resolve()
        self.name = shown(path)
        self._load = load
        self._may_be_missing = may_be_missing

    def text(self) -> str:
        """As it stands; empty where there is none and may be none. Raises ConfigError."""
        with self._explained():
            if self._may_be_missing and not self._path.exists():
                return ""
            return self._path.read_bytes().decode("utf-8")

    def checked(self, change: Callable[[str], str]) -> Edit:
        """What `change` makes of the text. Raises ConfigError for a text that would not be read."""
        before = self.text()
        edit = Edit(before, change(before))
        if edit.after != before:
            self._check(edit.after)
        return edit

    def apply(self, edit: Edit) -> None:
        """Put the edited text in the file's place, in one step.

        Raises ConfigError, and changes nothing, when the file does not say what it did any more.
        """
        if edit.after != edit.before:
            self._put(edit.before, edit.after)

    def _check(self, text: str) -> None:
        with self._beside(text) as part:
            mistakes = ConfigIssues()
            try:
                with mistakes.collected():
                    self._load(part, mistakes)
            except ConfigError as error:
                name = f"{self.name} (as it would be; nothing was changed)"
                raise ConfigError(tuple(replace(mistake, file=name) for mistake in error.mistakes)) from error

    def _put(self, before: str, after: str) -> None:
        with self._beside(after) as part:
            if self.text() != before:
                what = "somebody else has just changed this file; nothing was changed, run this again"
                raise ConfigError((ConfigIssue(self.name, 0, what),))
            with self._explained():
                part.replace(self._path)
        self._settle()

    @contextmanager
    def _beside(self, text: str) -> Iterator[Path]:
        """The text in a file of its own in the same folder, one rename away from its place."""
        with self._explained():
            part = self._path.with_name(f".{self._path.name}.{secrets.token_hex(8)}")
            try:
                with part.open("xb") as out:
                    if self._path.exists():
                        shutil.copymode(self._path, part)
                    out.write(text.encode("utf-8"))
                    out.flush()
                    os.fsync(out.fileno())
                yield part
            finally:
                part.unlink(missing_ok=True)

    def _settle(self) -> None:
        """Have the new name on the disk itself: a rename alone does not outlive a loss of power."""
        with self._explained():
            folder = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (OSError, UnicodeError) as error:
            what = f"cannot be read or written: {error}; nothing was changed"
            raise ConfigError((ConfigIssue(self.name, 0, what),)) from error
