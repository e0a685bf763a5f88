"""YAML that people edit: plain values, and the line of each."""

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


def test_every_value_knows_its_line() -> None:
    document = yamldoc.load(TEXT, file="sources.yaml")

    assert document.line(("sources", 1, "every")) == 7
    assert document.line(("sources", 1)) == 6
    assert document.line(("sources", 1, "not there")) == 6
    assert document.line(()) == 2


def test_front_matter_counts_its_lines_from_where_it_starts() -> None:
    assert yamldoc.load("a: 1\nb: 2\n", file="x.md", first_line=2).line(("b",)) == 3


def test_a_key_that_stands_twice_is_named_with_its_line() -> None:
    with pytest.raises(ConfigError) as caught:
        yamldoc.load("a: 1\nb:\n  - c: 1\n    c: 2\n", file="x.yaml")

    assert str(caught.value) == "x.yaml:4: the key 'c' stands twice here; keep one of the two"


def test_broken_yaml_is_named_with_its_line() -> None:
    with pytest.raises(ConfigError) as caught:
        yamldoc.load("a: 1\nb: [1, 2\nc: 3\n", file="x.yaml")

    assert str(caught.value).startswith("x.yaml:3: this is not YAML as it stands (")


@pytest.mark.parametrize(
    "text",
    ["a: \x00", "a: !!python/object:os.system x", "a: 2:b: c", "? [x]: 1\n: 2", "a: &a [*a]", "[" * 5000],
)
def test_hostile_yaml_is_a_mistake_not_a_crash(text: str) -> None:
    with pytest.raises(ConfigError):
        yamldoc.load(text, file="x.yaml")


def test_an_empty_document_is_nothing() -> None:
    assert yamldoc.load("# only a comment\n", file="x.yaml").value is None


def test_every_value_knows_its_characters_without_the_space_and_comments_after_it() -> None:
    text = (
        "a:\n  - id: x  # first\n    note: >-\n      one\n      two\n\n    # about the next\n"
        "  - [1, 2]\nb: 'c'\n"
    )
    document = yamldoc.load(text, file="sources.yaml")

    def shown(*path: str | int) -> str:
        begins, ends = document.spans[path]
        return text[begins:ends]

    assert shown("a", 0, "id") == "x"
    assert shown("a", 0, "note") == ">-\n      one\n      two"
    assert shown("a", 0) == "id: x  # first\n    note: >-\n      one\n      two"
    assert shown("a", 1) == "[1, 2]"
    assert shown("a").endswith("[1, 2]")
    assert shown("b") == "'c'"


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
def test_a_value_is_written_plain_only_where_it_reads_back_the_same(value: str, written: str) -> None:
    assert yamldoc.scalar(value) == written


@given(st.text())
def test_any_text_that_can_be_printed_is_written_so_that_it_reads_back(text: str) -> None:
    told = "".join(character for character in text if character.isprintable())

    assert yamldoc.load(f"key: {yamldoc.scalar(text)}", file="x.yaml").value == {"key": told}
