"""YAML that people edit: plain values, and the line of each."""

from __future__ import annotations

import pytest

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
