"""The vocabulary: the phrases that give a document its relevance, topics, type and plans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from aggregator.values.field_types import Points

# The ordinal numbers with which plans are counted, in English, then in Welsh.
ORDINAL_WORDS: Final = {
    1: ("first", "cyntaf"),
    2: ("second", "ail"),
    3: ("third", "trydydd", "trydedd"),
    4: ("fourth", "pedwerydd", "pedwaredd"),
    5: ("fifth", "pumed"),
    6: ("sixth", "chweched"),
    7: ("seventh", "seithfed"),
    8: ("eighth", "wythfed"),
    9: ("ninth", "nawfed"),
    10: ("tenth", "degfed"),
}


class Strength(StrEnum):
    """How strongly a phrase supports relevance."""

    # Enough by itself, in a title or a summary.
    SURE = "sure"
    # Enough in a title. In a summary one makes the document borderline, and two are enough.
    LIKELY = "likely"
    # Adds to other phrases; hints alone never make more than borderline.
    HINT = "hint"
    # Makes the document borderline and keeps it there, unless the title has more, or the summary has it
    # twice.
    BY_PRODUCT = "by-product"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Words to match, as `register/vocabulary.yaml` writes them.

    A word in capitals matches only in capitals. `*` at the end of a word stands for any ending, `%` for any
    digits, `^` before a phrase for the beginning of the text. `welsh` phrases match every initial mutation
    of their first word.
    """

    words: str
    welsh: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic, and the phrases that indicate it."""

    id: str
    name: str
    phrases: Mapping[Strength, tuple[Phrase, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeRule:
    """How to recognise an update type: by phrases in the title, or by where a publisher puts it."""

    type: str
    phrases: tuple[Phrase, ...] = ()
    # Phrases that decide the type whatever else the title has: they come before the phrases of all types.
    strong: tuple[Phrase, ...] = ()
    # Phrases beside which `phrases` do not count in a title.
    unless: tuple[Phrase, ...] = ()
    # The publishers' names, casefolded, for wider types that papers of this type have too.
    wider_publisher_types: tuple[str, ...] = ()
    # Prefixes of addresses (host and path) under which a publisher puts this type only.
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanName:
    """An action plan, the phrases that name it, and what other names of it are made of."""

    id: str
    name: str
    phrases: tuple[Phrase, ...]
    # Id of its series.
    series: str = ""
    # Its number in the series: `third` makes 3.
    number: int | None = None
    # First and last year, in each way in which titles give them; twice the same for a single year.
    years: tuple[tuple[int, int], ...] = ()
    # Id of the plan of another series of which it is a part.
    within: str = ""
    # Names by which people look for it, in searches and alert rules.
    spellings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSeries:
    """The plans of one process: how titles name its place, and who means it without naming a place."""

    id: str
    places: tuple[str, ...]
    # Ids of bodies.
    bodies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Points for relevance. A phrase counts once, in the best place where it occurs."""

    sure: Points = 6
    likely: Points = 3
    hint: Points = 1
    # How much more a phrase counts in the title than in the summary.
    title: Points = 3
    # Points from a source, host or body whose every item is relevant.
    always_relevant: Points = 6
    # The least score of a relevant document.
    relevant: Points = 6
    # The least score of a borderline document.
    borderline: Points = 3

    def points(self, strength: Strength) -> int:
        """The points of a phrase of this strength in a summary or text."""
        return {
            Strength.SURE: self.sure,
            Strength.LIKELY: self.likely,
            Strength.HINT: self.hint,
            Strength.BY_PRODUCT: self.borderline,
        }[strength]


DEFAULT_SCALE: Final = Scale()


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """`register/vocabulary.yaml` as checked values."""

    topics: tuple[Topic, ...] = ()
    # In order of precedence: the first that matches a title decides.
    types: tuple[TypeRule, ...] = ()
    # The name of each update type by its id, in the order of the file.
    type_names: Mapping[str, str] = field(default_factory=dict)
    # The publishers' names for types, casefolded, and the update type that each means.
    publisher_types: Mapping[str, str] = field(default_factory=dict)
    # Publishers' types (casefolded) and prefixes of addresses that say little, such as `news story`: they
    # decide only if the title does not.
    weak_types: tuple[str, ...] = ()
    # Phrases that cancel the matches inside them.
    false_positives: tuple[Phrase, ...] = ()
    # Names of other countries: a document about them alone is not about the United Kingdom.
    other_countries: tuple[Phrase, ...] = ()
    # Names of the UK's countries and places.
    home_countries: tuple[Phrase, ...] = ()
    # Hosts, with or without a path, whose every page is relevant, and the topic of each.
    hosts: Mapping[str, str] = field(default_factory=dict)
    # Ids of bodies whose every item is relevant, and the topic of each.
    bodies: Mapping[str, str] = field(default_factory=dict)
    plans: tuple[PlanName, ...] = ()
    plan_series: tuple[PlanSeries, ...] = ()
    scale: Scale = DEFAULT_SCALE

    @property
    def topic_names(self) -> Mapping[str, str]:
        """The name of each topic by its id, in the order of the file."""
        return {topic.id: topic.name for topic in self.topics}

    @property
    def plan_names(self) -> Mapping[str, str]:
        """The name of each action plan by its id, in the order of the file."""
        return {plan.id: plan.name for plan in self.plans}

    @property
    def plan_spellings(self) -> Mapping[str, tuple[str, ...]]:
        """The names by which people look for each action plan, by its id."""
        return {plan.id: plan.spellings for plan in self.plans}
