"""The words of this field: what makes an update relevant, of which topic, type and plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from aggregator.values.field_types import Points


class Strength(StrEnum):
    """How much a phrase says."""

    SURE = "sure"
    """In a title or a summary it is enough by itself."""
    LIKELY = "likely"
    """Enough in a title; in a summary it makes borderline, and two of them are enough."""
    HINT = "hint"
    """Adds to others; hints alone never make more than borderline."""
    BY_PRODUCT = "by-product"
    """Makes borderline and keeps it there, unless the title says more, or the summary says it twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Words that count as a hit, as `register/vocabulary.yaml` writes them.

    A word in capitals counts only in capitals; `*` at a word's end stands for any ending and `%` for any
    digits; after `^` a phrase counts only at the beginning. `welsh` phrases count under every initial
    mutation of their first word.
    """

    words: str
    welsh: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What a document can be about, and the phrases that say so."""

    id: str
    name: str
    phrases: Mapping[Strength, tuple[Phrase, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeRule:
    """An update type: what publishers call it, where they put it, and the words in a title that make it."""

    type: str
    phrases: tuple[Phrase, ...] = ()
    strong: tuple[Phrase, ...] = ()
    """Words that say it whatever else stands in the title: they come before those of every type."""
    addresses: tuple[str, ...] = ()
    """Beginnings of addresses, host and path, under which a publisher puts this type alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanName:
    """An action plan and the phrases that name it."""

    id: str
    name: str
    phrases: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How phrases add up. A phrase counts once, in the best place where it stands."""

    sure: Points = 6
    likely: Points = 3
    hint: Points = 1
    title: Points = 3
    """By how much a phrase counts more in the title than in the summary."""
    whole: Points = 6
    """What a source, a host or a body gives whose every item counts."""
    relevant: Points = 6
    """The score from which on a document is relevant."""
    borderline: Points = 3

    def points(self, strength: Strength) -> int:
        """What a phrase of this strength is worth in a summary or text."""
        return {
            Strength.SURE: self.sure,
            Strength.LIKELY: self.likely,
            Strength.HINT: self.hint,
            Strength.BY_PRODUCT: self.borderline,
        }[strength]


DEFAULT_SCALE: Final = Scale()


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """`register/vocabulary.yaml` as values."""

    topics: tuple[Topic, ...] = ()
    types: tuple[TypeRule, ...] = ()
    """In order: the first that matches a title wins."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Each update type in plain words, in the order of the file."""
    publisher_types: Mapping[str, str] = field(default_factory=dict)
    """The publishers' own type words, folded to lower case, and the update type that each means."""
    general: tuple[str, ...] = ()
    """Publishers' type words, folded, and beginnings of addresses that say little (`news story`): they decide
    only where the title does not."""
    traps: tuple[Phrase, ...] = ()
    """Take back the hits that they cover."""
    elsewhere: tuple[Phrase, ...] = ()
    """Names of other countries: a document about them alone is not about the United Kingdom."""
    home: tuple[Phrase, ...] = ()
    hosts: Mapping[str, str] = field(default_factory=dict)
    """Hosts whose every page counts, and the topic that each stands for; a path may narrow it."""
    bodies: Mapping[str, str] = field(default_factory=dict)
    """Ids of bodies whose every item counts, and the topic that each stands for."""
    plans: tuple[PlanName, ...] = ()
    scale: Scale = DEFAULT_SCALE

    @property
    def topic_names(self) -> Mapping[str, str]:
        """Each topic in plain words, in the order of the file."""
        return {topic.id: topic.name for topic in self.topics}

    @property
    def plan_names(self) -> Mapping[str, str]:
        """Each action plan in plain words, in the order of the file."""
        return {plan.id: plan.name for plan in self.plans}
