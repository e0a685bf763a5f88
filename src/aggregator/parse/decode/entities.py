"""Finds the entities that a feed may use: those that its document type declares, and those of HTML."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from html.entities import html5
from typing import Final

from aggregator.errors import Cause, SourceError

# The value of an external entity (SYSTEM, PUBLIC) is never fetched: it counts as empty.
DECLARATION: Final = re.compile(
    r"<!ENTITY\s++([\w.:-]{1,80})\s++(?:\"([^\"]*+)\"|'([^']*+)'|(?:SYSTEM|PUBLIC)\b[^>]*+)", re.IGNORECASE
)
REFERENCE: Final = re.compile(r"&([A-Za-z_][\w.:-]{0,79});")
PREDEFINED: Final = frozenset({"amp", "apos", "gt", "lt", "quot"})
# Characters that a feed may gain by its declared entities.
MAX_GROWTH: Final = 1_000_000
# So deep declared entities may contain each other.
MAX_DEPTH: Final = 10


@dataclass(frozen=True, slots=True)
class Entities:
    """The entities that a feed uses, by name, as literals of XML declarations."""

    literals: Mapping[str, str]

    @property
    def document_type(self) -> str:
        """A document type that declares them, in one line; empty if there are none."""
        declared = "".join(f'<!ENTITY {name} "{value}">' for name, value in self.literals.items())
        return f"<!DOCTYPE feed [{declared}]>" if declared else ""

    @property
    def texts(self) -> dict[str, str]:
        """What each stands for, for a parser that knows no declarations."""
        return {name: html.unescape(html.unescape(value)) for name, value in self.literals.items()}


def find_entities(prologue: str, markup: str) -> Entities:
    """The entities that `markup` uses, and that `prologue`, the part before it, or HTML declares.

    Raises SourceError (BROKEN_FEED) for entities that contain themselves or grow beyond `MAX_GROWTH`.
    """
    declared = _declared(prologue)
    uses = Counter(REFERENCE.findall(markup))
    lengths: dict[str, int] = {}
    growth = sum(_length(name, declared, lengths) * uses[name] for name in uses if name in declared)
    if growth > MAX_GROWTH:
        raise _entities_error(f"grow by {growth} characters; {MAX_GROWTH} are read")
    known = {name: _expanded(declared[name], declared) for name in uses if name in declared}
    of_html = (name for name in uses if name not in known and name not in PREDEFINED)
    return Entities(known | {name: _literal(html5[f"{name};"]) for name in of_html if f"{name};" in html5})


def _declared(prologue: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, double, single in DECLARATION.findall(prologue):
        if name not in PREDEFINED:
            # The first declaration of a name counts (XML 1.0, 4.2).
            found.setdefault(name, _quoted(double or single))
    return found


def _length(name: str, declared: Mapping[str, str], lengths: dict[str, int], depth: int = 0) -> int:
    """The length of an entity with those that it contains, which grows exponentially ("billion laughs")."""
    if depth > MAX_DEPTH:
        raise _entities_error("contain each other, so that they can grow without end")
    if name not in lengths:
        inner = [one for one in REFERENCE.findall(declared[name]) if one in declared]
        lengths[name] = len(declared[name]) + sum(_length(one, declared, lengths, depth + 1) for one in inner)
    return lengths[name]


def _expanded(value: str, declared: Mapping[str, str]) -> str:
    """A declared value in which the entities that it contains are replaced."""

    def replacement(reference: re.Match[str]) -> str:
        name = reference[1]
        if name in declared:
            return _expanded(declared[name], declared)
        return _literal(html5[f"{name};"]) if f"{name};" in html5 and name not in PREDEFINED else reference[0]

    return REFERENCE.sub(replacement, value)


def _quoted(value: str) -> str:
    """A declared value between double quotes, in one line, without references to parameter entities."""
    return value.replace('"', "&#34;").replace("%", "&#37;").replace("\r", "").replace("\n", "&#10;")


def _literal(text: str) -> str:
    """Characters as references that are resolved only where the entity is used: one may be `<`."""
    return "".join(f"&#38;#{ord(character)};" for character in text)


def _entities_error(what: str) -> SourceError:
    return SourceError(
        Cause.BROKEN_FEED,
        f"the entities that the document declares (<!ENTITY>) {what}",
        "ask the publisher for a feed without a document type declaration",
    )
