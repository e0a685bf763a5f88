"""Reads what a page says beside its labels: `Closes`, `Published`, `Date of meeting`."""

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

# What stands after a label, by the label in small letters; a source's `labels:` are added to these.
#
# gov.scot publications (`Published`, `Date of meeting`), gov.wales consultations (`Consultation ends:`, seen
# 2026-08 and 2026-09), Citizen Space (`Closes`, seen 2026-08), OGP documents (`Date Submitted`).
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

# What is claimed, by what a label means.
CLAIMS: Final[Mapping[str, str]] = {"held": "meeting held", "next": "next meeting"}

# Characters of a value. What is longer is a sentence that begins with the same word (`Published by …`).
MAX_VALUE: Final = 120
DATE_START: Final = re.compile(
    r"\d|(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b",
    re.IGNORECASE,
)
# How many elements may stand around a label alone, before the value comes: `<div><h3>Closes</h3></div>`.
MAX_WRAPPERS: Final = 2


def read_labels(page: Tag, labels: Mapping[str, str]) -> dict[str, str]:
    """What the page says beside each label, by what the label means; dates as they are written (`date_in`).

    Read are `<dl>`, rows of tables, `Label: value` in one line, and a label in an element of its own before
    its value. Neither case nor a colon matters. Where a label comes again, the first one that has a value
    stands: lists of related documents come after the document's own facts.
    """
    found: dict[str, str] = {}
    for meaning, value in labelled_values(page, labels):
        found.setdefault(meaning, value)
    return found


def labelled_values(page: Tag, labels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Meaning and value of every label, in the page's order."""
    meanings = {**LABELS, **{_normalise_label(label): meaning for label, meaning in labels.items()}}
    for node in page.descendants:
        if type(node) is not NavigableString or not (told := _match_label(node, meanings)):
            continue
        meaning, rest = told
        if starts_line(node) and _is_plausible(value := _value(node, rest), meaning):
            yield meaning, value


def meeting_claims(said: Mapping[str, str], source: str) -> tuple[RawClaim, ...]:
    """A claim for each meeting of which the page at `source` gives the date."""
    return tuple(
        RawClaim(what=what, date=said[meaning], source=source)
        for meaning, what in CLAIMS.items()
        if meaning in said
    )


def _normalise_label(text: str) -> str:
    return " ".join(text.split()).rstrip(": ").casefold()


def _match_label(node: NavigableString, meanings: Mapping[str, str]) -> tuple[str, str] | None:
    """What the label means with which a string begins, and the words after it in the same string."""
    text = " ".join(node[: MAX_VALUE * 4].split())
    label, colon, rest = text.partition(":")
    if _normalise_label(label) not in meanings:
        starts = (name for name in meanings if text.casefold().startswith(name + " "))
        label, colon = text[: len(max(starts, key=len, default=""))], ""
        rest = text[len(label) :]
    meaning, rest = meanings.get(_normalise_label(label)), rest.strip()
    return (meaning, rest) if meaning and (colon or not rest or DATE_START.match(rest)) else None


def _value(label: NavigableString, rest: str) -> str:
    """The rest of the label's line; where nothing is left there, the words of the element after it."""
    line = tuple(rest_of_line(label))
    time = next((node for node in line if isinstance(node, Tag) and node.name == "time"), None)
    if time is not None:
        return date_text(time)
    told = " ".join(chain([rest], (str(node) for node in line if type(node) is NavigableString)))
    if told.strip(" :\n\t"):
        return " ".join(told.split()).lstrip(": ")
    return _value_after(label)


def _value_after(label: NavigableString) -> str:
    element = block_around(label)
    for _ in range(MAX_WRAPPERS):
        following = element.find_next_sibling() if element else None
        if isinstance(following, Tag):
            return (
                ""
                if following.name == "dt" or len(visible_text(following)) > MAX_VALUE
                else date_text(following)
            )
        element = element.parent if element else None
    return ""


def _is_plausible(value: str, meaning: str) -> bool:
    """Whether a value can be one: a type in a few words, or a date, which has a digit in it."""
    short = bool(value) and len(re.sub(r"<[^<>]*>", "", value)) <= MAX_VALUE
    return short and (meaning == "type" or any(character.isdigit() for character in value))
