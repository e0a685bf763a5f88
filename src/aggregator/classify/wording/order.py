"""Brings the blocks of a document into one order, however its publisher shuffles the items of a list."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from aggregator.classify.wording.typography import comparable_text
from aggregator.classify.wording.vocabulary import words

# The tags of safe HTML (`normalise`) that begin a block, and how deep the block is: what is deeper belongs to
# it. An item of a list is one deeper for each list around it.
_HEADING: Final = re.compile(r"h([1-6])")
TEXT_LEVEL: Final = 7
_LISTS: Final = frozenset({"ul", "ol", "dl", "table"})
_ITEMS: Final = frozenset({"li", "tr", "dt"})
_BLOCKS: Final = words(
    """
    article blockquote br caption dd details div figcaption figure footer header hr main p pre section
    summary tbody tfoot thead
    """
)
_CELLS: Final = frozenset({"td", "th"})
_TAG: Final = re.compile(r"<(/?)([a-z][a-z0-9]*)\b[^>]*>")

# What stands between the parts of a line, such as `News | 3 days ago`.
SEPARATOR: Final = re.compile(r"\s*[|·•●▪◦‣■□∙]\s*")

Block = tuple[int, str]


def read_blocks(markup: str) -> Iterator[Block]:
    """Return the blocks of safe HTML as comparable text, in its order."""
    depth, level, done = 0, TEXT_LEVEL, 0
    pieces: list[str] = []
    for tag in _TAG.finditer(markup):
        pieces.append(markup[done : tag.start()])
        done = tag.end()
        after = _level_after(tag, depth, level)
        if after is None:
            # Cells stand apart; the parts of a word with a mark in it do not.
            pieces += [" "] if tag[2] in _CELLS else []
            continue
        yield from _lines(level, pieces)
        pieces = []
        depth += (-1 if tag[1] else 1) if tag[2] in _LISTS else 0
        level = after
    yield from _lines(level, [*pieces, markup[done:]])


def _lines(level: int, pieces: Sequence[str]) -> Iterator[Block]:
    for part in SEPARATOR.split(html.unescape("".join(pieces))):
        yield level, comparable_text(part)


def in_one_order(blocks: Iterable[Block]) -> tuple[str, ...]:
    """Return the texts of blocks, without empty ones, in an order that does not depend on the publisher's.

    Blocks that stand side by side are sorted, each with what belongs to it: a heading with all up to the next
    one, an item with its own list. So what moves under another heading does make a difference.
    """
    return tuple(text for _, text in _sorted([block for block in blocks if block[1]]))


def _level_after(tag: re.Match[str], depth: int, level: int) -> int | None:
    """Return the level of the text after a tag; None for a tag inside a line."""
    closing, name = tag[1], tag[2]
    if heading := _HEADING.fullmatch(name):
        return TEXT_LEVEL if closing else int(heading[1])
    if name in _LISTS:
        return TEXT_LEVEL + max(0, depth + (-1 if closing else 1))
    if name in _ITEMS:
        return TEXT_LEVEL + depth
    if name == "dd":
        return TEXT_LEVEL + depth + 1
    return level if name in _BLOCKS else None


def _sorted(blocks: list[Block]) -> list[Block]:
    """Sort the blocks of the highest level, each with the deeper ones after it, which are sorted first."""
    if not blocks:
        return []
    top = min(level for level, _ in blocks)
    units: list[list[Block]] = []
    for is_top, group in groupby(blocks, lambda block: block[0] == top):
        several = list(group)
        if is_top:
            units += [[block] for block in several]
        elif units:
            units[-1] += _sorted(several)
        else:
            units.append(_sorted(several))
    return [block for unit in sorted(units) for block in unit]
