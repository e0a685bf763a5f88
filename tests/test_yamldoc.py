"""YAML that people edit: plain values with their line numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator import yamldoc
from aggregator.errors import ConfigError

TEXT = """\
# a comment
sources:
  - id: one
    day: 2024-01-24
    enabled: no
  - id: two
    every: 5
    ratio: 1.5
    nothing: ~
    wales: NO
"""


def test_values_are_plain_and_dates_stay_as_written() -> None:
    document = yamldoc.load(TEXT, file="sources.yaml")

    assert document.value == {
        "sources": [
            {"id": "one", "day": "2024-01-24", "enabled": False},
            {"id": "two", "every": 5, "ratio": "1.5", "nothing": None, "wales": False},
        ]
    }


def test_every_value_has_its_line() -> None:
    document = yamldoc.load(TEXT, file="sources.yaml")

    assert document.line(("sources", 1, "every")) == 7
    assert document.line(("sources", 1)) == 6
    assert document.line(("sources", 1, "not there")) == 6
    assert document.line(()) == 2


def test_front_matter_counts_lines_from_where_it_starts() -> None:
    assert yamldoc.load("a: 1\nb: 2\n", file="x.md", first_line=2).line(("b",)) == 3


def test_a_repeated_key_is_reported_with_its_line() -> None:
    with pytest.raises(ConfigError) as caught:
        yamldoc.load("a: 1\nb:\n  - c: 1\n    c: 2\n", file="x.yaml")

    assert str(caught.value) == "x.yaml:4: the key 'c' occurs twice here; keep one of the two"


def test_broken_yaml_is_reported_with_its_line() -> None:
    with pytest.raises(ConfigError) as caught:
        yamldoc.load("a: 1\nb: [1, 2\nc: 3\n", file="x.yaml")

    assert str(caught.value).startswith("x.yaml:3: this is not valid YAML (")


@pytest.mark.parametrize(
    "text",
    ["a: \x00", "a: !!python/object:os.system x", "a: 2:b: c", "? [x]: 1\n: 2", "a: &a [*a]", "[" * 5000],
)
def test_hostile_yaml_is_an_error_not_a_crash(text: str) -> None:
    with pytest.raises(ConfigError):
        yamldoc.load(text, file="x.yaml")


def test_an_empty_document_is_none() -> None:
    assert yamldoc.load("# only a comment\n", file="x.yaml").value is None


def test_every_value_has_its_span_without_the_space_and_comments_after_it() -> None:
    text = (
        "a:\n  - id: x  # first\n    note: >-\n      one\n      two\n\n    # about the next\n"
        "  - [1, 2]\nb: 'c'\n"
    )
    document = yamldoc.load(text, file="sources.yaml")

    def text_of(*path: str | int) -> str:
        start, end = document.spans[path]
        return text[start:end]

    assert text_of("a", 0, "id") == "x"
    assert text_of("a", 0, "note") == ">-\n      one\n      two"
    assert text_of("a", 0) == "id: x  # first\n    note: >-\n      one\n      two"
    assert text_of("a", 1) == "[1, 2]"
    assert text_of("a").endswith("[1, 2]")
    assert text_of("b") == "'c'"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("A plan", "A plan"),
        ("Gwelliant – “Cymru”", "Gwelliant – “Cymru”"),
        ("2024-01-24", "2024-01-24"),
        ("OGP: Scotland", '"OGP: Scotland"'),
        ("https://www.gov.uk/?a=1&b", '"https://www.gov.uk/?a=1&b"'),
        ("no", '"no"'),
        ("12", '"12"'),
        ("", '""'),
        (" x ", '" x "'),
        ("*all", '"*all"'),
        ('"said"', '"\\"said\\""'),
        ("two\nlines\x07", "twolines"),
    ],
)
def test_a_value_is_written_plain_only_if_it_reads_back_the_same(value: str, written: str) -> None:
    assert yamldoc.format_scalar(value) == written


@given(st.text())
def test_any_printable_text_reads_back_the_same(text: str) -> None:
    printable = "".join(character for character in text if character.isprintable())

    assert yamldoc.load(f"key: {yamldoc.format_scalar(text)}", file="x.yaml").value == {"key": printable}
