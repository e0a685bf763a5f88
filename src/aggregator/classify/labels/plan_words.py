"""Reads a sentence as words of a plan's name: ordinal numbers, years, "plan", English and Welsh."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from aggregator.classify.labels.tokeniser import TokenisedText, welsh_mutations
from aggregator.model.vocabulary import ORDINAL_WORDS


def words_of(text: str) -> frozenset[str]:
    """Return the words of a text, as a set."""
    return frozenset(text.split())


# The ordinal numbers with which plans are counted. Welsh ones mutate.
ORDINALS: Final = {
    form: number
    for number, (english, *welsh) in ORDINAL_WORDS.items()
    for form in (english, *(mutated for word in welsh for mutated in welsh_mutations(word)))
}
# `cynllun cyntaf`, the first plan.
ORDINALS_AFTER_NOUN: Final = frozenset(welsh_mutations("cyntaf"))
# `7th` and the Welsh `7fed`.
ORDINAL_DIGITS: Final = re.compile(r"(\d{1,2})(?:st|nd|rd|th|af|il|ydd|edd|fed|ed)")
# `NAP7`, in one word.
NUMBERED_PLAN: Final = re.compile(r"(?:nap|ogap)(\d{1,2})")
HIGHEST_NUMBER: Final = 20

ABBREVIATIONS: Final = frozenset({"nap", "naps", "ogap", "ogp"})
PLAN: Final = frozenset({"plan", "nap", "ogap", *welsh_mutations("cynllun")})
PLANS: Final = frozenset({"plans", "naps", *welsh_mutations("cynlluniau")})
# Of the words of a name the one that makes it the name of a document about the plan.
REVIEW: Final = "review"
COMMITMENTS: Final = frozenset(
    {"commitment", "commitments", *welsh_mutations("ymrwymiad"), *welsh_mutations("ymrwymiadau")}
)
_WELSH_GOVERNMENT: Final = frozenset(welsh_mutations("llywodraeth"))
MONTHS: Final = words_of(
    """
    january february march april may june july august september october november december
    jan feb mar apr jun jul aug sep sept oct nov dec
    ionawr chwefror mawrth ebrill mai mehefin gorffennaf awst medi hydref tachwedd rhagfyr
    """
)
BETWEEN_YEARS: Final = frozenset({"to", "until", "i", "hyd", "and", "a", *MONTHS})
# What may stand between the parts of a name: `the`, `national action plan for …`, `… City Council`.
LINKS: Final = words_of(
    """
    action an and authority city combined council current ever executive for from full government in its
    latest local national new next no of on open our partnership pioneer subnational the their this
    agored am ar awdurdod cenedlaethol cyfun cyngor dinas gan genedlaethol gweithredu gyfer gyngor mewn nesaf
    newydd o partneriaeth ran weithredu y yn yng yr
    """
) | (_WELSH_GOVERNMENT | BETWEEN_YEARS)
# Words that belong to a name however they are written.
PLAIN_WORDS: Final = (LINKS | {REVIEW} | PLAN | PLANS | COMMITMENTS | ORDINALS.keys()) - ABBREVIATIONS
# After these the subject of a plan follows: `the third action plan on fuel poverty`.
BEFORE_A_SUBJECT: Final = frozenset({"on", "for", "to", "against", "towards", "ar", "gyfer", "i"})
YEAR: Final = re.compile(r"(?:19|20)\d\d")
TWO_DIGITS: Final = re.compile(r"\d\d")
# No plan is longer; and `2016 … 2025` of two plans is no period of one.
LONGEST_PLAN: Final = 6

# The first and the last year of a plan, as its title has them; twice the same for a single year.
YearSpan = tuple[int, int]


class Ordinal(NamedTuple):
    """The number of a plan, with the position of its word."""

    at: int
    number: int
    # Whether it belongs to an abbreviation: `NAP 7`.
    after_abbreviation: bool = False


def is_plan_word(text: TokenisedText, at: int) -> bool:
    """Whether a word belongs to names of plans; abbreviations must be in capitals."""
    word = text.folded[at]
    if word in PLAIN_WORDS:
        return True
    if word in ABBREVIATIONS or NUMBERED_PLAN.fullmatch(word):
        return text.original[at].rstrip("s0123456789").isupper()
    if not word[0].isdecimal():
        return False
    return (
        ordinal_number(word) is not None
        or YEAR.fullmatch(word) is not None
        or _is_number_beside(text.folded, at)
    )


def ordinal_number(word: str) -> int | None:
    """The number that an ordinal stands for."""
    digits = ORDINAL_DIGITS.fullmatch(word)
    return ORDINALS.get(word) or (int(digits[1]) if digits else None)


def names_open_government(words: Sequence[str]) -> bool:
    """Whether the words have `open government`, its Welsh or OGP."""
    pairs = set(pairwise(words))
    welsh = any((word, "agored") in pairs for word in _WELSH_GOVERNMENT)
    return ("open", "government") in pairs or welsh or "ogp" in words or "ogap" in words


def ordinals(words: Sequence[str]) -> Iterator[Ordinal]:
    """The ordinals that count a plan: before the noun; `NAP 7`, `NAP7`; in Welsh `cyntaf` after it."""
    for at, word in enumerate(words):
        if numbered := NUMBERED_PLAN.fullmatch(word):
            yield Ordinal(at, int(numbered[1]), after_abbreviation=True)
        elif (number := ordinal_number(word)) and _counts_a_plan(words, at):
            yield Ordinal(at, number)
        elif _is_number_of_plan(words, at):
            yield Ordinal(at, int(word), after_abbreviation=True)


def year_spans(words: Sequence[str]) -> frozenset[YearSpan]:
    """The periods in the words, however their years are joined: 2021-25, 2021–2025, 2021 to 2025."""
    return frozenset(_year_spans(words))


def _year_spans(words: Sequence[str]) -> Iterator[YearSpan]:
    at = 0
    while at < len(words):
        at += 1
        if not YEAR.fullmatch(words[at - 1]):
            continue
        first, end = int(words[at - 1]), at
        while end < len(words) and words[end] in BETWEEN_YEARS:
            end += 1
        last = _last_year(first, words[end]) if end < len(words) else None
        yield (first, last or first)
        at = end + 1 if last else at


def _last_year(first: int, word: str) -> int | None:
    """The year with which a period ends that begins in `first`; `25` stands for 2025."""
    short, whole = TWO_DIGITS.fullmatch(word), YEAR.fullmatch(word)
    last = int(word) if whole else first // 100 * 100 + int(word) if short else 0
    return last if first < last <= first + LONGEST_PLAN else None


def _is_number_beside(words: Sequence[str], at: int) -> bool:
    """Whether a number is the end of a period, or the number of a plan."""
    ends_period = TWO_DIGITS.fullmatch(words[at]) and any(
        YEAR.fullmatch(word) and _last_year(int(word), words[at]) for word in words[max(at - 2, 0) : at]
    )
    return bool(ends_period) or _is_number_of_plan(words, at)


def _is_number_of_plan(words: Sequence[str], at: int) -> bool:
    """Whether a number follows NAP: `NAP 7`, but not `NAP, 7 December`."""
    number = words[at].isdecimal() and int(words[at][:4]) <= HIGHEST_NUMBER
    before = words[at - 1] if at and words[at - 1] != "no" else words[at - 2] if at > 1 else ""
    followed_by_month = at + 1 < len(words) and words[at + 1] in MONTHS
    return number and before in ABBREVIATIONS and not followed_by_month


def _counts_a_plan(words: Sequence[str], at: int) -> bool:
    if words[at] in ORDINALS_AFTER_NOUN:
        return any(word in PLAN for word in words[:at])
    return any(word in PLAN or word in PLANS for word in words[at + 1 :])
