"""Replaces sources.yaml by an edited text, whole or not at all, and only by one that can be read."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from aggregator.config.forms import Mistakes, shown
from aggregator.config.source_text import SourceText
from aggregator.config.sources import load_sources
from aggregator.errors import ConfigError, Mistake
from aggregator.model import Body


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit that was checked: the file can be read with it."""

    before: str
    after: str


class SourcesFile:
    """The list of sources as a file that the program may edit for the operator."""

    def __init__(self, path: Path, bodies: Mapping[str, Body]) -> None:
        """A symbolic link is followed: the file that it leads to is edited."""
        self._path = path.resolve()
        self._name = shown(path)
        self._bodies = bodies

    def read(self) -> SourceText:
        """The file as it stands. Raises ConfigError."""
        with self._explained():
            return SourceText(self._path.read_bytes().decode("utf-8"), self._name)

    def prepare(self, change: Callable[[SourceText], str]) -> Edit:
        """What `change` makes of the file. Raises ConfigError for a text that would not be read."""
        now = self.read()
        edit = Edit(now.text, change(now))
        if edit.after != edit.before:
            with self._beside(edit.after) as part:
                self._check(part)
        return edit

    def apply(self, edit: Edit) -> None:
        """Put the edited text in the file's place, in one step.

        Raises ConfigError, and changes nothing, when somebody else has edited the file since.
        """
        if edit.after == edit.before:
            return
        with self._beside(edit.after) as part:
            if self.read().text != edit.before:
                what = "somebody else has just changed this file; nothing was changed, run this again"
                raise ConfigError((Mistake(self._name, 0, what),))
            shutil.copymode(self._path, part)
            part.replace(self._path)
        self._settle()

    def _check(self, part: Path) -> None:
        mistakes = Mistakes()
        try:
            with mistakes.collected():
                load_sources(part, self._bodies, mistakes)
        except ConfigError as error:
            name = f"{self._name} (as it would be; nothing was changed)"
            raise ConfigError(tuple(replace(mistake, file=name) for mistake in error.mistakes)) from error

    @contextmanager
    def _beside(self, text: str) -> Iterator[Path]:
        """The text in a file of its own in the same folder, one rename away from its place."""
        with self._explained():
            handle, name = tempfile.mkstemp(prefix=f".{self._path.name}.", dir=self._path.parent)
            part = Path(name)
            try:
                with os.fdopen(handle, "wb") as out:
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
            raise ConfigError((Mistake(self._name, 0, what),)) from error
