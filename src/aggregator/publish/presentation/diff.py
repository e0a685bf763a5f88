"""What differs between two versions of a text: as steps, as HTML for feed readers, and side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import escape
from itertools import zip_longest
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import Entry, Moment
from aggregator.publish.presentation.dates import say
from aggregator.publish.presentation.text import line
from aggregator.values.text import tidy

LONGEST: Final = 30_000
"""Characters of each text that a page compares; comparing takes the square of their number at worst."""
_LONGEST_IN_FEED: Final = 20_000
"""A reader of feeds reads no more."""
_SENTENCE: Final = re.compile(r"(?<=[.!?;:])\s+|\n+")
_WORDS: Final = 400
"""Of passages longer than this, in words, a feed shows the whole old one and the whole new one."""
_ALIKE: Final = 0.4
"""Two sentences that share less than this are shown as one gone and one new, not word by word."""


@dataclass(frozen=True, slots=True)
class Step:
    """A run of parts (sentences, words) of two texts that is the same in both, or differs."""

    before: Sequence[str]
    after: Sequence[str]
    same: bool


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


def steps(old: Sequence[str], new: Sequence[str]) -> list[Step]:
    """The way from one sequence to the other, in order."""
    codes = SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes()
    return [Step(old[a:b], new[c:d], kind == "equal") for kind, a, b, c, d in codes]


def side_by_side(before: str, after: str) -> tuple[Row, ...]:
    """The sentences that differ between two texts, in order; what both have is left out."""
    return tuple(
        _row(left, right)
        for step in steps(_sentences(before), _sentences(after))
        if not step.same
        for left, right in zip_longest(step.before, step.after, fillvalue="")
    )


def _sentences(text: str) -> list[str]:
    parts = (" ".join(part.split()) for part in _SENTENCE.split(tidy(text)[:LONGEST]))
    return [part for part in parts if part]


def _row(left: str, right: str) -> Row:
    old, new = left.split(), right.split()
    found = steps(old, new)
    shared = 2 * sum(len(step.before) for step in found if step.same)
    if shared / (len(old) + len(new)) < _ALIKE:
        found = [Step(old, new, same=False)]
    return Row(
        before=tuple(
            Piece(words=" ".join(each.before), differs=not each.same) for each in found if each.before
        ),
        after=tuple(Piece(words=" ".join(each.after), differs=not each.same) for each in found if each.after),
    )


def differences(before: Entry, after: Entry, zone: ZoneInfo, *, words: bool) -> str:
    """The changed dates, title and passages as HTML, each with what it was and what it is.

    `words`: whether the licence lets us show the publisher's text; titles and dates may always be shown.
    """
    shown = [*_facts(before, after, zone)]
    if words and before.text != after.text:
        shown += _passages(before.text, after.text)
    return "".join(f"<p>{each}</p>" for each in shown)


def _facts(before: Entry, after: Entry, zone: ZoneInfo) -> Iterator[str]:
    said = {
        "Title": (line(before.title), line(after.title)),
        "Opens": (_said(before.opens, zone), _said(after.opens, zone)),
        "Closes": (_said(before.closes, zone), _said(after.closes, zone)),
        "Kind": (line(before.publisher_type or ""), line(after.publisher_type or "")),
        "Files": (_files(before), _files(after)),
    }
    for name, (old, new) in said.items():
        if old != new:
            yield f"{name}: {_replaced(old, new)}"


def _said(moment: Moment | None, zone: ZoneInfo) -> str:
    return say(moment, zone).words if moment else ""


def _files(entry: Entry) -> str:
    return line(", ".join(link.title or link.href for link in entry.links if link.rel == "enclosure"), 2000)


def _passages(before: str, after: str) -> Iterator[str]:
    """Each run of sentences that differs, word by word; what is the same in between is left out."""
    old, new = (_SENTENCE.split(line(tidy(text), _LONGEST_IN_FEED)) for text in (before, after))
    for step in steps(old, new):
        if not step.same:
            yield _worded(" ".join(step.before), " ".join(step.after))


def _worded(before: str, after: str) -> str:
    old, new = before.split(), after.split()
    if not old or not new or len(old) + len(new) > _WORDS:
        return _replaced(before, after)
    return " ".join(
        escape(" ".join(step.before)) if step.same else _replaced(" ".join(step.before), " ".join(step.after))
        for step in steps(old, new)
    )


def _replaced(before: str, after: str) -> str:
    was = f"<del>{escape(before)}</del>" if before else ""
    now = f"<ins>{escape(after)}</ins>" if after else ""
    return " ".join(filter(None, (was, now)))
