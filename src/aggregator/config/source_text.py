"""Edits the text of sources.yaml: only the words that change; every comment, order and blank line stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aggregator import yamldoc
from aggregator.errors import ConfigError, Mistake


class SourceText:
    """The text of a sources.yaml, and where its sources stand. Each edit gives a new text, unchecked."""

    def __init__(self, text: str, file: str) -> None:
        """`file` is the name for messages. Raises ConfigError for what is no YAML with a list of sources."""
        self.text = text
        self._file = file
        self._document = yamldoc.load(text, file=file)
        value = self._document.value
        listed = value.get("sources") if isinstance(value, dict) else None
        if not isinstance(listed, list) or not all(isinstance(source, dict) for source in listed):
            raise ConfigError((Mistake(file, 1, "no list of sources stands here under 'sources:'"),))
        self._listed: Sequence[dict[str, Any]] = listed
        self._newline = "\r\n" if "\r\n" in text else "\n"

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the sources, in the order of the file."""
        return tuple(str(source.get("id")) for source in self._listed)

    def renamed(self, old: str, new: str) -> str:
        """The text with another id for a source."""
        return self._replaced(("sources", self._number(old), "id"), yamldoc.scalar(new))

    def retired(self, id: str, into: str) -> str:
        """The text with a source switched off, and beside it the reason: it was merged into another.

        Where a comment stands beside the switch already, it stays alone.
        """
        number, reason = self._number(id), f"  # merged into {into}"
        if "enabled" not in self._listed[number]:
            return self._with_key(number, "enabled: no", reason)
        off = self._replaced(("sources", number, "enabled"), "no")
        ends = self._span(("sources", number, "enabled"))[0] + len("no")
        beside = off[ends:].partition(self._newline)[0].strip()
        return off if beside else off[:ends] + reason + off[ends:]

    def extended(self, block: str) -> str:
        """The text with one more source at the end of the list, as `blocks.write_block` makes it.

        Raises ConfigError for a list in square brackets, in which there is no place for lines.
        """
        begins, ends = self._span(("sources",))
        line_begins = self.text.rfind("\n", 0, begins) + 1
        indent = self.text[line_begins:begins]
        if indent.strip():
            remedy = "write the list as lines that begin with '- id:', then run this again"
            raise ConfigError((self._document.mistake(("sources",), remedy),))
        if list(self._document.value)[-1] == "sources":
            ends = len(self.text.rstrip())
        added = f"\n\n{_indented(block, indent)}"
        return self.text[:ends] + added.replace("\n", self._newline) + (self.text[ends:] or self._newline)

    def _number(self, id: str) -> int:
        if id not in self.ids:
            raise ConfigError((Mistake(self._file, 0, f"no source has the id '{id}'"),))
        return self.ids.index(id)

    def _span(self, path: yamldoc.Path) -> tuple[int, int]:
        return self._document.spans[path]

    def _replaced(self, path: yamldoc.Path, value: str) -> str:
        begins, ends = self._span(path)
        return self.text[:begins] + value + self.text[ends:]

    def _with_key(self, number: int, line: str, comment: str) -> str:
        """A further key at the end of a source, behind whatever comment stands beside its last value."""
        begins, ends = self._span(("sources", number))
        if self.text[begins] == "{":
            return f"{self.text[: ends - 1]}, {line}{self.text[ends - 1 :]}"
        indent = " " * (begins - self.text.rfind("\n", 0, begins) - 1)
        line_ends = self.text.find(self._newline, ends)
        at = line_ends if line_ends >= 0 else len(self.text)
        return f"{self.text[:at]}{self._newline}{indent}{line}{comment}{self.text[at:]}"


def _indented(block: str, indent: str) -> str:
    return "\n".join(f"{indent}{line}" for line in block.rstrip("\n").split("\n"))
