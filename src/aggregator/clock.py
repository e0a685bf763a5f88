"""The only file that asks what time it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present instant: aware, UTC, whole seconds."""


def wall_clock() -> datetime:
    """The machine's time, cut to whole seconds so that what is stored and published reads back equal."""
    return datetime.now(UTC).replace(microsecond=0)


def fixed_clock(instant: datetime) -> Clock:
    """A clock that always says `instant` (aware): what `--at` puts in place of the machine's."""
    held = instant.astimezone(UTC).replace(microsecond=0)
    return lambda: held
