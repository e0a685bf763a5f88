"""What phrases stand where in a document: the one reading that relevance, type and names are decided by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from aggregator.classify.labels.phrase_matcher import PhraseMatch, PhraseMatcher, longest_matches
from aggregator.classify.labels.tokeniser import tokenise
from aggregator.model import Body, Entry, Phrase, ReasonSource, Strength, Vocabulary

PROCESS: Final = "open-government-process"
"""The topic of a plan, and of a source that is about open government as a whole."""
LONGEST: Final = 20_000
"""How many characters of each place are read: as much as a long report's summary and first chapter."""


class PhraseLayer(StrEnum):
    """Hits cover each other only within a layer: the name of a body does not hide a topic in it."""

    TOPIC = "topic"
    TYPE = "type"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class PhraseMeaning:
    """What a phrase says: `role` and what of (a topic's id, a type's, a body's, a plan's)."""

    layer: PhraseLayer
    role: str
    """`topic`, `trap`, `type`, `body`, `plan`, `elsewhere` or `home`."""
    of: str = ""
    strength: Strength | None = None
    """How much a phrase of a topic says; SURE for a type's word that comes before those of other types."""


class SectionMatches(NamedTuple):
    """What stands in one place, by layer, without hits that are covered, and without traps."""

    where: ReasonSource
    topics: Sequence[PhraseMatch[PhraseMeaning]]
    types: Sequence[PhraseMatch[PhraseMeaning]]
    names: Sequence[PhraseMatch[PhraseMeaning]]


class DocumentMatches(NamedTuple):
    """What stands in a document."""

    title: SectionMatches
    summary: SectionMatches
    text: SectionMatches
    """What stands only further down."""

    @property
    def near(self) -> tuple[SectionMatches, SectionMatches]:
        """Where a document says what it is about."""
        return self.title, self.summary


LAYERS: Final = tuple(PhraseLayer)


class DocumentMatcher:
    """Reads documents by the vocabulary and the names of bodies; built once."""

    def __init__(self, vocabulary: Vocabulary, bodies: Mapping[str, Body]) -> None:
        meant = (*_phrases(vocabulary), *_names(bodies))
        self._finder = PhraseMatcher((phrase, meaning) for phrases, meaning in meant for phrase in phrases)

    def match(self, entry: Entry) -> DocumentMatches:
        """What stands in the title, the summary and the rest of the text."""
        rest = entry.text.removeprefix(entry.summary)
        return DocumentMatches(
            title=self._place(ReasonSource.TITLE, entry.title),
            summary=self._place(ReasonSource.SUMMARY, entry.summary),
            text=self._place(ReasonSource.TEXT, rest),
        )

    def _place(self, where: ReasonSource, text: str) -> SectionMatches:
        hits = self._finder.find(tokenise(text[:LONGEST])) if text else []
        if not hits:
            return SectionMatches(where, (), (), ())
        return SectionMatches(where, *(_uncovered(hits, layer) for layer in LAYERS))


def _uncovered(
    hits: Sequence[PhraseMatch[PhraseMeaning]], layer: PhraseLayer
) -> Sequence[PhraseMatch[PhraseMeaning]]:
    mine = [hit for hit in hits if hit.meaning.layer is layer]
    standing = longest_matches(mine) if len(mine) > 1 else mine
    return [hit for hit in standing if hit.meaning.role != "trap"]


def _phrases(vocabulary: Vocabulary) -> Iterator[tuple[Iterable[Phrase], PhraseMeaning]]:
    for topic in vocabulary.topics:
        for strength, phrases in topic.phrases.items():
            yield phrases, PhraseMeaning(PhraseLayer.TOPIC, "topic", topic.id, strength)
    for rule in vocabulary.types:
        yield rule.phrases, PhraseMeaning(PhraseLayer.TYPE, "type", rule.type)
        yield rule.strong, PhraseMeaning(PhraseLayer.TYPE, "type", rule.type, Strength.SURE)
    for plan in vocabulary.plans:
        yield plan.phrases, PhraseMeaning(PhraseLayer.NAME, "plan", plan.id)
        yield plan.phrases, PhraseMeaning(PhraseLayer.TOPIC, "topic", PROCESS, Strength.SURE)
    for layer in (PhraseLayer.TOPIC, PhraseLayer.TYPE):
        yield vocabulary.false_positives, PhraseMeaning(layer, "trap")
    yield vocabulary.other_countries, PhraseMeaning(PhraseLayer.NAME, "elsewhere")
    yield vocabulary.home_countries, PhraseMeaning(PhraseLayer.NAME, "home")


def _names(bodies: Mapping[str, Body]) -> Iterator[tuple[Iterable[Phrase], PhraseMeaning]]:
    """A body by all its names; its abbreviation only from three letters on (CO is also carbon monoxide)."""
    for body in bodies.values():
        named = {body.name, *body.aliases, *(name.name for name in body.former)}
        named |= {body.short} if len(body.short) > 2 else set()
        phrases = (Phrase(words=name) for name in sorted(named) if len(name) > 2)
        yield phrases, PhraseMeaning(PhraseLayer.NAME, "body", body.id)
