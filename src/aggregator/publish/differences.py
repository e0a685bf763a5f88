"""What differs between two versions of a document, as HTML that reads well in a feed reader."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import Entry, Moment
from aggregator.model.text import tidy
from aggregator.publish.dates import say
from aggregator.publish.words import line

_SENTENCE: Final = re.compile(r"(?<=[.!?;:])\s+")
_WORDS: Final = 400
"""Of passages longer than this, in words, the whole old one and the whole new one are shown."""
_MOST: Final = 20_000
"""Characters of a version that are compared: a reader of feeds reads no more, and time grows with them."""


def differences(before: Entry, after: Entry, zone: str, *, words: bool) -> str:
    """The changed dates, title and passages, each with what it was and what it is.

    `words`: whether the licence lets us show the publisher's text; titles and dates may always be shown.
    """
    there = ZoneInfo(zone)
    shown = [*_facts(before, after, there)]
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
    old, new = (_SENTENCE.split(line(tidy(text), _MOST)) for text in (before, after))
    for kind, i, j, k, m in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield _worded(" ".join(old[i:j]), " ".join(new[k:m]))


def _worded(before: str, after: str) -> str:
    old, new = before.split(), after.split()
    if not old or not new or len(old) + len(new) > _WORDS:
        return _replaced(before, after)
    steps = SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes()
    return " ".join(filter(None, (_step(kind, old[i:j], new[k:m]) for kind, i, j, k, m in steps)))


def _step(kind: str, old: Sequence[str], new: Sequence[str]) -> str:
    return escape(" ".join(old)) if kind == "equal" else _replaced(" ".join(old), " ".join(new))


def _replaced(before: str, after: str) -> str:
    was = f"<del>{escape(before)}</del>" if before else ""
    now = f"<ins>{escape(after)}</ins>" if after else ""
    return " ".join(filter(None, (was, now)))
