"""Matches the vocabulary against a document, once: relevance, type and names are decided by these matches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from aggregator.classify.labels.phrase_matcher import PhraseMatch, PhraseMatcher, longest_matches
from aggregator.classify.labels.tokeniser import tokenise
from aggregator.model import Body, Entry, Phrase, ReasonSource, Strength, Vocabulary

# The topic of every action plan, and of every source that is about open government alone.
PROCESS_TOPIC: Final = "open-government-process"
# Characters of a section that are matched: as much as a long report's summary and first chapter.
MAX_SECTION_CHARS: Final = 20_000


class PhraseLayer(StrEnum):
    """A longer match covers a shorter one only within a layer: a body's name does not hide a topic in it."""

    TOPIC = "topic"
    TYPE = "type"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class PhraseMeaning:
    """What a phrase stands for."""

    layer: PhraseLayer
    # `topic`, `type`, `not-type`, `body`, `plan`, `false-positive`, `other-country` or `home-country`.
    role: str
    # Of the topic, type, body or plan.
    id: str = ""
    # Of a topic's phrase; SURE for a type's phrase that goes before those of other types.
    strength: Strength | None = None


class SectionMatches(NamedTuple):
    """The matches in one section of a document, by layer, without covered ones and false positives."""

    found_in: ReasonSource
    topics: Sequence[PhraseMatch[PhraseMeaning]]
    types: Sequence[PhraseMatch[PhraseMeaning]]
    names: Sequence[PhraseMatch[PhraseMeaning]]


class DocumentMatches(NamedTuple):
    """The matches in a document."""

    title: SectionMatches
    summary: SectionMatches
    # The text after the summary.
    text: SectionMatches

    @property
    def prominent(self) -> tuple[SectionMatches, SectionMatches]:
        """Where a document says what it is about."""
        return self.title, self.summary


LAYERS: Final = tuple(PhraseLayer)


class DocumentMatcher:
    """Matches documents against the vocabulary and the names of bodies; built once."""

    def __init__(self, vocabulary: Vocabulary, bodies: Mapping[str, Body]) -> None:
        phrases_by_meaning = (*_phrases(vocabulary), *_names(bodies))
        self._matcher = PhraseMatcher(
            (phrase, meaning) for phrases, meaning in phrases_by_meaning for phrase in phrases
        )

    def match(self, entry: Entry) -> DocumentMatches:
        """The matches in the title, the summary and the rest of the text."""
        rest = entry.text.removeprefix(entry.summary)
        return DocumentMatches(
            title=self._match_section(ReasonSource.TITLE, entry.title),
            summary=self._match_section(ReasonSource.SUMMARY, entry.summary),
            text=self._match_section(ReasonSource.TEXT, rest),
        )

    def _match_section(self, found_in: ReasonSource, text: str) -> SectionMatches:
        matches = self._matcher.find(tokenise(text[:MAX_SECTION_CHARS])) if text else []
        if not matches:
            return SectionMatches(found_in, (), (), ())
        return SectionMatches(found_in, *(_matches_of_layer(matches, layer) for layer in LAYERS))


def _matches_of_layer(
    matches: Sequence[PhraseMatch[PhraseMeaning]], layer: PhraseLayer
) -> Sequence[PhraseMatch[PhraseMeaning]]:
    layer_matches = [match for match in matches if match.meaning.layer is layer]
    uncovered = longest_matches(layer_matches) if len(layer_matches) > 1 else layer_matches
    # Only now: until here a false positive has to cover the phrases inside it.
    return [match for match in uncovered if match.meaning.role != "false-positive"]


def _phrases(vocabulary: Vocabulary) -> Iterator[tuple[Iterable[Phrase], PhraseMeaning]]:
    for topic in vocabulary.topics:
        for strength, phrases in topic.phrases.items():
            yield phrases, PhraseMeaning(PhraseLayer.TOPIC, "topic", topic.id, strength)
    for rule in vocabulary.types:
        yield rule.phrases, PhraseMeaning(PhraseLayer.TYPE, "type", rule.type)
        yield rule.strong, PhraseMeaning(PhraseLayer.TYPE, "type", rule.type, Strength.SURE)
        yield rule.unless, PhraseMeaning(PhraseLayer.TYPE, "not-type", rule.type)
    for plan in vocabulary.plans:
        yield plan.phrases, PhraseMeaning(PhraseLayer.NAME, "plan", plan.id)
        yield plan.phrases, PhraseMeaning(PhraseLayer.TOPIC, "topic", PROCESS_TOPIC, Strength.SURE)
    # In both layers, since a match covers others only within its own.
    for layer in (PhraseLayer.TOPIC, PhraseLayer.TYPE):
        yield vocabulary.false_positives, PhraseMeaning(layer, "false-positive")
    yield vocabulary.other_countries, PhraseMeaning(PhraseLayer.NAME, "other-country")
    yield vocabulary.home_countries, PhraseMeaning(PhraseLayer.NAME, "home-country")


def _names(bodies: Mapping[str, Body]) -> Iterator[tuple[Iterable[Phrase], PhraseMeaning]]:
    """All names of each body; abbreviations only from three letters on (CO is also carbon monoxide)."""
    for body in bodies.values():
        names = {body.name, *body.aliases, *(name.name for name in body.former)}
        names |= {body.short} if len(body.short) > 2 else set()
        phrases = (Phrase(words=name) for name in sorted(names) if len(name) > 2)
        yield phrases, PhraseMeaning(PhraseLayer.NAME, "body", body.id)
