"""Time limits in tests, scaled to the present speed of this machine."""

from __future__ import annotations

import time
from typing import Final

import pytest

A_TENTH_OR_WHOLE: Final = pytest.mark.parametrize(
    "part", [10, pytest.param(1, marks=pytest.mark.long)], ids=["a tenth", "whole"]
)
"""A tenth of a large input, with a tenth of the time limit; the whole in `make test-long`."""
USUAL_SECONDS: Final = 0.12
"""Processor time of `_work` on the machine where the limits were set (an estimate). A busy one of two cores
took 0.18 to 0.26 (2026-11-27) and missed some limits of 10 seconds by a third."""


def is_within(spent: float, seconds: float) -> bool:
    """Whether `spent` is less than `seconds`, or than proportionally more if this machine is slower now."""
    return spent < seconds or spent < seconds * max(_work() for _ in range(3)) / USUAL_SECONDS


def _work() -> float:
    started, total = time.process_time(), 0
    for number in range(2_000_000):
        total += number * number % 7
    return time.process_time() - started
