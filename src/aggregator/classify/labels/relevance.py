"""Decides relevance and topics by points for phrases, with caps for foreign documents and by-products."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from aggregator.classify.labels.matches import DocumentMatches
from aggregator.model import Reason, ReasonSource, Relevance, Scale, Strength

# A document has at most so many topics; others are only mentioned in it.
MAX_TOPICS: Final = 5


@dataclass(frozen=True, slots=True)
class RelevanceDecision:
    """Relevance, score and topics, with the reasons."""

    relevance: Relevance
    score: int
    topics: tuple[str, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class TopicMatch:
    """A reason for a topic. `strength` is None where everything of a source, host or body is relevant."""

    reason: Reason
    strength: Strength | None = None

    @property
    def prominent(self) -> bool:
        """Whether it is in the title or summary, where a document says what it is about."""
        return self.reason.found_in is not ReasonSource.TEXT


def decide_relevance(
    matches: DocumentMatches, always_relevant: Sequence[Reason], *, from_home: bool, scale: Scale
) -> RelevanceDecision:
    """Relevance and topics of a document by its matches, and by reasons why all of its source is relevant.

    `from_home`: the publisher belongs to the United Kingdom or the Open Government Partnership. A document
    about another country alone is then borderline; from anybody else it is not relevant.
    """
    topic_matches = [*map(TopicMatch, always_relevant), *_topic_matches(matches, scale)]
    relevance, reasons = _relevance_by_points(topic_matches, scale), [match.reason for match in topic_matches]
    cap = _relevance_cap(matches, topic_matches, from_home=from_home, scale=scale)
    if cap and _RANK[cap[0]] < _RANK[relevance]:
        relevance = cap[0]
        reasons.append(cap[1])
    topics = _topics(topic_matches, scale) if relevance is not Relevance.NO else ()
    return RelevanceDecision(relevance, _score(topic_matches), topics, tuple(reasons))


_RANK: Final = {Relevance.NO: 0, Relevance.BORDERLINE: 1, Relevance.YES: 2}
_STRONG: Final = {None, Strength.SURE, Strength.LIKELY}


def _topic_matches(matches: DocumentMatches, scale: Scale) -> list[TopicMatch]:
    """Each phrase once for each of its topics, in the best section that has it."""
    topic_matches: dict[tuple[str, str], TopicMatch] = {}
    for section in (matches.title, matches.summary, matches.text):
        for match in section.topics:
            key = (match.phrase, match.meaning.id)
            strength = match.meaning.strength
            if strength and key not in topic_matches:
                topic_matches[key] = TopicMatch(_reason(*key, section.found_in, strength, scale), strength)
    return list(topic_matches.values())


def _reason(phrase: str, topic: str, found_in: ReasonSource, strength: Strength, scale: Scale) -> Reason:
    factor = scale.title if found_in is ReasonSource.TITLE and strength is not Strength.BY_PRODUCT else 1
    points = factor * scale.points(strength)
    return Reason(text=phrase, found_in=found_in, supports=f"topic:{topic}", points=points)


def _score(topic_matches: Iterable[TopicMatch]) -> int:
    """The sum of points; a phrase that supports two topics counts once."""
    by_phrase: dict[str, int] = {}
    for match in topic_matches:
        phrase = match.reason.text
        by_phrase[phrase] = max(match.reason.points, by_phrase.get(phrase, 0))
    return sum(by_phrase.values())


def _relevance_by_points(topic_matches: Sequence[TopicMatch], scale: Scale) -> Relevance:
    """The relevance by points alone. Hints, and words below the summary, make it borderline at most."""
    near = [match for match in topic_matches if match.prominent]
    if _score(near) >= scale.relevant and any(match.strength in _STRONG for match in near):
        return Relevance.YES
    return Relevance.BORDERLINE if _score(topic_matches) >= scale.borderline else Relevance.NO


def _relevance_cap(
    matches: DocumentMatches, topic_matches: Sequence[TopicMatch], *, from_home: bool, scale: Scale
) -> tuple[Relevance, Reason] | None:
    """The highest relevance that the document may have, with the reason; None without a cap."""
    if foreign := _foreign_country(matches):
        capped = Relevance.BORDERLINE if from_home else Relevance.NO
        return capped, Reason(text=foreign[0], found_in=foreign[1], supports=f"limit:{capped.value}")
    by_product = next(
        (
            match.reason
            for match in topic_matches
            if match.strength is Strength.BY_PRODUCT and match.prominent
        ),
        None,
    )
    others = [
        match for match in topic_matches if match.prominent and match.strength is not Strength.BY_PRODUCT
    ]
    title = [match for match in others if match.reason.found_in is ReasonSource.TITLE]
    # By-products of openness, such as an FOI release about potholes, name the topic in their titles.
    # A by-product caps unless the title by itself is enough, or title and summary have enough twice over.
    factor = _score(title) >= scale.relevant or _score(others) >= 2 * scale.relevant
    if by_product and not factor:
        return Relevance.BORDERLINE, replace(by_product, supports="limit:borderline", points=0)
    return None


def _foreign_country(matches: DocumentMatches) -> tuple[str, ReasonSource] | None:
    """The name of another country, if the document names nothing of the United Kingdom beside it."""
    names = [(match, section.found_in) for section in matches.prominent for match in section.names]
    if any(
        match.meaning.role in {"home-country", "body"} and match.meaning.id not in _INTERNATIONAL_BODIES
        for match, _ in names
    ):
        return None
    return next(
        ((match.phrase, found_in) for match, found_in in names if match.meaning.role == "other-country"), None
    )


# Bodies of no country: their names do not make a document one about the United Kingdom.
_INTERNATIONAL_BODIES: Final = frozenset({"ogp", "irm"})


def _topics(topic_matches: Iterable[TopicMatch], scale: Scale) -> tuple[str, ...]:
    """The topics with enough points, the best first; where none has enough, all of them."""
    points: dict[str, int] = {}
    for match in topic_matches:
        topic = match.reason.supports.removeprefix("topic:")
        points[topic] = points.get(topic, 0) + match.reason.points
    enough = [topic for topic, total in points.items() if total >= scale.borderline]
    ordered = sorted(enough or points, key=lambda topic: (-points[topic], topic))
    return tuple(ordered[:MAX_TOPICS])
