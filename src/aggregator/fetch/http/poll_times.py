"""Computes when a source is polled next: at its interval, less often after failures, but never given up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from aggregator.errors import Cause
from aggregator.model import Failed, Source

MAX_WAIT: Final = timedelta(days=1)
# 410 Gone means that nothing will come again, but now and then a publisher takes it back.
MAX_WAIT_WHEN_GONE: Final = timedelta(days=7)
JITTER: Final = 0.1
# Twenty doublings of one second are longer than any wait here. More would only overflow.
_MAX_DOUBLINGS: Final = 20


def next_poll_at(
    source: Source, *, now: datetime, failures: int, failed: Failed | None, jitter: float
) -> datetime:
    """When to poll `source` again after a poll at `now`.

    `failures` is the number of failed polls in a row, with this one, and `failed` is this one's failure (0
    and None after a success). Each failure doubles the wait, up to a day, or a week for GONE. A Retry-After
    only makes it longer. A source with a longer interval keeps its interval. `jitter` (0 ≤ jitter < 1) adds
    that share of a tenth of the wait, so that not all sources are due at once.
    """
    gone = failed is not None and failed.cause is Cause.GONE
    longest = max(source.every, MAX_WAIT_WHEN_GONE if gone else MAX_WAIT)
    wait = min(source.every * (1 << min(failures, _MAX_DOUBLINGS)), longest)
    if failed is not None and failed.retry_after is not None:
        wait = max(wait, failed.retry_after)
    return now + wait + timedelta(seconds=int(wait.total_seconds() * JITTER * jitter))
