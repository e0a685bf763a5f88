"""How long something may take on this machine, now: bounds in seconds are for a machine of usual speed."""

from __future__ import annotations

import time
from typing import Final

import pytest

A_TENTH_OR_WHOLE: Final = pytest.mark.parametrize(
    "part", [10, pytest.param(1, marks=pytest.mark.long)], ids=["a tenth", "whole"]
)
"""Of what is large, and so of the seconds that it may take; whole in `make test-long`."""
USUAL: Final = 0.12
"""Seconds of processor time that `_work` takes where the bounds were set: a guess. 0.18 to 0.26 were seen
on a busy machine of two cores (2026-11-27) that missed some bounds of 10 seconds by a third."""


def within(spent: float, seconds: float) -> bool:
    """Whether `spent` is under `seconds`, or in proportion more where this machine is slower now."""
    return spent < seconds or spent < seconds * max(_work() for _ in range(3)) / USUAL


def _work() -> float:
    started, total = time.process_time(), 0
    for number in range(2_000_000):
        total += number * number % 7
    return time.process_time() - started
