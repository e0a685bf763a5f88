"""How long something may take on this machine, now: bounds in seconds are for a machine of usual speed."""

from __future__ import annotations

import time
from typing import Final

USUAL: Final = 0.15
"""Seconds of processor time that `_work` takes on such a machine (CPython 3.11, 3 GHz)."""


def allowed(seconds: float) -> float:
    """`seconds`, and in proportion more where this machine is slower at the moment."""
    return seconds * max(1.0, min(_work() for _ in range(3)) / USUAL)


def _work() -> float:
    started, total = time.process_time(), 0
    for number in range(2_000_000):
        total += number * number % 7
    return time.process_time() - started
