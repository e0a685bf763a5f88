"""How long something may take on this machine, now: bounds in seconds are for a machine of usual speed."""

from __future__ import annotations

import time
from typing import Final

USUAL: Final = 0.12
"""Seconds of processor time that `_work` takes where the bounds were set: a guess. 0.18 to 0.26 were seen
on a busy machine of two cores (2026-11-27) that missed some bounds of 10 seconds by a third."""


def allowed(seconds: float) -> float:
    """`seconds`, and in proportion more where this machine is slower at the moment."""
    return seconds * max(1.0, max(_work() for _ in range(3)) / USUAL)


def _work() -> float:
    started, total = time.process_time(), 0
    for number in range(2_000_000):
        total += number * number % 7
    return time.process_time() - started
