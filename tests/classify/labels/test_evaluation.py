"""Precision, recall, F1 and accuracy, compared with values worked out by hand, and their intervals."""

from __future__ import annotations

import pytest

from aggregator.classify.labels.evaluation import EvaluationRow, evaluate, misclassified
from aggregator.model import Labels, Reason, ReasonSource, Relevance

YES, BORDERLINE, NO = Relevance.YES, Relevance.BORDERLINE, Relevance.NO


def row(id: str, person: Relevance, predicted: Relevance, score: int = 0, **changes: object) -> EvaluationRow:
    type, predicted_type = str(changes.get("type", "news")), str(changes.get("predicted_type", "news"))
    found_in = ReasonSource(str(changes.get("found_in", "title")))
    topics = frozenset(str(changes.get("topics", "")).split())
    labels = Labels(
        type=predicted_type,
        relevance=predicted,
        score=score,
        topics=tuple(str(changes.get("predicted_topics", "")).split()),
        reasons=(Reason(text="x", found_in=found_in, supports=f"type:{predicted_type}"),),
    )
    return EvaluationRow(id=id, title=id, relevance=person, type=type, topics=topics, predicted=labels)


ROWS = (
    row("a", YES, YES, 18, topics="one two", predicted_topics="one"),
    row("b", YES, YES, 6, topics="one", predicted_topics="one three"),
    row("c", YES, BORDERLINE, 3, type="report"),
    row("d", NO, YES, 20, found_in="publisher", type="news"),
    row("e", NO, NO),
    row("f", NO, BORDERLINE, 3),
    row("g", BORDERLINE, YES, 9),
    row("h", BORDERLINE, NO, type="report", found_in="publisher"),
)


def test_borderline_rows_are_left_out_and_reported() -> None:
    evaluation = evaluate(ROWS)

    assert evaluation.decided == 6
    assert evaluation.precision.value == pytest.approx(2 / 3)  # a, b right; d wrong
    assert evaluation.recall.value == pytest.approx(2 / 3)  # c missed
    assert evaluation.f1.value == pytest.approx(2 / 3)
    assert evaluation.borderline == {YES: 1, BORDERLINE: 0, NO: 1}


def test_types_and_topics() -> None:
    evaluation = evaluate(ROWS)

    assert evaluation.type_accuracy.value == pytest.approx(6 / 8)
    assert evaluation.stated == 2
    assert evaluation.stated_type_accuracy is not None
    assert evaluation.stated_type_accuracy.value == pytest.approx(1 / 2)
    assert evaluation.topics_f1.value == pytest.approx(2 * (2 / 3) * (2 / 3) / (4 / 3))  # 2 right of 3 and 3


def test_an_interval_contains_its_value_and_is_the_same_each_time() -> None:
    once, twice = evaluate(ROWS), evaluate(ROWS)

    assert once == twice
    assert once.f1.low <= once.f1.value <= once.f1.high
    assert once.f1.low < once.f1.high


def test_the_largest_errors_come_first_and_borderline_rows_are_left_out() -> None:
    assert [row.id for row in misclassified(ROWS)] == ["c", "d", "h"]


def test_without_rows_every_measure_is_zero() -> None:
    assert evaluate(()).f1.value == 0
    assert evaluate(ROWS[-1:]).recall.value == 0
