"""How well labels agree with those of people: precision, recall and F1 with intervals, and the mistakes."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from aggregator.model import Labels, Relevance

ROUNDS: Final = 1000
SEED: Final = 20240124
"""Resampling is drawn from this seed, so that the same file gives the same intervals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationRow:
    """One title: what a person said of it, and what the vocabulary makes of it."""

    id: str
    title: str
    relevance: Relevance
    type: str
    topics: frozenset[str]
    predicted: Labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A share between 0 and 1, and between which bounds 95 of 100 samples of such titles would lie."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """The figures for a file of labels."""

    precision: Estimate
    recall: Estimate
    f1: Estimate
    type_accuracy: Estimate
    stated_type_accuracy: Estimate | None
    """Of those whose publisher states a type; None where none does."""
    stated: int
    topics_f1: Estimate
    counted: int
    """Rows that relevance is measured on: a person's yes and no."""
    borderline: dict[Relevance, int]
    """What became of the rows that a person called borderline; they count in none of the figures above."""


def evaluate(rows: Sequence[EvaluationRow]) -> Evaluation:
    """Measure the labels of `rows`. Borderline rows are left out of precision and recall."""
    decided = [row for row in rows if row.relevance is not Relevance.BORDERLINE]
    stated = [row for row in rows if _stated(row)]
    doubtful = [row.predicted.relevance for row in rows if row.relevance is Relevance.BORDERLINE]
    return Evaluation(
        precision=_figure(decided, lambda some: _shares(some)[0]),
        recall=_figure(decided, lambda some: _shares(some)[1]),
        f1=_figure(decided, lambda some: _shares(some)[2]),
        type_accuracy=_figure(rows, _accuracy),
        stated_type_accuracy=_figure(stated, _accuracy) if stated else None,
        stated=len(stated),
        topics_f1=_figure(rows, _topics_f1),
        counted=len(decided),
        borderline={one: doubtful.count(one) for one in Relevance},
    )


def misclassified(rows: Sequence[EvaluationRow]) -> list[EvaluationRow]:
    """Rows whose relevance is wrong, the most certain mistakes first, then those whose type alone is."""
    decided = [row for row in rows if row.relevance is not Relevance.BORDERLINE]
    wrong = [row for row in decided if row.predicted.relevant != (row.relevance is Relevance.YES)]
    typed = [row for row in rows if row not in wrong and row.predicted.type != row.type]
    return sorted(wrong, key=lambda row: (-_certainty(row), row.id)) + typed


def _certainty(row: EvaluationRow) -> int:
    """How far the score lies on the wrong side: a high one for a no, a low one for a yes."""
    return row.predicted.score if row.relevance is Relevance.NO else 100 - row.predicted.score


def _stated(row: EvaluationRow) -> bool:
    """Whether the type came from the publisher: its own word, or where it put the document."""
    return any(
        reason.supports == f"type:{row.predicted.type}" and reason.found_in.value in {"publisher", "address"}
        for reason in row.predicted.reasons
    )


def _accuracy(rows: Sequence[EvaluationRow]) -> float:
    return _share(sum(row.predicted.type == row.type for row in rows), len(rows))


def _shares(rows: Sequence[EvaluationRow]) -> tuple[float, float, float]:
    wanted = [row.relevance is Relevance.YES for row in rows]
    given = [row.predicted.relevant for row in rows]
    right = sum(a and b for a, b in zip(wanted, given, strict=True))
    return _f1(right, sum(given), sum(wanted))


def _topics_f1(rows: Sequence[EvaluationRow]) -> float:
    """Over all pairs of a row and a topic (micro-averaged)."""
    right = sum(len(row.topics & set(row.predicted.topics)) for row in rows)
    given = sum(len(row.predicted.topics) for row in rows)
    wanted = sum(len(row.topics) for row in rows)
    return _f1(right, given, wanted)[2]


def _f1(right: int, given: int, wanted: int) -> tuple[float, float, float]:
    precision, recall = _share(right, given), _share(right, wanted)
    both = precision + recall
    return precision, recall, 2 * precision * recall / both if both else 0.0


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _figure(rows: Sequence[EvaluationRow], measure: Callable[[Sequence[EvaluationRow]], float]) -> Estimate:
    """The measure, with a 95 % interval by resampling the rows (Efron's percentile bootstrap)."""
    drawn = random.Random(SEED)  # noqa: S311  # not for secrets
    sampled = sorted(measure(drawn.choices(rows, k=len(rows))) for _ in range(ROUNDS)) if rows else [0.0]
    low, high = sampled[int(len(sampled) * 0.025)], sampled[int(len(sampled) * 0.975)]
    return Estimate(value=measure(rows), low=low, high=high)
