"""What counts as substance: the parts of a document, and when two tellings of one part are the same."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from aggregator.model import LONDON, Entry, Moment, Precision
from aggregator.model.days import COARSE, WITH_TIME, end_of

ELLIPSIS: Final = "…"
TYPOGRAPHY: Final = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "‐": "-", "‑": "-", "–": "-"})
"""Signs that software puts for others (WordPress, GOV.UK's Govspeak): no word changes with them."""


@dataclass(frozen=True, slots=True)
class ComparedPart:
    """One part of a document: what an entry tells of it (empty or None: nothing), and how that compares."""

    value_of: Callable[[Entry], Any]
    same: Callable[[Any, Any], bool] = operator.eq


def comparable_text(text: str) -> str:
    """The words of a text: without case, white space and typography."""
    return " ".join(text.translate(TYPOGRAPHY).casefold().split())


def comparable_moment(moment: Moment | None) -> tuple[datetime, Precision] | None:
    """What a moment says, however its zone was known, and whether seconds were written or not."""
    if moment is None:
        return None
    return moment.at, Precision.MINUTE if moment.precision in WITH_TIME else moment.precision


def comparable_deadline(moment: Moment | None) -> tuple[datetime, Precision] | None:
    """As `instant`, by the minute; who closes on a day closes at the end of it."""
    if moment is None or moment.precision in COARSE:
        return comparable_moment(moment)
    return last_minute(moment), Precision.MINUTE


def last_minute(moment: Moment) -> datetime:
    """23:59 in London for a day; the minute of any other moment."""
    if moment.precision is not Precision.DAY:
        return moment.at.replace(second=0)
    return end_of(moment, LONDON).astimezone(UTC) - timedelta(minutes=1)


def is_later(after: Moment | None, before: Moment | None) -> bool:
    """Whether a stamp has moved on: moved back, or to an hour of the same day, it was only corrected."""
    if after is None or before is None:
        return False
    return after.at > max(before.at, last_minute(before))


def same_text(one: str, other: str) -> bool:
    """Equal, or one is the beginning of the other and says that it was cut, as finders and excerpts do."""
    short, long = sorted((one, other), key=len)
    start = short.removesuffix(ELLIPSIS).rstrip()
    return one == other or (short.endswith(ELLIPSIS) and start != "" and long.startswith(start))


def same_files(one: Mapping[str, int], other: Mapping[str, int]) -> bool:
    """The same addresses, and the same lengths where both tell one (RSS writes 0 for a length not known)."""
    return one.keys() == other.keys() and all(
        not length or not other[href] or length == other[href] for href, length in one.items()
    )


def _files(entry: Entry) -> Mapping[str, int]:
    """A file that was replaced under the same link shows by its length alone."""
    return {link.href: link.length or 0 for link in entry.links if link.rel == "enclosure"}


PARTS: Final[Mapping[str, ComparedPart]] = {
    "title": ComparedPart(lambda entry: comparable_text(entry.title)),
    "text": ComparedPart(lambda entry: comparable_text(entry.text), same_text),
    "status": ComparedPart(lambda entry: comparable_text(entry.publisher_type or "")),
    "opening date": ComparedPart(lambda entry: comparable_moment(entry.opens)),
    "closing date": ComparedPart(lambda entry: comparable_deadline(entry.closes)),
    "dated facts": ComparedPart(lambda entry: frozenset(entry.claims)),
    "attachments": ComparedPart(_files, same_files),
}
"""Publishers re-stamp dates without touching a word (legislation.gov.uk re-stamped 10 and 11 of 20 entries
within a day, captures of 2015-12), so `published` and `updated` are none of them."""
