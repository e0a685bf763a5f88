"""Reads YAML that people edit and keeps the line of every value; the only file that imports yaml.

YAML 1.1's surprises are switched off: dates, times and octal numbers stay the strings that were written,
and only `true`/`yes` and `false`/`no` are booleans. A key that stands twice is a mistake, not a choice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from aggregator.errors import ConfigError, ConfigIssue

Path = tuple[str | int, ...]

DEEPEST: Final = 20
"""Levels of lists and keys inside each other; the files have 4. The reader's time grows with their square."""

MARKS: Final = frozenset("?&[]{}#")
"""Put in quotes even where YAML could do without, for the people who read it (addresses with a query)."""


# libyaml reads the register in a tenth of the time; PyYAML is built without it on a few machines.
BaseLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class PlainLoader(BaseLoader):  # type: ignore[misc]  # which of the two it is shows at run time only
    """YAML with strings, whole numbers, booleans and nothing; no timestamps, floats or references."""


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
    """A YAML document: its value, and where in the text each part of it stands."""

    file: str
    value: Any
    lines: dict[Path, int]
    spans: Mapping[Path, tuple[int, int]] = field(default_factory=dict)
    """From which character of the text to which each value goes, without the space and comments after it."""

    def line(self, path: Path) -> int:
        """The line of the value at `path`, or of the nearest thing around it; lines count from 1."""
        for length in range(len(path), -1, -1):
            if (found := self.lines.get(path[:length])) is not None:
                return found
        return 1

    def mistake(self, path: Path, what: str) -> ConfigIssue:
        """A mistake at `path`, ready to be shown."""
        return ConfigIssue(self.file, self.line(path), what)


def load(text: str, *, file: str, first_line: int = 1) -> YamlDocument:
    """Read one YAML document that starts on `first_line` of `file`.

    Raises ConfigError, with the line, for broken YAML, a key that stands twice, a `*reference` (nested ones
    grow without end) and more than DEEPEST levels; nobody who edits these files needs those.
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
    """What is right YAML and yet not taken: on which line, counted from 0, and what to write instead."""
    depth = 0
    for event in yaml.parse(text, PlainLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        line = event.start_mark.line if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent):
            yield line, "write the value out instead of a *reference"
        if depth > DEEPEST:
            yield line, f"brackets or lists lie more than {DEEPEST} deep here; close the ones that stay open"


def written(value: Any) -> str:
    """A value as it is written behind a key; lists and mappings in one line."""
    if value is True:
        return "yes"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_quoted(one)}" for key, one in value.items() if one) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_quoted, value)) + "]"
    return scalar(str(value))


def scalar(value: str) -> str:
    """`value` as it is written in a file: plain where that reads back the same, else in double quotes.

    What YAML cannot hold (control characters) is left out.
    """
    told = "".join(character for character in value if character.isprintable())
    try:
        plain = not MARKS & set(told) and load(f"key: {told}", file="").value == {"key": told}
    except ConfigError:
        plain = False
    return told if plain else _quoted(told)


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _parts(node: yaml.Node, path: Path) -> Iterator[tuple[Path, yaml.Node, yaml.Node]]:
    """Everything inside a node: its path, where it begins (at its key, where it has one) and what it is."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*path, str(key.value))
            yield here, key, value
            yield from _parts(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield (*path, number), value, value
            yield from _parts(value, (*path, number))


def _repeated(parts: Iterable[tuple[Path, yaml.Node, yaml.Node]]) -> Iterator[tuple[int, str]]:
    for _, _, part in parts:
        seen: set[str] = set()
        for key, _ in part.value if isinstance(part, yaml.MappingNode) else ():
            if key.value in seen:
                yield key.start_mark.line, f"the key '{key.value}' stands twice here; keep one of the two"
            seen.add(key.value)


def _span(node: yaml.Node, text: str) -> tuple[int, int]:
    begins, ends = node.start_mark.index, _end(node)
    while ends > begins and text[ends - 1].isspace():
        ends -= 1
    return begins, ends


def _end(node: yaml.Node) -> int:
    """A block ends, for the parser, where the next thing begins; here, where its last value does."""
    if not isinstance(node, yaml.CollectionNode) or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(node, yaml.MappingNode) else last)


BROKEN: Final = (
    "this is not YAML as it stands ({problem}); check the indentation, colons and quotes near here"
)


def _broken(error: yaml.YAMLError | RecursionError, file: str, first_line: int) -> ConfigIssue:
    mark = getattr(error, "problem_mark", None)
    line = (mark.line if mark else 0) + first_line
    return ConfigIssue(file, line, BROKEN.format(problem=getattr(error, "problem", None) or "unreadable"))
