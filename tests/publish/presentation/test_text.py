"""Text of publishers as it is published: clean, on one line, and limited in length."""

from __future__ import annotations

import pytest

from aggregator.publish.presentation.text import clean_line, display_name


@pytest.mark.parametrize(
    ("text", "max_length", "expected"),
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
def test_a_line_is_clean_and_never_longer_than_its_limit(text: str, max_length: int, expected: str) -> None:
    assert clean_line(text, max_length) == expected
    assert len(expected) <= max_length


def test_an_id_is_shown_by_its_name_or_else_made_readable() -> None:
    assert display_name("irm-report", {"irm-report": "IRM report"}) == "IRM report"
    assert display_name("meeting-record", {}) == "Meeting record"
