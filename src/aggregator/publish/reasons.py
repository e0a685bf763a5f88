"""Why a document is here, in plain words: what was found, where, what it speaks for, how much it counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aggregator.model import Edition, Labels, Reason, Relevance, Where
from aggregator.publish.lines import body_name
from aggregator.publish.words import line, named

_VERDICTS: Final[Mapping[Relevance, str]] = {
    Relevance.YES: "about open government",
    Relevance.BORDERLINE: "perhaps about open government: a by-product of openness, or not enough said",
    Relevance.NO: "not about open government; kept so that a wrong decision can be found",
}
_PLACES: Final[Mapping[Where, str]] = {
    Where.TITLE: "in the title",
    Where.SUMMARY: "in the summary",
    Where.TEXT: "in the text",
    Where.ADDRESS: "in the address",
    Where.HABIT: "what is usual there",
    Where.SOURCE: "the source",
    Where.PUBLISHER: "the publisher’s own word",
    Where.OPERATOR: "the operator’s correction",
}
_KINDS: Final[Mapping[str, str]] = {
    "topic": "the topic",
    "type": "the type",
    "plan": "the plan",
    "commitment": "the commitment",
    "body": "about",
    "relevance": "relevance",
    "limit": "no more than",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """One reason."""

    words: str
    place: str
    speaks_for: str
    points: int


def verdict(labels: Labels) -> str:
    """What the program decided about relevance, or the operator after it."""
    return relevance_in_words(labels.relevance)


def relevance_in_words(relevance: Relevance) -> str:
    """What a relevance means to a reader."""
    return _VERDICTS[relevance]


def reasons(labels: Labels, edition: Edition) -> tuple[Why, ...]:
    """Every reason, those that count most first."""
    ordered = sorted(labels.why, key=lambda reason: -reason.points)
    return tuple(_why(reason, edition) for reason in ordered)


def _why(reason: Reason, edition: Edition) -> Why:
    kind, _, id = reason.speaks_for.partition(":")
    names = {"topic": edition.topics, "type": edition.types, "plan": edition.plans}
    told = body_name(edition, id) if kind == "body" else named(id, names.get(kind, {id: id}))
    return Why(
        words=line(reason.words, 200),
        place=_PLACES[reason.where],
        speaks_for=f"{_KINDS.get(kind, line(kind))}: {told}",
        points=reason.points,
    )
