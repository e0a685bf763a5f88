"""Precision, recall, F1, accuracy and their intervals, worked out by hand."""

from __future__ import annotations

import pytest

from aggregator.classify.labels.evaluation import EvaluationRow, evaluate, misclassified
from aggregator.model import Labels, Reason, ReasonSource, Relevance

YES, BORDERLINE, NO = Relevance.YES, Relevance.BORDERLINE, Relevance.NO


def row(id: str, person: Relevance, here: Relevance, score: int = 0, **changes: object) -> EvaluationRow:
    type, got = str(changes.get("type", "news")), str(changes.get("got", "news"))
    where = ReasonSource(str(changes.get("where", "title")))
    topics = frozenset(str(changes.get("topics", "")).split())
    labels = Labels(
        type=got,
        relevance=here,
        score=score,
        topics=tuple(str(changes.get("got_topics", "")).split()),
        reasons=(Reason(text="x", found_in=where, supports=f"type:{got}"),),
    )
    return EvaluationRow(id=id, title=id, relevance=person, type=type, topics=topics, predicted=labels)


ROWS = (
    row("a", YES, YES, 18, topics="one two", got_topics="one"),
    row("b", YES, YES, 6, topics="one", got_topics="one three"),
    row("c", YES, BORDERLINE, 3, type="report"),
    row("d", NO, YES, 20, where="publisher", type="news"),
    row("e", NO, NO),
    row("f", NO, BORDERLINE, 3),
    row("g", BORDERLINE, YES, 9),
    row("h", BORDERLINE, NO, type="report", where="publisher"),
)


def test_borderline_rows_are_left_out_and_reported() -> None:
    found = evaluate(ROWS)

    assert found.decided == 6
    assert found.precision.value == pytest.approx(2 / 3)  # a, b right; d wrong
    assert found.recall.value == pytest.approx(2 / 3)  # c missed
    assert found.f1.value == pytest.approx(2 / 3)
    assert found.borderline == {YES: 1, BORDERLINE: 0, NO: 1}


def test_types_and_topics() -> None:
    found = evaluate(ROWS)

    assert found.type_accuracy.value == pytest.approx(6 / 8)
    assert found.stated == 2
    assert found.stated_type_accuracy is not None
    assert found.stated_type_accuracy.value == pytest.approx(1 / 2)
    assert found.topics_f1.value == pytest.approx(2 * (2 / 3) * (2 / 3) / (4 / 3))  # 2 right of 3 and 3


def test_an_interval_holds_the_figure_and_is_the_same_each_time() -> None:
    once, twice = evaluate(ROWS), evaluate(ROWS)

    assert once == twice
    assert once.f1.low <= once.f1.value <= once.f1.high
    assert once.f1.low < once.f1.high


def test_the_surest_mistakes_come_first_and_a_doubtful_row_is_none() -> None:
    assert [one.id for one in misclassified(ROWS)] == ["c", "d", "h"]


def test_nothing_to_measure_is_nought_and_no_crash() -> None:
    assert evaluate(()).f1.value == 0
    assert evaluate(ROWS[-1:]).recall.value == 0
