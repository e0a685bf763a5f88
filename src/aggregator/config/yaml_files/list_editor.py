"""Edits a list in the text of a YAML file and leaves comments and blank lines as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from aggregator import yamldoc
from aggregator.errors import ConfigError, ConfigIssue

# False is not among them: a key may need `no`.
EMPTY: Final[tuple[object, ...]] = (None, "", (), [], {})


class YamlList:
    """A text with a list of items with ids under the key `key`. Each edit returns a new text, unchecked."""

    def __init__(self, text: str, file: str, key: str, item_name: str) -> None:
        """`file` and `item_name` (such as "source") are for messages.

        Raises ConfigError if the text is not YAML with such a list.
        """
        self.text = text
        self._file = file
        self._key = key
        self._item_name = item_name
        self._document = yamldoc.load(text, file=file)
        value = self._document.value
        items = value.get(key) if isinstance(value, dict) else None
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise ConfigError((ConfigIssue(file, 1, f"there is no list of {key} under '{key}:'"),))
        self._items: Sequence[dict[str, Any]] = items
        self._newline = "\r\n" if "\r\n" in text else "\n"

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids, in the order of the file."""
        return tuple(str(item.get("id")) for item in self._items)

    def with_new_id(self, old: str, new: str) -> str:
        """The text with the id `new` instead of `old`."""
        return self._with_value(self._index(old), "id", yamldoc.format_scalar(new))

    def with_item_disabled(self, id: str, into: str) -> str:
        """The text with `enabled: no` in an item, and a comment that it was merged into another.

        A comment that is already beside `enabled` stays as it is.
        """
        index, comment = self._index(id), f"  # merged into {into}"
        if "enabled" not in self._items[index]:
            return self._with_key(index, "enabled: no", comment)
        disabled = self._with_value(index, "enabled", "no")
        end = self._document.spans[self._key, index, "enabled"][0] + len("no")
        has_comment = disabled[end:].partition(self._newline)[0].strip()
        return disabled if has_comment else disabled[:end] + comment + disabled[end:]

    def with_item(self, block: str) -> str:
        """The text with one more item, as `format_item` writes it, at the end of the list.

        Raises ConfigError for a list in square brackets, which cannot contain lines.
        """
        start, end = self._document.spans[self._key,]
        indent = self.text[self._line_start(start) : start]
        if indent.strip():
            remedy = "write the list as lines that begin with '- id:', then run this again"
            raise ConfigError((self._document.issue((self._key,), remedy),))
        # The span ends at the last value. At the end of the file, comments after it belong to the list.
        if list(self._document.value)[-1] == self._key:
            end = len(self.text.rstrip())
        added = f"\n\n{indent_block(block, indent)}".replace("\n", self._newline)
        return self.text[:end] + added + (self.text[end:] or self._newline)

    def without_item(self, id: str) -> str:
        """The text without an item and the comments inside it."""
        start, end = self._document.spans[self._key, self._index(id)]
        next_line = self.text.find("\n", end) + 1
        return self.text[: self._line_start(start)] + (self.text[next_line:] if next_line else "")

    def _index(self, id: str) -> int:
        if id not in self.ids:
            raise ConfigError((ConfigIssue(self._file, 0, f"no {self._item_name} has the id '{id}'"),))
        return self.ids.index(id)

    def _line_start(self, position: int) -> int:
        return self.text.rfind("\n", 0, position) + 1

    def _with_value(self, index: int, key: str, value: str) -> str:
        start, end = self._document.spans[self._key, index, key]
        return self.text[:start] + value + self.text[end:]

    def _with_key(self, index: int, line: str, comment: str) -> str:
        """The text with one more key at the end of an item, after any comment beside its last value."""
        start, end = self._document.spans[self._key, index]
        if self.text[start] == "{":
            # A comment would hide the closing brace.
            return f"{self.text[: end - 1]}, {line}{self.text[end - 1 :]}"
        indent = " " * (start - self._line_start(start))
        line_end = self.text.find(self._newline, end)
        position = line_end if line_end >= 0 else len(self.text)
        return f"{self.text[:position]}{self._newline}{indent}{line}{comment}{self.text[position:]}"


def format_item(fields: Mapping[str, Any]) -> str:
    """An item of a list as lines; keys with an empty value are left out."""
    lines = [f"  {key}: {yamldoc.format_value(value)}" for key, value in fields.items() if value not in EMPTY]
    return "\n".join(lines).replace("  ", "- ", 1) + "\n"


def indent_block(block: str, indent: str) -> str:
    """The lines of a block with `indent` before each."""
    return "\n".join(f"{indent}{line}" for line in block.rstrip("\n").split("\n"))
