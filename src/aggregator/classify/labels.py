"""Says what an entry is about: its type, and whether it belongs in the main feed, each with its reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from aggregator.classify.words import Finder
from aggregator.model import Entry, Labels, Scope, Source, Vocabulary

LEFT_OVER: Final = "news"
BLOG: Final = "blog-post"


class Labeller:
    """Labels entries by the vocabulary; built once for a run."""

    def __init__(self, vocabulary: Vocabulary, sources: Mapping[str, Source]) -> None:
        self._vocabulary = vocabulary
        self._sources = sources
        self._relevant = Finder(vocabulary.relevant)
        self._types = [(rule.type, Finder(rule.phrases)) for rule in vocabulary.types]

    def label(self, entry: Entry, carriers: Sequence[str]) -> Labels:
        """Labels for a document that the sources with the ids `carriers` carry."""
        why = self._why(entry, carriers)
        return Labels(type=self._type(entry), topics=(), relevant=bool(why), why=why)

    def _why(self, entry: Entry, carriers: Sequence[str]) -> tuple[str, ...]:
        about = [
            f"{source.title} is about open government"
            for source in map(self._sources.get, carriers)
            if source and source.scope is Scope.ALL
        ]
        title = [f"“{phrase}” in the title" for phrase in self._relevant.find(entry.title)]
        text = [f"“{phrase}” in the text" for phrase in self._relevant.find(entry.text)]
        return tuple(about + title + text)

    def _type(self, entry: Entry) -> str:
        """The publisher's own word decides; then the title, rule by rule; then where it was published."""
        said = (entry.publisher_type or "").casefold()
        if said in self._vocabulary.names:
            return said
        if said in self._vocabulary.publisher_types:
            return self._vocabulary.publisher_types[said]
        named = next((type for type, finder in self._types if finder.find(entry.title)), None)
        return named or (BLOG if _is_blog(entry.url) else LEFT_OVER)


def _is_blog(url: str | None) -> bool:
    """`gds.blog.gov.uk`, `blogs.gov.scot`, `digitalanddata.blog.gov.wales`."""
    host = urlsplit(url or "").hostname or ""
    return "blog" in host.split(".") or "blogs" in host.split(".")
