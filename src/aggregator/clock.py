"""The only file that asks what time it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

# Returns the present instant: aware, UTC, whole seconds.
Clock = Callable[[], datetime]


def wall_clock() -> datetime:
    """The machine's time."""
    # Whole seconds, because the store and the feeds have no fractions: what is written reads back equal.
    return datetime.now(UTC).replace(microsecond=0)


def fixed_clock(instant: datetime) -> Clock:
    """A clock that always gives `instant` (aware), for `--at`."""
    fixed = instant.astimezone(UTC).replace(microsecond=0)
    return lambda: fixed
