"""What phrases stand where in a document: the one reading that relevance, type and names are decided by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from aggregator.classify.labels.phrase_matcher import Finder, Hit, longest
from aggregator.classify.labels.tokeniser import cut_words
from aggregator.model import Body, Entry, Phrase, Strength, Vocabulary, Where

PROCESS: Final = "open-government-process"
"""The topic of a plan, and of a source that is about open government as a whole."""
LONGEST: Final = 20_000
"""How many characters of each place are read: as much as a long report's summary and first chapter."""


class Layer(StrEnum):
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


class Place(NamedTuple):
    """What stands in one place, by layer, without hits that are covered, and without traps."""

    where: Where
    topics: Sequence[Hit[Meaning]]
    types: Sequence[Hit[Meaning]]
    names: Sequence[Hit[Meaning]]


class Found(NamedTuple):
    """What stands in a document."""

    title: Place
    summary: Place
    text: Place
    """What stands only further down."""

    @property
    def near(self) -> tuple[Place, Place]:
        """Where a document says what it is about."""
        return self.title, self.summary


LAYERS: Final = tuple(Layer)


class PhraseReader:
    """Reads documents by the vocabulary and the names of bodies; built once."""

    def __init__(self, vocabulary: Vocabulary, bodies: Mapping[str, Body]) -> None:
        meant = (*_phrases(vocabulary), *_names(bodies))
        self._finder = Finder((phrase, meaning) for phrases, meaning in meant for phrase in phrases)

    def read(self, entry: Entry) -> Found:
        """What stands in the title, the summary and the rest of the text."""
        rest = entry.text.removeprefix(entry.summary)
        return Found(
            title=self._place(Where.TITLE, entry.title),
            summary=self._place(Where.SUMMARY, entry.summary),
            text=self._place(Where.TEXT, rest),
        )

    def _place(self, where: Where, text: str) -> Place:
        hits = self._finder.find(cut_words(text[:LONGEST])) if text else []
        if not hits:
            return Place(where, (), (), ())
        return Place(where, *(_uncovered(hits, layer) for layer in LAYERS))


def _uncovered(hits: Sequence[Hit[Meaning]], layer: Layer) -> Sequence[Hit[Meaning]]:
    mine = [hit for hit in hits if hit.meaning.layer is layer]
    standing = longest(mine) if len(mine) > 1 else mine
    return [hit for hit in standing if hit.meaning.role != "trap"]


def _phrases(vocabulary: Vocabulary) -> Iterator[tuple[Iterable[Phrase], Meaning]]:
    for topic in vocabulary.topics:
        for strength, phrases in topic.phrases.items():
            yield phrases, Meaning(Layer.TOPIC, "topic", topic.id, strength)
    for rule in vocabulary.types:
        yield rule.phrases, Meaning(Layer.TYPE, "type", rule.type)
        yield rule.strong, Meaning(Layer.TYPE, "type", rule.type, Strength.SURE)
    for plan in vocabulary.plans:
        yield plan.phrases, Meaning(Layer.NAME, "plan", plan.id)
        yield plan.phrases, Meaning(Layer.TOPIC, "topic", PROCESS, Strength.SURE)
    for layer in (Layer.TOPIC, Layer.TYPE):
        yield vocabulary.traps, Meaning(layer, "trap")
    yield vocabulary.elsewhere, Meaning(Layer.NAME, "elsewhere")
    yield vocabulary.home, Meaning(Layer.NAME, "home")


def _names(bodies: Mapping[str, Body]) -> Iterator[tuple[Iterable[Phrase], Meaning]]:
    """A body by all its names; its abbreviation only from three letters on (CO is also carbon monoxide)."""
    for body in bodies.values():
        named = {body.name, *body.aliases, *(name.name for name in body.former)}
        named |= {body.short} if len(body.short) > 2 else set()
        phrases = (Phrase(words=name) for name in sorted(named) if len(name) > 2)
        yield phrases, Meaning(Layer.NAME, "body", body.id)
