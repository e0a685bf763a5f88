"""Of what type a document is: the publisher's own word where it says something, else the title."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from aggregator.classify.labels.hosts import found_at, is_blog, places
from aggregator.classify.labels.matches import Found, Place
from aggregator.model import Entry, Reason, Vocabulary, Where

LEFT_OVER: Final = "news"
BLOG: Final = "blog-post"


FIRST_WORDS: Final = 10
"""Where a summary says what a document is, it says so in its first words: "Minutes of the meeting …"."""


class TypeFinder:
    """Finds the type of documents; built once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._general = frozenset(vocabulary.general)
        self._order = {rule.type: number for number, rule in enumerate(vocabulary.types)}
        self._places = places((start, rule.type) for rule in vocabulary.types for start in rule.addresses)

    def find(self, entry: Entry, found: Found) -> Reason:
        """The first that speaks: the publisher's word, the title, the summary's first words, else news."""
        return next(self._reasons(entry, found))

    def _reasons(self, entry: Entry, found: Found) -> Iterator[Reason]:
        called, placed = list(self._called(entry)), list(self._placed(entry))
        said = called + placed
        yield from (reason for reason in said if not self._is_general(reason))
        yield from self._worded(found.title, strong=True)
        yield from self._worded(found.summary, strong=True)
        yield from self._worded(found.title)
        if is_blog(entry.url):
            yield Reason(words=BLOG, where=Where.ADDRESS, speaks_for=f"type:{BLOG}")
        yield from map(_usual, called)
        yield from self._worded(found.summary)
        yield from map(_usual, placed)
        yield Reason(words="nothing else fits", where=Where.TITLE, speaks_for=f"type:{LEFT_OVER}")

    def _is_general(self, reason: Reason) -> bool:
        words = reason.words.casefold() if reason.where is Where.PUBLISHER else reason.words
        return words in self._general

    def _called(self, entry: Entry) -> Iterator[Reason]:
        """What the publisher calls it."""
        word = entry.publisher_type or ""
        known = word.casefold()
        meant = known if known in self._vocabulary.names else self._vocabulary.publisher_types.get(known)
        if meant:
            yield Reason(words=word, where=Where.PUBLISHER, speaks_for=f"type:{meant}")

    def _placed(self, entry: Entry) -> Iterator[Reason]:
        """Where the publisher put it, the longest beginning of the address first."""
        for start, type in found_at(entry.url, self._places):
            yield Reason(words=start, where=Where.ADDRESS, speaks_for=f"type:{type}")

    def _worded(self, place: Place, *, strong: bool = False) -> Iterator[Reason]:
        """By the words that stand there; `strong`: only by those that come before all others."""
        hits = [
            hit
            for hit in place.types
            if (place.where is Where.TITLE or (hit.start < FIRST_WORDS and hit.phrase[0] != "^"))
            and (hit.meaning.strength or not strong)
        ]
        if hits:
            first = min(hits, key=lambda hit: (self._order[hit.meaning.of], hit.start))
            yield Reason(words=first.phrase, where=place.where, speaks_for=f"type:{first.meaning.of}")


def _usual(reason: Reason) -> Reason:
    """The same word of the publisher's, as what is usual there and no more."""
    return replace(reason, where=Where.HABIT)
