"""Of what type a document is: the publisher's own word where it says something, else the title."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from aggregator.classify.labels.hosts import index_prefixes, is_blog, matching_prefixes
from aggregator.classify.labels.matches import DocumentMatches, SectionMatches
from aggregator.model import Entry, Reason, ReasonSource, Vocabulary

LEFT_OVER: Final = "news"
BLOG: Final = "blog-post"


FIRST_WORDS: Final = 10
"""Where a summary says what a document is, it says so in its first words: "Minutes of the meeting …"."""


class TypeFinder:
    """Finds the type of documents; built once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._general = frozenset(vocabulary.weak_types)
        self._order = {rule.type: number for number, rule in enumerate(vocabulary.types)}
        self._places = index_prefixes(
            (start, rule.type) for rule in vocabulary.types for start in rule.addresses
        )

    def find(self, entry: Entry, found: DocumentMatches) -> Reason:
        """The first that speaks: the publisher's word, the title, the summary's first words, else news."""
        return next(self._reasons(entry, found))

    def _reasons(self, entry: Entry, found: DocumentMatches) -> Iterator[Reason]:
        called, placed = list(self._called(entry)), list(self._placed(entry))
        said = called + placed
        yield from (reason for reason in said if not self._is_general(reason))
        yield from self._worded(found.title, strong=True)
        yield from self._worded(found.summary, strong=True)
        yield from self._worded(found.title)
        if is_blog(entry.url):
            yield Reason(text=BLOG, found_in=ReasonSource.ADDRESS, supports=f"type:{BLOG}")
        yield from map(_usual, called)
        yield from self._worded(found.summary)
        yield from map(_usual, placed)
        yield Reason(text="nothing else fits", found_in=ReasonSource.TITLE, supports=f"type:{LEFT_OVER}")

    def _is_general(self, reason: Reason) -> bool:
        words = reason.text.casefold() if reason.found_in is ReasonSource.PUBLISHER else reason.text
        return words in self._general

    def _called(self, entry: Entry) -> Iterator[Reason]:
        """What the publisher calls it."""
        word = entry.publisher_type or ""
        known = word.casefold()
        meant = known if known in self._vocabulary.type_names else self._vocabulary.publisher_types.get(known)
        if meant:
            yield Reason(text=word, found_in=ReasonSource.PUBLISHER, supports=f"type:{meant}")

    def _placed(self, entry: Entry) -> Iterator[Reason]:
        """Where the publisher put it, the longest beginning of the address first."""
        for start, type in matching_prefixes(entry.url, self._places):
            yield Reason(text=start, found_in=ReasonSource.ADDRESS, supports=f"type:{type}")

    def _worded(self, place: SectionMatches, *, strong: bool = False) -> Iterator[Reason]:
        """By the words that stand there; `strong`: only by those that come before all others."""
        hits = [
            hit
            for hit in place.types
            if (place.where is ReasonSource.TITLE or (hit.start < FIRST_WORDS and hit.phrase[0] != "^"))
            and (hit.meaning.strength or not strong)
        ]
        if hits:
            first = min(hits, key=lambda hit: (self._order[hit.meaning.of], hit.start))
            yield Reason(text=first.phrase, found_in=place.where, supports=f"type:{first.meaning.of}")


def _usual(reason: Reason) -> Reason:
    """The same word of the publisher's, as what is usual there and no more."""
    return replace(reason, found_in=ReasonSource.TYPICAL)
