"""What follows from an attempt to send: done, tried again later, or given up."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from aggregator.model import (
    MAX_RESENDS,
    NEVER_KNOWN,
    NOT_ALLOWED,
    SET_ASIDE,
    SUBSCRIBER_LEFT,
    Delivery,
    DeliveryStatus,
    SendOutcome,
)

# RFC 5321, 4.5.4.1 asks for four to five days; a weekly digest is out of date sooner.
RETRY_FOR: Final = timedelta(days=2)

FIRST_RETRY_DELAY: Final = timedelta(minutes=2)
MAX_RETRY_DELAY: Final = timedelta(hours=4)

FINAL_STATUS: Final = {
    SendOutcome.ACCEPTED: DeliveryStatus.ACCEPTED,
    SendOutcome.PERMANENT_FAILURE: DeliveryStatus.REFUSED,
}


def after_attempt(delivery: Delivery, outcome: SendOutcome, reply: str, now: datetime) -> Delivery:
    """The delivery after an attempt that ended at `now`. The attempt is already counted in `attempts`."""
    attempted = replace(delivery, status_since=now, reply=reply)
    if outcome in FINAL_STATUS:
        return replace(attempted, status=FINAL_STATUS[outcome])
    if outcome in {SendOutcome.NOT_SENT, SendOutcome.GIVEN_BACK}:
        # Nothing reached the server: the attempt does not count, and uses none of the two days.
        first = None if delivery.attempts <= 1 else delivery.first_attempt
        untried = replace(attempted, attempts=max(delivery.attempts - 1, 0), first_attempt=first)
        # What is given back is due as before, for the next start.
        given_back = replace(untried, status=DeliveryStatus.PLANNED)
        return given_back if outcome is SendOutcome.GIVEN_BACK else _retry_later(untried, now)
    if outcome is SendOutcome.NOT_WANTED:
        return replace(attempted, status=DeliveryStatus.GIVEN_UP, reply=SUBSCRIBER_LEFT)
    if outcome is SendOutcome.UNKNOWN:
        # Sent again with the same Message-ID: a second copy is better than none, but not a fourth.
        attempted = replace(attempted, unknown_outcomes=attempted.unknown_outcomes + 1)
        if attempted.unknown_outcomes > MAX_RESENDS:
            return replace(attempted, status=DeliveryStatus.GIVEN_UP, reply=f"{NEVER_KNOWN} ({reply})")
    if delivery.first_attempt and now - delivery.first_attempt >= RETRY_FOR:
        return replace(attempted, status=DeliveryStatus.GIVEN_UP)
    return _retry_later(attempted, now)


def set_aside(delivery: Delivery, why: str, until: datetime) -> Delivery:
    """The delivery after an attempt that a bug ended: if it is not settled, tried again from `until` on."""
    if delivery.status is not DeliveryStatus.PLANNED:
        return delivery
    return replace(delivery, due=max(delivery.due, until), reply=f"{SET_ASIDE}{why}")


def give_up_not_allowed(delivery: Delivery, now: datetime) -> Delivery:
    """The delivery to an address that is not in the operator's `mail_allow`."""
    return replace(delivery, status=DeliveryStatus.GIVEN_UP, status_since=now, reply=NOT_ALLOWED)


def retry_delay(attempts: int) -> timedelta:
    """How long to wait after so many attempts: twice as long each time, up to `MAX_RETRY_DELAY`."""
    doublings = min(max(attempts - 1, 0), 10)
    return min(FIRST_RETRY_DELAY * (1 << doublings), MAX_RETRY_DELAY)


def _retry_later(delivery: Delivery, now: datetime) -> Delivery:
    # The last resend waits longest: a mail server that is ill for an hour must not use up all of them.
    is_last = delivery.unknown_outcomes >= MAX_RESENDS
    delay = MAX_RETRY_DELAY if is_last else retry_delay(delivery.attempts)
    return replace(delivery, status=DeliveryStatus.PLANNED, due=now + delay)
