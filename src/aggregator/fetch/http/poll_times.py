"""Says when a source is asked next: in its own rhythm, slower after failures, never given up for good."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from aggregator.errors import Cause
from aggregator.model import Failed, Source

MAX_WAIT: Final = timedelta(days=1)
# A 410 is the publisher's own word that nothing will come; now and then such a word is taken back.
MAX_WAIT_WHEN_GONE: Final = timedelta(days=7)
JITTER: Final = 0.1
# Doubling a second twenty times is longer than any wait here; more would only overflow.
_ENOUGH_DOUBLINGS: Final = 20


def next_poll_at(
    source: Source, *, now: datetime, failures: int, failed: Failed | None, jitter: float
) -> datetime:
    """When to ask `source` again after a poll at `now`.

    `failures` is how many polls in a row have failed, this one included, and `failed` why (0 and None when it
    was read): each doubles the wait, up to a day, or a week for what is GONE; a Retry-After can only make it
    longer. A source that is asked less often than that keeps its own rhythm. `jitter`, from 0 up to but not
    1, adds that share of a tenth of the wait, so that sources do not all fall due at once.
    """
    gone = failed is not None and failed.cause is Cause.GONE
    slowest = max(source.every, MAX_WAIT_WHEN_GONE if gone else MAX_WAIT)
    wait = min(source.every * (1 << min(failures, _ENOUGH_DOUBLINGS)), slowest)
    if failed is not None and failed.retry_after is not None:
        wait = max(wait, failed.retry_after)
    return now + wait + timedelta(seconds=int(wait.total_seconds() * JITTER * jitter))
