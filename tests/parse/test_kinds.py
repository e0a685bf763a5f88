"""The table of kinds."""

from __future__ import annotations

from aggregator.parse import KINDS, PLANNED


def test_the_kinds_that_are_built_and_those_that_are_planned_have_different_names() -> None:
    assert {"feed", "records"} <= set(KINDS)
    assert PLANNED.isdisjoint(KINDS)
