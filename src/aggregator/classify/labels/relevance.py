"""How relevant a document is, and of which topics: points for phrases, and what keeps them down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from aggregator.classify.labels.matches import DocumentMatches
from aggregator.model import Reason, ReasonSource, Relevance, Scale, Strength

TOPICS: Final = 5
"""So many topics at most; the others are only mentioned."""


@dataclass(frozen=True, slots=True)
class RelevanceDecision:
    """Relevance, score and topics, with the reasons for them."""

    relevance: Relevance
    score: int
    topics: tuple[str, ...]
    why: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class TopicMatch:
    """A phrase of a topic that was found. `strength` is None where a whole source counts."""

    reason: Reason
    strength: Strength | None = None

    @property
    def near(self) -> bool:
        """Whether it stands where a document says what it is about."""
        return self.reason.found_in is not ReasonSource.TEXT


def decide_relevance(
    found: DocumentMatches, whole: Sequence[Reason], *, at_home: bool, scale: Scale
) -> RelevanceDecision:
    """Add up what was found. `whole` are reasons by which everything of a source, host or body counts.

    `at_home` says that it comes from a publisher of the United Kingdom or of the Open Government
    Partnership, so that what is about another country alone is a by-product and not noise.
    """
    signs = [*map(TopicMatch, whole), *_signs(found, scale)]
    reached, why = _reached(signs, scale), [sign.reason for sign in signs]
    kept_down = _limit(found, signs, at_home=at_home, scale=scale)
    if kept_down and _RANK[kept_down[0]] < _RANK[reached]:
        reached = kept_down[0]
        why.append(kept_down[1])
    topics = _topics(signs, scale) if reached is not Relevance.NO else ()
    return RelevanceDecision(reached, _score(signs), topics, tuple(why))


_RANK: Final = {Relevance.NO: 0, Relevance.BORDERLINE: 1, Relevance.YES: 2}
_STRONG: Final = {None, Strength.SURE, Strength.LIKELY}


def _signs(found: DocumentMatches, scale: Scale) -> list[TopicMatch]:
    """Each phrase once for each of its topics, in the best place where it stands."""
    signs: dict[tuple[str, str], TopicMatch] = {}
    for place in (found.title, found.summary, found.text):
        for hit in place.topics:
            told = (hit.phrase, hit.meaning.of)
            strength = hit.meaning.strength
            if strength and told not in signs:
                signs[told] = TopicMatch(_reason(*told, place.where, strength, scale), strength)
    return list(signs.values())


def _reason(phrase: str, topic: str, where: ReasonSource, strength: Strength, scale: Scale) -> Reason:
    more = scale.title if where is ReasonSource.TITLE and strength is not Strength.BY_PRODUCT else 1
    points = more * scale.points(strength)
    return Reason(text=phrase, found_in=where, supports=f"topic:{topic}", points=points)


def _score(signs: Iterable[TopicMatch]) -> int:
    """The points of all, a phrase that speaks for two topics once."""
    by_phrase: dict[str, int] = {}
    for sign in signs:
        words = sign.reason.text
        by_phrase[words] = max(sign.reason.points, by_phrase.get(words, 0))
    return sum(by_phrase.values())


def _reached(signs: Sequence[TopicMatch], scale: Scale) -> Relevance:
    """What the points come to. Hints alone, and words far down in the text, make borderline at most."""
    near = [sign for sign in signs if sign.near]
    if _score(near) >= scale.relevant and any(sign.strength in _STRONG for sign in near):
        return Relevance.YES
    return Relevance.BORDERLINE if _score(signs) >= scale.borderline else Relevance.NO


def _limit(
    found: DocumentMatches, signs: Sequence[TopicMatch], *, at_home: bool, scale: Scale
) -> tuple[Relevance, Reason] | None:
    """What keeps the relevance down, if anything does, and the reason for it."""
    if foreign := _foreign(found):
        limit = Relevance.BORDERLINE if at_home else Relevance.NO
        return limit, Reason(text=foreign[0], found_in=foreign[1], supports=f"limit:{limit.value}")
    by_product = next((s.reason for s in signs if s.strength is Strength.BY_PRODUCT and s.near), None)
    others = [s for s in signs if s.near and s.strength is not Strength.BY_PRODUCT]
    title = [s for s in others if s.reason.found_in is ReasonSource.TITLE]
    # The title says more, or the summary says it twice.
    more = _score(title) >= scale.relevant or _score(others) >= 2 * scale.relevant
    if by_product and not more:
        return Relevance.BORDERLINE, replace(by_product, supports="limit:borderline", points=0)
    return None


def _foreign(found: DocumentMatches) -> tuple[str, ReasonSource] | None:
    """The name of another country, where nothing of the United Kingdom is named beside it."""
    named = [(hit, place.where) for place in found.near for hit in place.names]
    if any(
        hit.meaning.role in {"home", "body", "plan"} and hit.meaning.of not in _WORLDWIDE for hit, _ in named
    ):
        return None
    return next(((hit.phrase, where) for hit, where in named if hit.meaning.role == "elsewhere"), None)


_WORLDWIDE: Final = frozenset({"ogp", "irm"})
"""Bodies whose name says nothing of where."""


def _topics(signs: Iterable[TopicMatch], scale: Scale) -> tuple[str, ...]:
    """Those with enough points, the best first; where none has enough, those that are there."""
    points: dict[str, int] = {}
    for sign in signs:
        topic = sign.reason.supports.removeprefix("topic:")
        points[topic] = points.get(topic, 0) + sign.reason.points
    enough = [topic for topic, got in points.items() if got >= scale.borderline]
    ordered = sorted(enough or points, key=lambda topic: (-points[topic], topic))
    return tuple(ordered[:TOPICS])
