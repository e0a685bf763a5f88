"""Finds many phrases at once in a tokenised text; time is linear in the length of the text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Generic, NamedTuple, TypeVar

from aggregator.classify.labels.tokeniser import TokenisedText, mask_digits, tokenise_phrase, welsh_mutations
from aggregator.model import Phrase

MeaningT = TypeVar("MeaningT")

DIGIT_CHARACTERS: Final = frozenset("0123456789")
# Words, and pairs of words, whose patterns are cached: a few megabytes.
CACHE_SIZE: Final = 50_000
# Letters by which a word with `*` is looked up; it needs so many before the `*`.
PREFIX_LENGTH: Final = 3


class PhraseMatch(NamedTuple, Generic[MeaningT]):
    """A phrase in a text: the words from `start` up to, not including, `end`, and its meaning."""

    start: int
    end: int
    phrase: str
    meaning: MeaningT


@dataclass(slots=True)
class _PhrasePattern(Generic[MeaningT]):
    """A phrase, with one of the forms of its first word."""

    # In lower case, with their `*` and `%`.
    words: Sequence[str]
    phrase: str
    meaning: MeaningT
    # The words that must be in capitals, with their positions.
    capitals: Sequence[tuple[int, str]]

    @property
    def specificity(self) -> list[int]:
        """Sorts patterns that match at one position: exact words, then prefixes, then numbers."""
        return [2 if "%" in word else 1 if word.endswith("*") else 0 for word in self.words]

    def continues_at(self, text: TokenisedText, start: int) -> bool:
        """Whether the text has the phrase at `start`, where its first word is known to match."""
        end = start + len(self.words)
        return (
            end <= len(text.folded)
            and all(map(_word_matches, self.words[1:], text.folded[start + 1 : end]))
            and all(text.original[start + at] == word for at, word in self.capitals)
            and (start == 0 or not self.phrase.startswith("^"))
        )


class PhraseMatcher(Generic[MeaningT]):
    """Finds phrases, each with a meaning; built once, used for every text."""

    def __init__(self, phrases: Iterable[tuple[Phrase, MeaningT]]) -> None:
        self._patterns: dict[str, list[_PhrasePattern[MeaningT]]] = {}
        """By the first word; a word with `*` by its first letters and the `*`."""
        for phrase, meaning in phrases:
            for pattern in _forms(phrase, meaning):
                first = pattern.words[0]
                key = f"{first[:PREFIX_LENGTH]}*" if first.endswith("*") else first
                self._patterns.setdefault(key, []).append(pattern)
        # Texts use few different words, and few different pairs of them, so that caches hit nearly always.
        self._starting_with = lru_cache(CACHE_SIZE)(self._patterns_for)
        self._starting_with_pair = lru_cache(CACHE_SIZE)(self._patterns_for_pair)

    def find(self, text: TokenisedText) -> list[PhraseMatch[MeaningT]]:
        """Every phrase in the text, including those inside longer ones, by start."""
        return [
            PhraseMatch(start, start + len(pattern.words), pattern.phrase, pattern.meaning)
            for start, pair in enumerate(zip(text.folded, (*text.folded[1:], ""), strict=False))
            for pattern in self._starting_with_pair(*pair)
            if pattern.continues_at(text, start)
        ]

    def _patterns_for_pair(self, word: str, next_word: str) -> Sequence[_PhrasePattern[MeaningT]]:
        """The patterns that begin with the two words, or consist of the first."""
        return [
            pattern
            for pattern in self._starting_with(word)
            if not pattern.words[1:] or _word_matches(pattern.words[1], next_word)
        ]

    def _patterns_for(self, word: str) -> Sequence[_PhrasePattern[MeaningT]]:
        """The patterns that begin with the word, the most specific first."""
        keys = dict.fromkeys((word, f"{word[:PREFIX_LENGTH]}*", mask_digits(word)))
        found = [
            pattern
            for key in keys
            for pattern in self._patterns.get(key, ())
            if _word_matches(pattern.words[0], word)
        ]
        return sorted(found, key=lambda pattern: pattern.specificity)


def _forms(phrase: Phrase, meaning: MeaningT) -> Iterator[_PhrasePattern[MeaningT]]:
    written = tokenise_phrase(phrase.words)
    capitals = [(at, word) for at, word in enumerate(written) if _is_abbreviation(word)]
    first, *rest = (word.casefold() for word in written)
    for form in welsh_mutations(first) if phrase.welsh else (first,):
        yield _PhrasePattern([form, *rest], phrase.words, meaning, capitals)


def _word_matches(pattern: str, word: str) -> bool:
    """Whether a word of a text matches one of a phrase: `*` stands for any ending, `%` for a number."""
    if pattern == word:
        return True
    if pattern.endswith("*"):
        return word.startswith(pattern[:-1])
    return "%" in pattern and word[-1:] in DIGIT_CHARACTERS and mask_digits(word) == pattern


def longest_matches(matches: Iterable[PhraseMatch[MeaningT]]) -> list[PhraseMatch[MeaningT]]:
    """The matches that are not inside a longer one, since the longer phrase says more."""
    kept: list[PhraseMatch[MeaningT]] = []
    furthest, furthest_start = 0, 0
    for match in sorted(matches, key=lambda match: (match.start, -match.end)):
        if match.end < furthest or (match.end == furthest and furthest_start < match.start):
            continue
        if match.end > furthest:
            furthest, furthest_start = match.end, match.start
        kept.append(match)
    return kept


def _is_abbreviation(word: str) -> bool:
    """Whether a word of a phrase is an abbreviation (`OGP`, `UK`), which must be in capitals in the text."""
    return word.isupper() and len(word) > 1 and "%" not in word and "*" not in word
