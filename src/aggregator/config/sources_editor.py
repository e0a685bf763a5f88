"""Edits the project's sources.yaml for the operator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from aggregator.config.sources_file import load_sources
from aggregator.config.yaml_files.editable_file import Edit, EditableFile
from aggregator.config.yaml_files.list_editor import YamlList
from aggregator.model import Body


class SourcesFile(EditableFile):
    """The project's sources.yaml, which the program may edit; comments and order stay."""

    def __init__(self, path: Path, bodies: Mapping[str, Body]) -> None:
        super().__init__(path, lambda file, issues: load_sources(file, bodies, issues))

    def prepare_list_edit(self, change: Callable[[YamlList], str]) -> Edit:
        """Change the list of sources and check the result. Raises ConfigError if it cannot be read."""
        return self.prepare_edit(lambda text: change(YamlList(text, self.name, "sources", "source")))
