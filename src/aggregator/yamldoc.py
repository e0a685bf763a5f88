"""Reads YAML that people edit, with the line number of every value. The only file that imports yaml.

The surprises of YAML 1.1 are switched off: dates, times and octal numbers stay strings, and only `true`/`yes`
and `false`/`no` are booleans. A repeated key is an error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from aggregator.errors import ConfigError, ConfigIssue

KeyPath = tuple[str | int, ...]

# Levels of nesting; our files have 4. PyYAML's time grows with the square of the depth.
MAX_DEPTH: Final = 20

# Values with these are quoted even where YAML needs no quotes, for people who read the file.
QUOTED_CHARACTERS: Final = frozenset("?&[]{}#")


# libyaml reads the register in a tenth of the time, but some builds of PyYAML lack it.
BaseLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class PlainLoader(BaseLoader):  # type: ignore[misc]  # which of the two it is shows at run time only
    """YAML with strings, integers, booleans and null only; no timestamps, floats or tags."""


PlainLoader.yaml_implicit_resolvers = {}
PlainLoader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:yes|no|true|false)$", re.IGNORECASE), list("yYnNtTfF")
)
PlainLoader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^(?:0|-?[1-9][0-9]*)$"), list("-0123456789")
)
PlainLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """A YAML document: its value, and the position of each part in the text."""

    file: str
    value: Any
    lines: dict[KeyPath, int]
    # The first and the last character (exclusive) of each value, without the space and comments after it.
    spans: Mapping[KeyPath, tuple[int, int]] = field(default_factory=dict)

    def line(self, path: KeyPath) -> int:
        """The line of the value at `path`, or of the nearest value that contains it; lines count from 1."""
        for length in range(len(path), -1, -1):
            if (found := self.lines.get(path[:length])) is not None:
                return found
        return 1

    def issue(self, path: KeyPath, what: str) -> ConfigIssue:
        """An issue with the value at `path`."""
        return ConfigIssue(self.file, self.line(path), what)


def load(text: str, *, file: str, first_line: int = 1) -> YamlDocument:
    """Read one YAML document that starts on `first_line` of `file`.

    Raises ConfigError, with the line, for broken YAML, a repeated key, a `*reference` and nesting deeper than
    MAX_DEPTH. Nobody who edits these files needs references, and nested ones can fill the memory.
    """
    try:
        for line, refused in _refused(text):
            raise ConfigError((ConfigIssue(file, line + first_line, refused),))
        loader = PlainLoader(text)
        node = loader.get_single_node()
        value = loader.construct_document(node) if node else None
        parts = [((), node, node), *_parts(node, ())] if node else []
        lines = {path: first.start_mark.line + first_line for path, first, _ in parts}
        spans = {path: _span(part, text) for path, _, part in parts}
        repeated = tuple(ConfigIssue(file, line + first_line, what) for line, what in _repeated(parts))
    except (yaml.YAMLError, RecursionError) as error:
        raise ConfigError((_broken(error, file, first_line),)) from error
    if repeated:
        raise ConfigError(repeated)
    return YamlDocument(file, value, lines, spans)


def _refused(text: str) -> Iterator[tuple[int, str]]:
    """Valid YAML that we do not accept: the line, counted from 0, and what to write instead."""
    depth = 0
    for event in yaml.parse(text, PlainLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        line = event.start_mark.line if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent):
            yield line, "write the value out instead of a *reference"
        if depth > MAX_DEPTH:
            yield line, f"brackets or lists are nested more than {MAX_DEPTH} deep here; close the open ones"


def format_value(value: Any) -> str:
    """A value as it is written after a key; lists and mappings in one line."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_quoted(one)}" for key, one in value.items() if one) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_quoted, value)) + "]"
    return format_scalar(str(value))


def format_scalar(value: str) -> str:
    """A string as it is written in a file: plain if it reads back the same, else in double quotes.

    Characters that cannot be printed are left out.
    """
    text = "".join(character for character in value if character.isprintable())
    try:
        plain = not QUOTED_CHARACTERS & set(text) and load(f"key: {text}", file="").value == {"key": text}
    except ConfigError:
        plain = False
    return text if plain else _quoted(text)


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _parts(node: yaml.Node, path: KeyPath) -> Iterator[tuple[KeyPath, yaml.Node, yaml.Node]]:
    """Every node inside a node: its path, the node where it begins (its key, if it has one), and itself."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*path, str(key.value))
            yield here, key, value
            yield from _parts(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield (*path, number), value, value
            yield from _parts(value, (*path, number))


def _repeated(parts: Iterable[tuple[KeyPath, yaml.Node, yaml.Node]]) -> Iterator[tuple[int, str]]:
    for _, _, part in parts:
        keys: set[str] = set()
        for key, _ in part.value if isinstance(part, yaml.MappingNode) else ():
            if key.value in keys:
                yield key.start_mark.line, f"the key '{key.value}' occurs twice here; keep one of the two"
            keys.add(key.value)


def _span(node: yaml.Node, text: str) -> tuple[int, int]:
    start, end = node.start_mark.index, _end(node)
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _end(node: yaml.Node) -> int:
    """The end of the node's last value; the parser ends a block only where the next one begins."""
    if not isinstance(node, yaml.CollectionNode) or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(node, yaml.MappingNode) else last)


INVALID_YAML: Final = "this is not valid YAML ({problem}); check the indentation, colons and quotes near here"


def _broken(error: yaml.YAMLError | RecursionError, file: str, first_line: int) -> ConfigIssue:
    mark = getattr(error, "problem_mark", None)
    line = (mark.line if mark else 0) + first_line
    return ConfigIssue(
        file, line, INVALID_YAML.format(problem=getattr(error, "problem", None) or "unreadable")
    )
