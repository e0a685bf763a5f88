"""Of what type a document is: the publisher's own word where it says something, else the title."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from aggregator.classify.addresses import is_blog, within
from aggregator.classify.evidence import Found, Layer
from aggregator.model import Entry, Reason, Vocabulary, Where

LEFT_OVER: Final = "news"
BLOG: Final = "blog-post"


class TypeFinder:
    """Finds the type of documents; built once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._order = {rule.type: number for number, rule in enumerate(vocabulary.types)}
        self._addresses = [(start, rule.type) for rule in vocabulary.types for start in rule.addresses]

    def find(self, entry: Entry, found: Found) -> Reason:
        """The first that speaks: the publisher's word, the title, the summary, a blog, and then news."""
        return next(self._reasons(entry, found))

    def _reasons(self, entry: Entry, found: Found) -> Iterator[Reason]:
        said = list(self._said(entry))
        general = self._vocabulary.general_types
        yield from (reason for reason in said if reason.words.casefold() not in general)
        yield from self._worded(found, Where.TITLE)
        if is_blog(entry.url):
            yield Reason(words=BLOG, where=Where.ADDRESS, speaks_for=f"type:{BLOG}")
        yield from said
        yield from self._worded(found, Where.SUMMARY)
        yield Reason(words="nothing else fits", where=Where.TITLE, speaks_for=f"type:{LEFT_OVER}")

    def _said(self, entry: Entry) -> Iterator[Reason]:
        """The publisher's own word for it, and the address where it puts this type alone."""
        word = entry.publisher_type or ""
        meant = self._vocabulary.publisher_types.get(word.casefold())
        if word.casefold() in self._vocabulary.names:
            meant = word.casefold()
        if meant:
            yield Reason(words=word, where=Where.PUBLISHER, speaks_for=f"type:{meant}")
        for start, type in self._addresses:
            if within(entry.url, start):
                yield Reason(words=start, where=Where.ADDRESS, speaks_for=f"type:{type}")

    def _worded(self, found: Found, where: Where) -> Iterator[Reason]:
        hits = found[where][Layer.TYPE]
        if hits:
            first = min(hits, key=lambda hit: (self._order[hit.meaning.of], hit.start))
            yield Reason(words=first.phrase, where=where, speaks_for=f"type:{first.meaning.of}")
