"""Edits the text of a list in YAML: only the words that change; every comment, order and blank line stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aggregator import yamldoc
from aggregator.errors import ConfigError, ConfigIssue


class ListText:
    """A text whose key `key` holds a list of things with ids. Each edit gives a new text, unchecked."""

    def __init__(self, text: str, file: str, key: str, what: str) -> None:
        """`file` and `what` (one of the list) are names for messages.

        Raises ConfigError for what is no YAML with such a list.
        """
        self.text = text
        self._file = file
        self._key = key
        self._what = what
        self._document = yamldoc.load(text, file=file)
        value = self._document.value
        listed = value.get(key) if isinstance(value, dict) else None
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            raise ConfigError((ConfigIssue(file, 1, f"no list of {key} stands here under '{key}:'"),))
        self._listed: Sequence[dict[str, Any]] = listed
        self._newline = "\r\n" if "\r\n" in text else "\n"

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids, in the order of the file."""
        return tuple(str(one.get("id")) for one in self._listed)

    def renamed(self, old: str, new: str) -> str:
        """The text with another id for one of them."""
        return self._replaced(self._number(old), "id", yamldoc.scalar(new))

    def retired(self, id: str, into: str) -> str:
        """The text with one of them switched off, and beside it the reason: it was merged into another.

        Where a comment stands beside the switch already, it stays alone.
        """
        number, reason = self._number(id), f"  # merged into {into}"
        if "enabled" not in self._listed[number]:
            return self._with_key(number, "enabled: no", reason)
        off = self._replaced(number, "enabled", "no")
        ends = self._document.spans[self._key, number, "enabled"][0] + len("no")
        beside = off[ends:].partition(self._newline)[0].strip()
        return off if beside else off[:ends] + reason + off[ends:]

    def extended(self, block: str) -> str:
        """The text with one more at the end of the list, as `lines_of` makes it.

        Raises ConfigError for a list in square brackets, in which there is no place for lines.
        """
        begins, ends = self._document.spans[self._key,]
        indent = self.text[self._line_begin(begins) : begins]
        if indent.strip():
            remedy = "write the list as lines that begin with '- id:', then run this again"
            raise ConfigError((self._document.mistake((self._key,), remedy),))
        if list(self._document.value)[-1] == self._key:
            ends = len(self.text.rstrip())
        added = f"\n\n{indented(block, indent)}".replace("\n", self._newline)
        return self.text[:ends] + added + (self.text[ends:] or self._newline)

    def without(self, id: str) -> str:
        """The text without one of them and the comments inside it."""
        begins, ends = self._document.spans[self._key, self._number(id)]
        after = self.text.find("\n", ends) + 1
        return self.text[: self._line_begin(begins)] + (self.text[after:] if after else "")

    def _number(self, id: str) -> int:
        if id not in self.ids:
            raise ConfigError((ConfigIssue(self._file, 0, f"no {self._what} has the id '{id}'"),))
        return self.ids.index(id)

    def _line_begin(self, at: int) -> int:
        return self.text.rfind("\n", 0, at) + 1

    def _replaced(self, number: int, key: str, value: str) -> str:
        begins, ends = self._document.spans[self._key, number, key]
        return self.text[:begins] + value + self.text[ends:]

    def _with_key(self, number: int, line: str, comment: str) -> str:
        """A further key at the end of one of them, behind whatever comment stands beside its last value."""
        begins, ends = self._document.spans[self._key, number]
        if self.text[begins] == "{":
            return f"{self.text[: ends - 1]}, {line}{self.text[ends - 1 :]}"
        indent = " " * (begins - self._line_begin(begins))
        line_ends = self.text.find(self._newline, ends)
        at = line_ends if line_ends >= 0 else len(self.text)
        return f"{self.text[:at]}{self._newline}{indent}{line}{comment}{self.text[at:]}"


def lines_of(said: Mapping[str, Any]) -> str:
    """One of a list as lines; a key with nothing to say is left out."""
    lines = [f"  {key}: {yamldoc.written(value)}" for key, value in said.items() if value]
    return "\n".join(lines).replace("  ", "- ", 1) + "\n"


def indented(block: str, indent: str) -> str:
    """The lines of a block, moved to the right."""
    return "\n".join(f"{indent}{line}" for line in block.rstrip("\n").split("\n"))
