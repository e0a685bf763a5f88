"""Replaces sources.yaml by an edited text, whole or not at all, and only by one that can be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from aggregator.config.edited_file import EditedFile
from aggregator.config.source_text import SourceText
from aggregator.config.sources import load_sources
from aggregator.model import Body


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit that was checked: the file can be read with it."""

    before: str
    after: str


class SourcesFile:
    """The list of sources as a file that the program may edit for the operator."""

    def __init__(self, path: Path, bodies: Mapping[str, Body]) -> None:
        self._file = EditedFile(path, lambda part, mistakes: load_sources(part, bodies, mistakes))

    def read(self) -> SourceText:
        """The file as it stands. Raises ConfigError."""
        return SourceText(self._file.text(), self._file.name)

    def prepare(self, change: Callable[[SourceText], str]) -> Edit:
        """What `change` makes of the file. Raises ConfigError for a text that would not be read."""
        now = self.read()
        edit = Edit(now.text, change(now))
        if edit.after != edit.before:
            self._file.check(edit.after)
        return edit

    def apply(self, edit: Edit) -> None:
        """Put the edited text in the file's place, in one step.

        Raises ConfigError, and changes nothing, when somebody else has edited the file since.
        """
        if edit.after != edit.before:
            self._file.put(edit.before, edit.after)
