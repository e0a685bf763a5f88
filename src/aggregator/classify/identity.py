"""Decides whether an entry and a stored document are one, by id, link, words and date."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from difflib import SequenceMatcher
from enum import Enum
from typing import Final

from aggregator.classify.wording.typography import comparable_text
from aggregator.model import Entry, Moment, Precision

# Of the words of two titles, the share that must be the same, in the same order.
TITLE_SHARE: Final = 0.6
# Texts: equal ones of fewer words prove nothing ("Read more."), longer ones may be edited.
FEW_WORDS: Final = 4
MANY_WORDS: Final = 12
TEXT_SHARE: Final = 0.6
# Words of a text that are compared: the work grows with the square of their number.
COMPARED_WORDS: Final = 200
# Dates that differ by less may be one instant in two zones, or a day and an hour of it.
ONE_DAY: Final = timedelta(days=1)

WORD: Final = re.compile(r"\w+")
NUMBER: Final = re.compile(r"\d+")


class IdMatch(Enum):
    """How the publisher's ids of an entry and a document compare."""

    SAME = "same"
    OTHER = "other"
    # One of them has no id of its own, or one that is made from the link.
    UNKNOWN = "unknown"


class LinkMatch(Enum):
    """How the link of an entry and the addresses of a document compare."""

    CURRENT = "current"
    # The document was there, and is elsewhere now.
    FORMER = "former"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How an entry and a document compare by what they say."""

    same_title: bool = False
    alike_title: bool = False
    same_text: bool = False
    # Neither has a text.
    no_text: bool = False
    alike_text: bool = False
    same_date: bool = False
    # Both have a publication date, and they are days apart.
    other_date: bool = False
    # Neither has a date of any sort.
    no_date: bool = False
    # The words of two languages cannot be compared.
    other_language: bool = False

    @property
    def alike(self) -> bool:
        """Whether anything says that they are one document."""
        return self.alike_title or self.same_date or self.alike_text or self.other_language

    @property
    def surely_alike(self) -> bool:
        """Whether they are alike, and more than two titles of a series where the dates are days apart."""
        return self.alike and not (
            self.other_date and not (self.same_title or self.alike_text or self.other_language)
        )

    @property
    def identical(self) -> bool:
        """Whether everything says so: of title, text and date, one may be what neither has."""
        same_rest = self.same_text and (self.same_date or self.no_date)
        return self.same_title and (same_rest or (self.no_text and self.same_date))

    @property
    def score(self) -> int:
        """How much is the same, to choose between several documents."""
        return 2 * self.alike_title + self.same_title + self.same_date + self.alike_text


def is_same_document(id: IdMatch, link: LinkMatch, likeness: Likeness) -> bool:
    """Return whether an entry and a document are one.

    | id      | link    | what they say                          | one document |
    | ------- | ------- | -------------------------------------- | ------------ |
    | same    | current | anything                               | yes: edited  |
    | same    | former  | anything                               | yes: it moved back |
    | same    | other   | title, text or date alike              | yes: it moved |
    | same    | other   | nothing alike                          | no: the id is used again |
    | unknown | known   | anything but the next line             | yes: edited  |
    | unknown | known   | nothing alike, published days apart    | no: the address is used again |
    | unknown | other   | title, text and date equal             | yes: it moved |
    | unknown | other   | anything else                          | no           |
    | other   | current | title, text or date alike              | yes: its id was made anew |
    | other   | current | nothing alike                          | no: the address is used again |
    | other   | former  | alike, and not published days apart    | yes: it moved back, with a new id |
    | other   | former  | anything else                          | no: the address is used again |
    | other   | other   | anything                               | no           |

    Where the dates are days apart, a known or another id needs an equal title, or a long text alike.
    The caller must know that a document which "moved" without a known id is gone from its old address.
    """
    elsewhere = link is LinkMatch.OTHER
    if id is IdMatch.SAME:
        return not elsewhere or likeness.surely_alike
    if elsewhere:
        return id is IdMatch.UNKNOWN and likeness.identical
    if id is IdMatch.UNKNOWN:
        return likeness.alike or not likeness.other_date
    return likeness.surely_alike and not (link is LinkMatch.FORMER and likeness.other_date)


def compare(one: Entry, other: Entry) -> Likeness:
    """Return what two entries have in common."""
    title, text = comparable_text(one.title), comparable_text(one.text)
    other_title, other_text = comparable_text(other.title), comparable_text(other.text)
    other_date = _days_apart(one.published, other.published)
    same_text = text == other_text != ""
    # A few equal words may stand under many posts, so they count only where no date says otherwise.
    brief = same_text and not other_date and len(WORD.findall(text)) >= FEW_WORDS
    alike_title, same_date = alike_titles(title, other_title), _same_date(one, other)
    return Likeness(
        same_title=title == other_title,
        alike_title=alike_title,
        same_text=same_text,
        no_text=text == other_text == "",
        # Comparing long texts takes time, and proves nothing more.
        alike_text=brief or (not (title == other_title or same_date) and _alike_texts(text, other_text)),
        same_date=same_date,
        other_date=other_date,
        no_date=not any((one.published, one.updated, other.published, other.updated)),
        other_language=one.language != other.language,
    )


def may_have_moved(entry: Entry, before: Entry) -> bool:
    """Return whether an entry with the title of a document may be it, and not the next of a series.

    The next one is days younger and says something else.
    """
    likeness = compare(entry, before)
    texts = comparable_text(entry.text), comparable_text(before.text)
    return not likeness.other_date or likeness.same_text or _alike_texts(*texts)


def best_likeness(entry: Entry, forms: Iterable[Entry]) -> Likeness:
    """Return how an entry compares with the most similar of several forms of one document."""
    found = [compare(entry, form) for form in forms]
    return max(found, key=lambda one: (one.alike, one.score, not one.other_date), default=Likeness())


def alike_titles(one: str, other: str) -> bool:
    """Return whether two comparable titles name one thing: most words, and every number, are the same."""
    if one == other:
        return True
    if NUMBER.findall(one) != NUMBER.findall(other):
        return False
    return _shared(WORD.findall(one), WORD.findall(other)) >= TITLE_SHARE


def _alike_texts(one: str, other: str) -> bool:
    words, others = WORD.findall(one), WORD.findall(other)
    if min(len(words), len(others)) < MANY_WORDS:
        return False
    # A feed may tell the beginning only, so the longer one is compared as far as the shorter goes.
    length = min(len(words), len(others), COMPARED_WORDS)
    return _shared(words[:length], others[:length]) >= TEXT_SHARE


def _shared(words: Sequence[str], others: Sequence[str]) -> float:
    """Return the share of words that both have in the same order."""
    return SequenceMatcher(None, words, others, autojunk=False).ratio()


def _same_date(one: Entry, other: Entry) -> bool:
    """Return whether the publication dates are equal or, where neither has one, the dates of update."""
    first, second = (
        (one.published, other.published) if one.published or other.published else (one.updated, other.updated)
    )
    return first is not None and second is not None and first.at == second.at


def _days_apart(one: Moment | None, other: Moment | None) -> bool:
    if one is None or other is None or {one.precision, other.precision} & {Precision.MONTH, Precision.YEAR}:
        return False
    return abs(one.at - other.at) >= ONE_DAY


def can_share_name(entries: Collection[Entry], others: Collection[Entry], *, meeting: bool) -> bool:
    """Return whether documents with these entries, which share a name that is no proof alone, are one.

    The name of a meeting joins what different sites have of it: two pages of one site are two papers. The
    number of a publisher's software joins what is alike.
    """
    if meeting:
        return not any(_two_pages_of_one_site(one, other) for one in entries for other in others)
    return any(compare(one, other).surely_alike for one in entries for other in others)


def _two_pages_of_one_site(one: Entry, other: Entry) -> bool:
    return bool(
        one.url
        and other.url
        and one.language == other.language
        and page_of(one.url) != page_of(other.url)
        and (one.source == other.source or page_of(one.url)[0] == page_of(other.url)[0])
    )


def page_of(url: str) -> tuple[str, str]:
    """Return host and path of an address, as far as they tell pages apart."""
    host, _, path = url.partition("://")[2].partition("/")
    return host.lower().rpartition("@")[2].removeprefix("www."), path.partition("#")[0].rstrip("/")
