"""Finds many phrases at once in a text, word by word; its time is linear in the text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Generic, NamedTuple, TypeVar

from aggregator.classify.labels.tokeniser import TokenisedText, mask_digits, tokenise_phrase, welsh_mutations
from aggregator.model import Phrase

MeaningT = TypeVar("MeaningT")

FIGURES: Final = frozenset("0123456789")
REMEMBERED: Final = 50_000
"""How many different words are remembered, at the most: a few megabytes."""
STEM: Final = 3
"""A word with `*` needs so many letters before it, by which it is looked up."""


class PhraseMatch(NamedTuple, Generic[MeaningT]):
    """A phrase that was found: which words of the text, from `start` up to `end`, and what it means."""

    start: int
    end: int
    phrase: str
    meaning: MeaningT


@dataclass(slots=True)
class _Sought(Generic[MeaningT]):
    """A phrase in one of the forms that its first word takes."""

    words: Sequence[str]
    """In small letters, with their `*` and `%`."""
    phrase: str
    meaning: MeaningT
    capitals: Sequence[tuple[int, str]]
    """Which words of the phrase must stand in capitals."""

    @property
    def order(self) -> list[int]:
        """Of several that stand at one place, exact words come before beginnings of words and figures."""
        return [2 if "%" in word else 1 if word.endswith("*") else 0 for word in self.words]

    def stands(self, text: TokenisedText, start: int) -> bool:
        """Whether the phrase, the first word of which stands at `start`, goes on there."""
        end = start + len(self.words)
        return (
            end <= len(text.folded)
            and all(map(_is_so, self.words[1:], text.folded[start + 1 : end]))
            and all(text.original[start + at] == word for at, word in self.capitals)
            and (start == 0 or not self.phrase.startswith("^"))
        )


class PhraseMatcher(Generic[MeaningT]):
    """Looks for phrases, each with a meaning. Built once, used for every text."""

    def __init__(self, phrases: Iterable[tuple[Phrase, MeaningT]]) -> None:
        self._sought: dict[str, list[_Sought[MeaningT]]] = {}
        """By the first word; one with `*` by its first letters and the star."""
        for phrase, meaning in phrases:
            for one in _forms(phrase, meaning):
                first = one.words[0]
                key = f"{first[:STEM]}*" if first.endswith("*") else first
                self._sought.setdefault(key, []).append(one)
        # Remembered, since texts use few different words, and few pairs of them.
        self._begun_by = lru_cache(REMEMBERED)(self._look_up)
        self._led_by = lru_cache(REMEMBERED)(self._look_up_pair)

    def find(self, text: TokenisedText) -> list[PhraseMatch[MeaningT]]:
        """Every phrase in the text, also those inside longer ones, by where they start."""
        return [
            PhraseMatch(start, start + len(one.words), one.phrase, one.meaning)
            for start, pair in enumerate(zip(text.folded, (*text.folded[1:], ""), strict=False))
            for one in self._led_by(*pair)
            if one.stands(text, start)
        ]

    def _look_up_pair(self, word: str, following: str) -> Sequence[_Sought[MeaningT]]:
        """The phrases that begin with the two words, or are the first one."""
        return [one for one in self._begun_by(word) if not one.words[1:] or _is_so(one.words[1], following)]

    def _look_up(self, word: str) -> Sequence[_Sought[MeaningT]]:
        """The phrases that begin with the word."""
        keys = dict.fromkeys((word, f"{word[:STEM]}*", mask_digits(word)))
        found = [one for key in keys for one in self._sought.get(key, ()) if _is_so(one.words[0], word)]
        return sorted(found, key=lambda one: one.order)


def _forms(phrase: Phrase, meaning: MeaningT) -> Iterator[_Sought[MeaningT]]:
    written = tokenise_phrase(phrase.words)
    capitals = [(at, word) for at, word in enumerate(written) if _is_capital(word)]
    first, *rest = (word.casefold() for word in written)
    for form in welsh_mutations(first) if phrase.welsh else (first,):
        yield _Sought([form, *rest], phrase.words, meaning, capitals)


def _is_so(sought: str, word: str) -> bool:
    """Whether a word of a text is that of a phrase: `*` stands for any ending, `%` for a number."""
    if sought == word:
        return True
    if sought.endswith("*"):
        return word.startswith(sought[:-1])
    return "%" in sought and word[-1:] in FIGURES and mask_digits(word) == sought


def longest_matches(hits: Iterable[PhraseMatch[MeaningT]]) -> list[PhraseMatch[MeaningT]]:
    """Without the hits that stand inside a longer one: the more telling phrase is the one that counts."""
    kept: list[PhraseMatch[MeaningT]] = []
    reach, since = 0, 0
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if hit.end < reach or (hit.end == reach and since < hit.start):
            continue
        if hit.end > reach:
            reach, since = hit.end, hit.start
        kept.append(hit)
    return kept


def _is_capital(word: str) -> bool:
    """Whether a phrase's word is an abbreviation: `OGP`, `UK`; with `%` only the form is compared."""
    return word.isupper() and len(word) > 1 and "%" not in word and "*" not in word
