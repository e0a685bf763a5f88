"""Compares the texts of two versions of a document."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from aggregator.classify.wording.order import in_one_order, read_blocks
from aggregator.classify.wording.typography import ELLIPSIS, comparable_text
from aggregator.classify.wording.volatile import without_counters, without_days
from aggregator.model import Entry


@dataclass(frozen=True, slots=True)
class Wording:
    """What an entry says, and the days on which it was seen to say so: they may stand in it as "today"."""

    entry: Entry
    days: Collection[date] = ()

    def says_the_same_as(self, other: Wording) -> bool:
        """Return whether two texts differ in nothing but typography, counters, today's date and order.

        One may be the other cut short with `…`, as in finders and excerpts.
        """
        texts = comparable_text(self.entry.text), comparable_text(other.entry.text)
        return (
            same_text(*texts)
            or same_text(self._clean(texts[0]), other._clean(texts[1]))
            or bool(self.entry.content and other.entry.content and self._blocks() == other._blocks())
        )

    def __bool__(self) -> bool:
        """Whether there is a text at all."""
        return bool(self.entry.text)

    def _blocks(self) -> tuple[str, ...]:
        blocks = list(read_blocks(self.entry.content))
        whole = "".join(text for _, text in blocks).replace(" ", "")
        summary = comparable_text(self.entry.summary)
        # The excerpt that we take of the content ourselves changes with its order.
        own = summary.removesuffix(ELLIPSIS).replace(" ", "") not in whole
        first = (self._clean(summary),) if own else ()
        return (*first, *in_one_order((level, self._clean(text)) for level, text in blocks))

    def _clean(self, text: str) -> str:
        return without_days(without_counters(text), self.days)


def same_text(one: str, other: str) -> bool:
    """Return whether two texts are equal, or one is the other cut short with `…`."""
    short, long = sorted((one, other), key=len)
    start = short.removesuffix(ELLIPSIS).rstrip()
    return one == other or (short.endswith(ELLIPSIS) and start != "" and long.startswith(start))
