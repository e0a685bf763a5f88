"""What phrases stand where in a document: the one reading that relevance, type and names are decided by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from aggregator.classify.finder import Finder, Hit, longest
from aggregator.classify.words import Words, cut_words
from aggregator.model import Body, Entry, Phrase, Strength, Vocabulary, Where

PROCESS: Final = "open-government-process"
"""The topic of a plan, and of a source that is about open government as a whole."""
LONGEST: Final = 20_000
"""How many characters of each place are read: as much as a long report's summary and first chapter."""


class Layer(Enum):
    """Hits cover each other only within a layer: the name of a body does not hide a topic in it."""

    TOPIC = "topic"
    TYPE = "type"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a phrase says: `role` and what of (a topic's id, a type's, a body's, a plan's)."""

    layer: Layer
    role: str
    """`topic`, `trap`, `type`, `body`, `plan`, `elsewhere` or `home`."""
    of: str = ""
    strength: Strength | None = None
    """How much a phrase of a topic says; SURE for a type's word that comes before those of other types."""


Found = Mapping[Where, Mapping[Layer, list[Hit[Meaning]]]]
"""Hits by place and layer, without those that are covered, and without traps."""


class Reader:
    """Reads documents by the vocabulary and the names of bodies; built once."""

    def __init__(self, vocabulary: Vocabulary, bodies: Mapping[str, Body]) -> None:
        self._finder = Finder([*_phrases(vocabulary), *_names(bodies)])

    def read(self, entry: Entry) -> Found:
        """What stands in the title, the summary and the rest of the text."""
        rest = entry.text.removeprefix(entry.summary)
        places = {Where.TITLE: entry.title, Where.SUMMARY: entry.summary, Where.TEXT: rest}
        return {where: self._layers(cut_words(text[:LONGEST])) for where, text in places.items()}

    def _layers(self, words: Words) -> dict[Layer, list[Hit[Meaning]]]:
        by_layer: dict[Layer, list[Hit[Meaning]]] = {layer: [] for layer in Layer}
        for hit in self._finder.find(words):
            by_layer[hit.meaning.layer].append(hit)
        return {layer: _uncovered(hits) for layer, hits in by_layer.items()}


def _uncovered(hits: list[Hit[Meaning]]) -> list[Hit[Meaning]]:
    return [hit for hit in longest(hits) if hit.meaning.role != "trap"] if hits else hits


def _phrases(vocabulary: Vocabulary) -> Iterator[tuple[Phrase, Meaning]]:
    for topic in vocabulary.topics:
        for strength, phrases in topic.phrases.items():
            yield from _each(phrases, Meaning(Layer.TOPIC, "topic", topic.id, strength))
    for rule in vocabulary.types:
        yield from _each(rule.phrases, Meaning(Layer.TYPE, "type", rule.type))
        yield from _each(rule.strong, Meaning(Layer.TYPE, "type", rule.type, Strength.SURE))
    for plan in vocabulary.plans:
        yield from _each(plan.phrases, Meaning(Layer.NAME, "plan", plan.id))
        yield from _each(plan.phrases, Meaning(Layer.TOPIC, "topic", PROCESS, Strength.SURE))
    for layer in (Layer.TOPIC, Layer.TYPE):
        yield from _each(vocabulary.traps, Meaning(layer, "trap"))
    yield from _each(vocabulary.elsewhere, Meaning(Layer.NAME, "elsewhere"))
    yield from _each(vocabulary.home, Meaning(Layer.NAME, "home"))


def _names(bodies: Mapping[str, Body]) -> Iterator[tuple[Phrase, Meaning]]:
    """A body by all its names; its abbreviation only from three letters on (CO is also carbon monoxide)."""
    for body in bodies.values():
        named = {body.name, *body.aliases, *(name.name for name in body.former)}
        named |= {body.short} if len(body.short) > 2 else set()
        phrases = (Phrase(words=name) for name in sorted(named) if len(name) > 2)
        yield from _each(phrases, Meaning(Layer.NAME, "body", body.id))


def _each(phrases: Iterable[Phrase], meaning: Meaning) -> Iterator[tuple[Phrase, Meaning]]:
    return ((phrase, meaning) for phrase in phrases)
