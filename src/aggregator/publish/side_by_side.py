"""Two wordings side by side: what was, what is, and in each the words that the other does not have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from aggregator.model.text import tidy

LONGEST: Final = 30_000
"""Characters of each text that are compared; comparing takes the square of their number at worst."""
ROWS: Final = 60
"""How many changed sentences are shown of one revision."""
_SENTENCE: Final = re.compile(r"(?<=[.!?;:])\s+|\n+")
_ALIKE: Final = 0.4
"""Two sentences that share less than this are shown as one gone and one new, not word by word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some words, and whether the other side does not have them."""

    words: str
    differs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One changed sentence: on the left as it was, on the right as it is; empty where there is none."""

    before: tuple[Piece, ...]
    after: tuple[Piece, ...]


def side_by_side(before: str, after: str) -> tuple[Row, ...]:
    """The sentences that differ between two texts, in order; what both have is left out."""
    old, new = _sentences(before), _sentences(after)
    rows: list[Row] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            rows += _pairs(old[a:b], new[c:d])
    return tuple(rows)


def _sentences(text: str) -> list[str]:
    parts = (" ".join(part.split()) for part in _SENTENCE.split(tidy(text)[:LONGEST]))
    return [part for part in parts if part]


def _pairs(old: Sequence[str], new: Sequence[str]) -> Iterator[Row]:
    """Sentences that took each other's place, side by side; the rest alone."""
    for number in range(max(len(old), len(new))):
        left = old[number] if number < len(old) else ""
        right = new[number] if number < len(new) else ""
        yield from _compared(left, right)


def _compared(left: str, right: str) -> Iterator[Row]:
    old, new = left.split(" "), right.split(" ")
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if not left or not right or matcher.ratio() < _ALIKE:
        yield Row(before=_whole(left), after=_whole(right))
        return
    codes = matcher.get_opcodes()
    yield Row(
        before=tuple(_piece(old[a:b], kind) for kind, a, b, _, _ in codes if b > a),
        after=tuple(_piece(new[c:d], kind) for kind, _, _, c, d in codes if d > c),
    )


def _piece(words: Sequence[str], kind: str) -> Piece:
    return Piece(words=" ".join(words), differs=kind != "equal")


def _whole(sentence: str) -> tuple[Piece, ...]:
    return (Piece(words=sentence, differs=True),) if sentence else ()
