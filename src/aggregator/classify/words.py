"""Finds phrases of the vocabulary in a text: whole words, whatever their case, accents and hyphens."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from aggregator.model import Phrase

PUNCTUATION = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "-": " ", "‐": " ", "‑": " ", "–": " "})


def fold(text: str) -> str:
    """Lower case, without accents, curly quotes and hyphens, with single spaces."""
    plain = text.translate(PUNCTUATION)
    decomposed = unicodedata.normalize("NFKD", plain.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


class Finder:
    """Looks for many phrases at once. Built once, used for every entry; its time is linear in the text."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        listed = list(phrases)
        self._folded = _pattern(fold(phrase.words) for phrase in listed if not phrase.exact)
        self._exact = _pattern(phrase.words for phrase in listed if phrase.exact)

    def find(self, text: str) -> tuple[str, ...]:
        """The phrases that stand in `text`, each once, in the order in which they stand there."""
        found = [*self._folded.findall(fold(text)), *self._exact.findall(text)]
        return tuple(dict.fromkeys(found))


def _pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    """Longest first, so that the more telling phrase is the one that is shown; nothing matches nothing."""
    ordered = sorted({phrase for phrase in phrases if phrase}, key=lambda phrase: (-len(phrase), phrase))
    choices = "|".join(re.escape(phrase) for phrase in ordered)
    return re.compile(rf"(?<!\w)(?:{choices})(?!\w)" if choices else r"(?!)")
