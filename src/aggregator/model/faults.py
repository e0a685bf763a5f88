"""Faults (parts of the work that are set aside) and breakdowns (times at which the program did not work)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

# The first pause before a part is tried again; it doubles with each attempt, up to LONGEST_PAUSE.
FIRST_PAUSE: Final = timedelta(minutes=10)
LONGEST_PAUSE: Final = timedelta(days=1)
# Key of the JOB fault that asks the operator whether a loss of documents is intended, and the answer.
DOCUMENTS_LOST: Final = "documents lost"
ACCEPT_LOSS: Final = "aggregator publish --accept-loss"


class FaultKind(StrEnum):
    """What sort of part is set aside. The values are stored."""

    SOURCE = "source"
    DOCUMENT = "document"
    PAGE = "page"
    ALERT_RULE = "alert rule"
    # A document that no alert rule can be compared with. It is published all the same.
    ALERT_DOCUMENT = "document in alerts"
    DIGEST = "digest"
    DELIVERY = "delivery"
    WEBHOOK = "webhook"
    MAIL = "mail"
    JOB = "job"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A part that raised an unexpected exception: a bug of ours. The rest of the work goes on without it."""

    kind: FaultKind
    # Identifies the part: a source's or document's id, the path of a page, the SHA-256 of a mail …
    key: str
    # Type and message of the exception.
    error: str
    # Where our code raised it, such as `parse/feed.py:120 in read`.
    place: str
    first_at: datetime
    last_at: datetime
    attempts: int
    next_attempt: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """A time at which the program did not do what it has to: the operator gets a mail at begin and end."""

    began_at: datetime
    # What was wrong, in sentences, when the operator was told.
    problems: str
    # When the mail about it was handed over; None while it was not.
    reported_at: datetime | None = None
    # Since when all is well again; None while it is not.
    well_since: datetime | None = None
    # When it was over for good, and the mail about that was handed over if there was one before.
    ended_at: datetime | None = None


def pause_after(attempts: int) -> timedelta:
    """Return how long a part that failed so many times waits for its next attempt."""
    # After 10 doublings it is over the longest one already; a larger power would overflow.
    doublings: int = min(max(attempts - 1, 0), 10)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)
