"""Edits a file of the operator's: replaces it in one step, and only by a text that can be read."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from aggregator.config.yaml_files.schema import ConfigIssues, display_path
from aggregator.errors import ConfigError, ConfigIssue

# Reads a file of this kind and adds what is wrong in it to the issues.
Loader = Callable[[Path, ConfigIssues], object]


@dataclass(frozen=True, slots=True)
class Edit:
    """The text of a file before and after an edit; the new text was checked and can be read."""

    before: str
    after: str


class EditableFile:
    """One file. `load` is the loader that reads it when the program starts."""

    def __init__(self, path: Path, load: Loader, *, may_be_missing: bool = False) -> None:
        """Of a symbolic link, the file that it points to is edited."""
        # Without resolve() the rename in _replace would replace the link itself.
        self._path = path.resolve()
        self.name = display_path(path)
        self._load = load
        self._may_be_missing = may_be_missing

    def read_text(self) -> str:
        """The text; empty if the file is missing and may be. Raises ConfigError."""
        with self._os_errors_explained():
            if self._may_be_missing and not self._path.exists():
                return ""
            # Not Path.read_text: it would turn CRLF into LF, and the edit would change every line.
            return self._path.read_bytes().decode("utf-8")

    def prepare_edit(self, change: Callable[[str], str]) -> Edit:
        """Change the text and check the result. Raises ConfigError if the result cannot be read."""
        before = self.read_text()
        edit = Edit(before, change(before))
        if edit.after != before:
            self._check(edit.after)
        return edit

    def apply(self, edit: Edit) -> None:
        """Replace the file with the edited text in one step.

        Raises ConfigError, and changes nothing, if the file was changed since the edit was prepared.
        """
        if edit.after != edit.before:
            self._replace(edit.before, edit.after)

    def _check(self, text: str) -> None:
        with self._temporary_file(text) as file:
            issues = ConfigIssues()
            try:
                with issues.raised_at_end():
                    self._load(file, issues)
            except ConfigError as error:
                name = f"{self.name} (as it would be; nothing was changed)"
                raise ConfigError(tuple(replace(issue, file=name) for issue in error.issues)) from error

    def _replace(self, before: str, after: str) -> None:
        with self._temporary_file(after) as file:
            if self.read_text() != before:
                what = "somebody else has just changed this file; nothing was changed, run this again"
                raise ConfigError((ConfigIssue(self.name, 0, what),))
            with self._os_errors_explained():
                file.replace(self._path)
        self._sync_folder()

    @contextmanager
    def _temporary_file(self, text: str) -> Iterator[Path]:
        """The text in a new file in the same folder: a rename is atomic only within one file system."""
        with self._os_errors_explained():
            file = self._path.with_name(f".{self._path.name}.{secrets.token_hex(8)}")
            try:
                with file.open("xb") as out:
                    if self._path.exists():
                        shutil.copymode(self._path, file)
                    out.write(text.encode("utf-8"))
                    out.flush()
                    os.fsync(out.fileno())
                yield file
            finally:
                file.unlink(missing_ok=True)

    def _sync_folder(self) -> None:
        """Write the rename itself to the disk; otherwise it may be lost when the power fails."""
        with self._os_errors_explained():
            folder = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    @contextmanager
    def _os_errors_explained(self) -> Iterator[None]:
        try:
            yield
        except (OSError, UnicodeError) as error:
            what = f"cannot be read or written: {error}; nothing was changed"
            raise ConfigError((ConfigIssue(self.name, 0, what),)) from error
