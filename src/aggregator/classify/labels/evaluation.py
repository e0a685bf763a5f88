"""Measures how well labels agree with people's: precision, recall and F1 with intervals, and the errors."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from aggregator.model import Labels, Relevance

RESAMPLES: Final = 1000
# Fixed, so that the same file gives the same intervals.
SEED: Final = 20240124


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationRow:
    """One document: the labels that a person gave it, and the labels predicted by the vocabulary."""

    id: str
    title: str
    relevance: Relevance
    type: str
    topics: frozenset[str]
    predicted: Labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A share between 0 and 1, with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """The measures for a file of labels."""

    precision: Estimate
    recall: Estimate
    f1: Estimate
    type_accuracy: Estimate
    # Of the rows whose type comes from the publisher; None without any.
    stated_type_accuracy: Estimate | None
    stated: int
    topics_f1: Estimate
    # Number of rows that a person called relevant or not relevant; relevance is measured on these.
    decided: int
    # Predicted relevance of the rows that a person called borderline; these count in no relevance measure.
    borderline: dict[Relevance, int]


def evaluate(rows: Sequence[EvaluationRow]) -> Evaluation:
    """Measure the labels of `rows`, without the borderline rows for precision, recall and F1."""
    decided = [row for row in rows if row.relevance is not Relevance.BORDERLINE]
    stated = [row for row in rows if _has_stated_type(row)]
    borderline = [row.predicted.relevance for row in rows if row.relevance is Relevance.BORDERLINE]
    return Evaluation(
        precision=_estimate(decided, lambda sample: _relevance_scores(sample)[0]),
        recall=_estimate(decided, lambda sample: _relevance_scores(sample)[1]),
        f1=_estimate(decided, lambda sample: _relevance_scores(sample)[2]),
        type_accuracy=_estimate(rows, _accuracy),
        stated_type_accuracy=_estimate(stated, _accuracy) if stated else None,
        stated=len(stated),
        topics_f1=_estimate(rows, _topics_f1),
        decided=len(decided),
        borderline={relevance: borderline.count(relevance) for relevance in Relevance},
    )


def misclassified(rows: Sequence[EvaluationRow]) -> list[EvaluationRow]:
    """The rows whose relevance is wrong, the largest errors first, then those with only a wrong type."""
    decided = [row for row in rows if row.relevance is not Relevance.BORDERLINE]
    wrong = [row for row in decided if row.predicted.relevant != (row.relevance is Relevance.YES)]
    wrong_type = [row for row in rows if row not in wrong and row.predicted.type != row.type]
    return sorted(wrong, key=lambda row: (-_error_size(row), row.id)) + wrong_type


def _error_size(row: EvaluationRow) -> int:
    """How far the score is on the wrong side: high for a no, low for a yes."""
    return row.predicted.score if row.relevance is Relevance.NO else 100 - row.predicted.score


def _has_stated_type(row: EvaluationRow) -> bool:
    """Whether the type comes from the publisher: as stated, or by the address of the document."""
    return any(
        reason.supports == f"type:{row.predicted.type}" and reason.found_in.value in {"publisher", "address"}
        for reason in row.predicted.reasons
    )


def _accuracy(rows: Sequence[EvaluationRow]) -> float:
    return _ratio(sum(row.predicted.type == row.type for row in rows), len(rows))


def _relevance_scores(rows: Sequence[EvaluationRow]) -> tuple[float, float, float]:
    expected = [row.relevance is Relevance.YES for row in rows]
    predicted = [row.predicted.relevant for row in rows]
    right = sum(a and b for a, b in zip(expected, predicted, strict=True))
    return _f1(right, sum(predicted), sum(expected))


def _topics_f1(rows: Sequence[EvaluationRow]) -> float:
    """Over all pairs of a row and a topic (micro-averaged)."""
    right = sum(len(row.topics & set(row.predicted.topics)) for row in rows)
    predicted = sum(len(row.predicted.topics) for row in rows)
    expected = sum(len(row.topics) for row in rows)
    return _f1(right, predicted, expected)[2]


def _f1(right: int, predicted: int, expected: int) -> tuple[float, float, float]:
    precision, recall = _ratio(right, predicted), _ratio(right, expected)
    both = precision + recall
    return precision, recall, 2 * precision * recall / both if both else 0.0


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _estimate(rows: Sequence[EvaluationRow], measure: Callable[[Sequence[EvaluationRow]], float]) -> Estimate:
    """The measure, with a 95 % interval by resampling the rows (Efron's percentile bootstrap)."""
    generator = random.Random(SEED)  # noqa: S311  # not for secrets
    samples = (
        sorted(measure(generator.choices(rows, k=len(rows))) for _ in range(RESAMPLES)) if rows else [0.0]
    )
    low, high = samples[int(len(samples) * 0.025)], samples[int(len(samples) * 0.975)]
    return Estimate(value=measure(rows), low=low, high=high)
