"""The only file that asks what time it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

# Returns the present instant: aware, UTC, whole seconds.
Clock = Callable[[], datetime]


# Seconds. A clock that is kept right by small corrections is never set by so much at once.
SMALLEST_STEP: Final = 300.0


def wall_clock() -> datetime:
    """The machine's time."""
    # Whole seconds, because the store and the feeds have no fractions: what is written reads back equal.
    return datetime.now(UTC).replace(microsecond=0)


def fixed_clock(instant: datetime) -> Clock:
    """A clock that always gives `instant` (aware), for `--at`."""
    fixed = instant.astimezone(UTC).replace(microsecond=0)
    return lambda: fixed


class ClockSteps:
    """Counts how often the machine's clock was set, or the machine slept, since the program started."""

    def __init__(self) -> None:
        self._offset = _offset()
        self._count = 0

    def count(self) -> int:
        """Look at the clock again; return the number of steps so far."""
        offset = _offset()
        self._count += abs(offset - self._offset) > SMALLEST_STEP
        self._offset = offset
        return self._count


def _offset() -> float:
    # The monotonic clock cannot be set, and stands still while the machine sleeps.
    return time.time() - time.monotonic()
