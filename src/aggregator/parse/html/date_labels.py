"""Reads the values that a page shows beside labels such as `Closes`, `Published` or `Date of meeting`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Final

from aggregator.model import RawClaim
from aggregator.parse.html.dom import (
    NavigableString,
    Tag,
    block_around,
    date_text,
    rest_of_line,
    starts_line,
    visible_text,
)

# Label in lower case, and what its value means. A source's `labels:` are added to these. They come from:
# gov.scot publications (`Published`, `Date of meeting`); gov.wales consultations (`Consultation ends:` or
# `Call for evidence ends:`, by the kind of exercise; seen in August and September 2026); Citizen Space
# (`Closes`, seen in August 2026); OGP documents (`Date Submitted`, such as `27th October 2025`).
LABELS: Final[Mapping[str, str]] = {
    "published": "published",
    "first published": "published",
    "date published": "published",
    "publication date": "published",
    "date submitted": "published",
    "updated": "updated",
    "last updated": "updated",
    "opens": "opens",
    "opened": "opens",
    "consultation launched": "opens",
    "call for evidence launched": "opens",
    "closes": "closes",
    "closed": "closes",
    "closing date": "closes",
    "consultation ends": "closes",
    "consultation ended": "closes",
    "call for evidence ends": "closes",
    "call for evidence ended": "closes",
    "date of meeting": "held",
    "date of next meeting": "next",
}

# The claim that a meaning makes. The other meanings are fields of the item.
CLAIMS: Final[Mapping[str, str]] = {"held": "meeting held", "next": "next meeting"}

# Characters of a value. Longer text is a sentence that starts with the same word (`Published by …`).
MAX_VALUE: Final = 120
DATE_START: Final = re.compile(
    r"\d|(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b",
    re.IGNORECASE,
)
# Elements that may wrap a label before its value follows, as in `<div><h3>Closes</h3></div><p>3 May</p>`.
MAX_WRAPPERS: Final = 2


def read_labels(page: Tag, labels: Mapping[str, str]) -> dict[str, str]:
    """The value beside each label, by the label's meaning; dates as written (`date_text`).

    Reads `<dl>`, table rows, `Label: value` in one line, and a label in an element of its own before its
    value. Case and colon do not matter. A label that comes again is ignored once it has a value.
    """
    # The first one counts because lists of related documents, with labels of their own, come further down.
    found: dict[str, str] = {}
    for meaning, value in labelled_values(page, labels):
        found.setdefault(meaning, value)
    return found


def labelled_values(page: Tag, labels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Meaning and value of every label, in page order."""
    meanings = {**LABELS, **{_normalise_label(label): meaning for label, meaning in labels.items()}}
    for node in page.descendants:
        if type(node) is not NavigableString or not (matched := _match_label(node, meanings)):
            continue
        meaning, rest = matched
        if starts_line(node) and _is_plausible(value := _value(node, rest), meaning):
            yield meaning, value


def meeting_claims(values: Mapping[str, str], source: str) -> tuple[RawClaim, ...]:
    """A claim for each meeting that the labels date; `source` is the page's address."""
    return tuple(
        RawClaim(what=what, date=values[meaning], source=source)
        for meaning, what in CLAIMS.items()
        if meaning in values
    )


def _normalise_label(text: str) -> str:
    return " ".join(text.split()).rstrip(": ").casefold()


def _match_label(node: NavigableString, meanings: Mapping[str, str]) -> tuple[str, str] | None:
    """The meaning of the label that the string starts with, and the text after it in the same string."""
    text = " ".join(node[: MAX_VALUE * 4].split())
    label, colon, rest = text.partition(":")
    if _normalise_label(label) not in meanings:
        starts = (name for name in meanings if text.casefold().startswith(name + " "))
        label, colon = text[: len(max(starts, key=len, default=""))], ""
        rest = text[len(label) :]
    meaning, rest = meanings.get(_normalise_label(label)), rest.strip()
    return (meaning, rest) if meaning and (colon or not rest or DATE_START.match(rest)) else None


def _value(label: NavigableString, rest: str) -> str:
    """The rest of the label's line, or the text of the next element when the line ends with the label."""
    line = tuple(rest_of_line(label))
    time = next((node for node in line if isinstance(node, Tag) and node.name == "time"), None)
    if time is not None:
        return date_text(time)
    text = " ".join(chain([rest], (str(node) for node in line if type(node) is NavigableString)))
    if text.strip(" :\n\t"):
        return " ".join(text.split()).lstrip(": ")
    return _value_after(label)


def _value_after(label: NavigableString) -> str:
    element = block_around(label)
    for _ in range(MAX_WRAPPERS):
        following = element.find_next_sibling() if element else None
        if isinstance(following, Tag):
            # A `<dt>` is the next label: this one has no value.
            too_long = len(visible_text(following)) > MAX_VALUE
            return "" if following.name == "dt" or too_long else date_text(following)
        element = element.parent if element else None
    return ""


def _is_plausible(value: str, meaning: str) -> bool:
    """Whether the text can be a value: short, and with a digit in it unless it names a type."""
    short = bool(value) and len(re.sub(r"<[^<>]*>", "", value)) <= MAX_VALUE
    return short and (meaning == "type" or any(character.isdigit() for character in value))
