"""Publishers' words as they are published: one clean line, cut at a word where they do not end."""

from __future__ import annotations

import pytest

from aggregator.publish.presentation.text import line, named


@pytest.mark.parametrize(
    ("text", "longest", "made"),
    [
        ("exactly ten", 11, "exactly ten"),
        ("exactly tens", 11, "exactly…"),
        ("onewordonly", 10, "onewordon…"),
        (" two \n\t words ", 20, "two words"),
        ("no\x00\ufffe\ud800thing\x85more", 20, "nothing more"),
        ("\u202eright\u2066 to left", 20, "right to left"),
        ("Cafe\u0301 – “Llŷn” 🙂", 20, "Cafe\u0301 – “Llŷn” 🙂"),
    ],
)
def test_a_line_is_clean_and_never_longer_than_it_may_be(text: str, longest: int, made: str) -> None:
    assert line(text, longest) == made
    assert len(made) <= longest


def test_an_id_is_named_by_the_names_given_or_by_its_own_words() -> None:
    assert named("irm-report", {"irm-report": "IRM report"}) == "IRM report"
    assert named("meeting-record", {}) == "Meeting record"
