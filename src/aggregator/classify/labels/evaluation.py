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
class Judged:
    """One title: what a person said of it, and what the vocabulary makes of it."""

    id: str
    title: str
    relevance: Relevance
    type: str
    topics: frozenset[str]
    got: Labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A share between 0 and 1, and between which bounds 95 of 100 samples of such titles would lie."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """The figures for a file of labels."""

    precision: Figure
    recall: Figure
    f1: Figure
    type_accuracy: Figure
    stated_type_accuracy: Figure | None
    """Of those whose publisher states a type; None where none does."""
    stated: int
    topics_f1: Figure
    counted: int
    """Rows that relevance is measured on: a person's yes and no."""
    borderline: dict[Relevance, int]
    """What became of the rows that a person called borderline; they count in none of the figures above."""


def evaluate(rows: Sequence[Judged]) -> Evaluation:
    """Measure the labels of `rows`. Borderline rows are left out of precision and recall."""
    decided = [row for row in rows if row.relevance is not Relevance.BORDERLINE]
    stated = [row for row in rows if _stated(row)]
    doubtful = [row.got.relevance for row in rows if row.relevance is Relevance.BORDERLINE]
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


def mistakes(rows: Sequence[Judged]) -> list[Judged]:
    """Rows whose relevance is wrong, the most certain mistakes first, then those whose type alone is."""
    decided = [row for row in rows if row.relevance is not Relevance.BORDERLINE]
    wrong = [row for row in decided if row.got.relevant != (row.relevance is Relevance.YES)]
    typed = [row for row in rows if row not in wrong and row.got.type != row.type]
    return sorted(wrong, key=lambda row: (-_certainty(row), row.id)) + typed


def _certainty(row: Judged) -> int:
    """How far the score lies on the wrong side: a high one for a no, a low one for a yes."""
    return row.got.score if row.relevance is Relevance.NO else 100 - row.got.score


def _stated(row: Judged) -> bool:
    """Whether the type came from the publisher: its own word, or where it put the document."""
    return any(
        reason.speaks_for == f"type:{row.got.type}" and reason.where.value in {"publisher", "address"}
        for reason in row.got.why
    )


def _accuracy(rows: Sequence[Judged]) -> float:
    return _share(sum(row.got.type == row.type for row in rows), len(rows))


def _shares(rows: Sequence[Judged]) -> tuple[float, float, float]:
    wanted = [row.relevance is Relevance.YES for row in rows]
    given = [row.got.relevant for row in rows]
    right = sum(a and b for a, b in zip(wanted, given, strict=True))
    return _f1(right, sum(given), sum(wanted))


def _topics_f1(rows: Sequence[Judged]) -> float:
    """Over all pairs of a row and a topic (micro-averaged)."""
    right = sum(len(row.topics & set(row.got.topics)) for row in rows)
    given = sum(len(row.got.topics) for row in rows)
    wanted = sum(len(row.topics) for row in rows)
    return _f1(right, given, wanted)[2]


def _f1(right: int, given: int, wanted: int) -> tuple[float, float, float]:
    precision, recall = _share(right, given), _share(right, wanted)
    both = precision + recall
    return precision, recall, 2 * precision * recall / both if both else 0.0


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _figure(rows: Sequence[Judged], measure: Callable[[Sequence[Judged]], float]) -> Figure:
    """The measure, with a 95 % interval by resampling the rows (Efron's percentile bootstrap)."""
    drawn = random.Random(SEED)  # noqa: S311  # not for secrets
    sampled = sorted(measure(drawn.choices(rows, k=len(rows))) for _ in range(ROUNDS)) if rows else [0.0]
    low, high = sampled[int(len(sampled) * 0.025)], sampled[int(len(sampled) * 0.975)]
    return Figure(value=measure(rows), low=low, high=high)
