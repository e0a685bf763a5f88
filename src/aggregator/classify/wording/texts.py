"""Compares the texts of two versions of a document."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import product
from typing import Final

from aggregator.classify.wording.counting_columns import without_counting_columns
from aggregator.classify.wording.order import SEPARATOR, TEXT_LEVEL, Block, in_one_order, read_blocks
from aggregator.classify.wording.typography import ELLIPSIS, comparable_text
from aggregator.classify.wording.volatile import is_value, labels_volatile, with_days_from, without_counters
from aggregator.model import Entry

WORD: Final = re.compile(r"\w+")
# Words in a row that make a passage, and the share of passages that two sources word in one way.
RUN: Final = 3
# Not all of them: those at the edges of an edit reach into what only one source has.
MOST: Final = 0.6
FEW: Final = 0.25
# Looks are made at any hour, so a date of today may be a day behind or ahead.
MAX_DAYS: Final = 20
# Words of a block that names the next one.
MAX_LABEL_WORDS: Final = 5
SHIFTS: Final = (timedelta(0), timedelta(days=1), timedelta(days=-1))


@dataclass(frozen=True, slots=True)
class Wording:
    """What an entry says, and the days on which it was seen to say so: they may stand in it as "today"."""

    entry: Entry
    days: frozenset[date] = frozenset()

    def __bool__(self) -> bool:
        """Whether there is a text at all."""
        return bool(self.entry.text)

    def says_the_same_as(self, other: Wording) -> bool:
        """Return whether two texts differ in nothing but typography, counters, today's date and order.

        One may be the other cut short with `…`, as in finders and excerpts.
        """
        if same_text(comparable_text(self.entry.text), comparable_text(other.entry.text)):
            return True
        both_have_blocks = bool(self.entry.content and other.entry.content)
        return any(
            same_text(comparable_text_on(self.entry, day), comparable_text_on(other.entry, other_day))
            or (both_have_blocks and blocks_on(self.entry, day) == blocks_on(other.entry, other_day))
            for day, other_day in self._days_beside(other)
        )

    def _days_beside(self, other: Wording) -> Iterator[tuple[date | None, date | None]]:
        """The pairs of days from which the dates in both texts may be counted; first of all none."""
        yield None, None
        if self.has_day and other.has_day:
            others = {day + shift for day in other.days for shift in SHIFTS}
            yield from product(sorted(self.days), sorted(others, reverse=True)[:MAX_DAYS])

    @property
    def has_day(self) -> bool:
        """Whether a date in the text may be the day of the look."""
        plain = comparable_text_on(self.entry, None), blocks_on(self.entry, None)
        return any(
            (comparable_text_on(self.entry, day), blocks_on(self.entry, day)) != plain
            for day in sorted(self.days)
        )


def comparable_text_on(entry: Entry, day: date | None) -> str:
    """Return the text of an entry as it is compared, without counters and with dates counted from a day."""
    return _clean(" ".join(map(comparable_text, SEPARATOR.split(entry.text))), day)


def blocks_on(entry: Entry, day: date | None) -> tuple[str, ...]:
    """Return the blocks of an entry in an order of their own, and a summary that is none of them."""
    blocks = _read(entry.content)
    whole = "".join(text for _, text in blocks).replace(" ", "")
    summary = " ".join(map(comparable_text, SEPARATOR.split(entry.summary)))
    # The excerpt that we take of the content ourselves changes with its order.
    own = summary.removesuffix(ELLIPSIS).replace(" ", "") not in whole
    first = (_clean(summary, day),) if own else ()
    return (*first, *in_one_order(_without_volatile(blocks, day)))


@lru_cache(maxsize=32)
def _read(content: str) -> tuple[Block, ...]:
    return tuple(block for block in read_blocks(without_counting_columns(content)) if block[1])


def _without_volatile(blocks: Sequence[Block], day: date | None) -> Iterator[Block]:
    """Yield the blocks without what only counts, ages or dates itself, alone or beside its label."""
    texts = ["", *(text for _, text in blocks), ""]
    for (level, text), before, after in zip(blocks, texts, texts[2:], strict=False):
        if labels_volatile(before, text) or labels_volatile(after, text):
            continue
        labelled = _is_label(before)
        in_text = level == TEXT_LEVEL
        near = not (labelled or in_text or is_value(after))
        yield level, _clean(text, day, alone=in_text and not labelled, near=near)


def _is_label(text: str) -> bool:
    """Return whether a block may say what the date after it is: `Closing date`."""
    is_whole = text.endswith((".", "!", "?", ELLIPSIS)) or len(WORD.findall(text)) > MAX_LABEL_WORDS
    return text.endswith(":") or (text != "" and not is_whole)


def _clean(text: str, day: date | None, *, alone: bool = False, near: bool = False) -> str:
    # Dates first: what is left of a stamp is no date any more.
    return without_counters(with_days_from(text, day, alone=alone, near=near) if day else text)


def same_text(one: str, other: str) -> bool:
    """Return whether two texts are equal, or one is the other cut short with `…`."""
    short, long = sorted((one, other), key=len)
    start = short.removesuffix(ELLIPSIS).rstrip()
    return one == other or (short.endswith(ELLIPSIS) and start != "" and long.startswith(start))


def shows_edit(other: Entry, before: Entry, after: Entry) -> bool:
    """Return whether `other` has the words that an edit brought, and not those that it took away.

    Sources tell more or less of one document, so their whole texts may differ.
    """
    old, new, shown = (passages(comparable_text(entry.text)) for entry in (before, after, other))
    brought, taken = new - old, old - new
    return bool(brought or taken) and (
        (brought & shown).total() >= MOST * brought.total() and (taken & shown).total() <= FEW * taken.total()
    )


def passages(text: str) -> Counter[tuple[str, ...]]:
    """Return the runs of words of a comparable text."""
    words = WORD.findall(text)
    return Counter(zip(*(words[at:] for at in range(RUN)), strict=False))
