"""The project's sources.yaml as a file that the program may edit for the operator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from aggregator.config.sources_file import load_sources
from aggregator.config.yaml_files.editable_file import Edit, EditedFile
from aggregator.config.yaml_files.list_editor import ListText
from aggregator.model import Body


class SourcesFile(EditedFile):
    """Replaced whole or not at all, and only by what can be read."""

    def __init__(self, path: Path, bodies: Mapping[str, Body]) -> None:
        super().__init__(path, lambda part, mistakes: load_sources(part, bodies, mistakes))

    def prepare(self, change: Callable[[ListText], str]) -> Edit:
        """What `change` makes of the list. Raises ConfigError for a text that would not be read."""
        return self.checked(lambda text: change(ListText(text, self.name, "sources", "source")))
