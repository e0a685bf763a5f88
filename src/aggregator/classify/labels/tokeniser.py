"""Splits a text into comparable words, without case, accents, hyphens and possessives."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

WORD_PATTERN: Final = re.compile(r"[^\W_]+")
POSSESSIVE: Final = re.compile(r"['’]s\b", re.IGNORECASE)
DIGITS: Final = re.compile(r"\d+")
# A word of a phrase in the vocabulary: letters, digits and `%`, perhaps with a `*` at its end.
PATTERN_WORD: Final = re.compile(r"(?:[^\W_]|%)+\*?")

# The initial sounds that change in Welsh, and what each becomes (any Welsh grammar).
MUTATIONS: Final = (
    # Longest first. Soft, nasal and aspirate mutation of Welsh initials, and h before a vowel.
    ("ll", ("l",)),
    ("rh", ("r",)),
    ("ch", ()),
    ("dd", ()),
    ("ff", ()),
    ("ph", ()),
    ("th", ()),
    ("p", ("b", "mh", "ph")),
    ("t", ("d", "nh", "th")),
    ("c", ("g", "ngh", "ch")),
    ("b", ("f", "m")),
    ("d", ("dd", "n")),
    ("g", ("", "ng")),
    ("m", ("f",)),
    *((vowel, (f"h{vowel}",)) for vowel in "aeiouwy"),
)


class TokenisedText:
    """A text as words: folded for comparison, and with their original case. Both have the same length."""

    __slots__ = ("_text", "_written", "folded")

    def __init__(self, text: str, folded: Sequence[str], written: Sequence[str] | None = None) -> None:
        self.folded = folded
        self._text = text
        self._written = written

    @property
    def original(self) -> Sequence[str]:
        """The words with their case; split on demand, since few phrases need capitals."""
        if self._written is None:
            self._written = WORD_PATTERN.findall(self._text)
        return self._written


def tokenise(text: str) -> TokenisedText:
    """The words of a text, in order; time is linear in its length."""
    if "'" in text or "’" in text:
        text = POSSESSIVE.sub("", text)
    # The fast path: ASCII has no accents, and lower() is casefold().
    if text.isascii():
        return TokenisedText(text, WORD_PATTERN.findall(text.lower()))
    written = WORD_PATTERN.findall(_without_accents(text))
    return TokenisedText(text, [word.casefold() for word in written], written)


def tokenise_phrase(phrase: str) -> list[str]:
    """The words of a phrase of the vocabulary, with their case, `*` and `%`."""
    return PATTERN_WORD.findall(_without_accents(POSSESSIVE.sub("", phrase)))


def mask_digits(word: str) -> str:
    """The word with `%` for each run of digits."""
    return DIGITS.sub("%", word)


def welsh_mutations(word: str) -> tuple[str, ...]:
    """The word with every form that its initial takes in Welsh, itself first; in lower case."""
    for initial, forms in MUTATIONS:
        if word.startswith(initial):
            return (word, *(form + word[len(initial) :] for form in forms))
    return (word,)


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character))
