"""What becomes of a letter after a try: done, tried again later, or given up."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from aggregator.model import Delivery, DeliveryStatus, Handed

RETRY_FOR: Final = timedelta(days=2)
"""So long a letter is tried again. RFC 5321, 4.5.4.1 asks for four days; a weekly letter is stale sooner."""

FIRST_RETRY_DELAY: Final = timedelta(minutes=2)
MAX_RETRY_DELAY: Final = timedelta(hours=4)

ENDS: Final = {Handed.ACCEPTED: DeliveryStatus.ACCEPTED, Handed.NEVER: DeliveryStatus.REFUSED}


def after_attempt(posting: Delivery, handed: Handed, reply: str, now: datetime) -> Delivery:
    """The posting after this try of it, which counted itself and began no later than `now`."""
    told = replace(posting, at=now, reply=reply)
    if handed in ENDS:
        return replace(told, state=ENDS[handed])
    if handed is Handed.UNTRIED:
        first = None if posting.tries <= 1 else posting.first_tried
        return _again(replace(told, tries=max(posting.tries - 1, 0), first_tried=first), now)
    if handed is Handed.UNKNOWN:
        told = replace(told, unsure=told.unsure + 1)
    if posting.first_tried and now - posting.first_tried >= RETRY_FOR:
        return replace(told, state=DeliveryStatus.GIVEN_UP)
    return _again(told, now)


def give_up_not_allowed(posting: Delivery, now: datetime) -> Delivery:
    """The posting to somebody whom the operator's list does not let us write to."""
    why = "not on the list in the setting mail_allow"
    return replace(posting, state=DeliveryStatus.GIVEN_UP, at=now, reply=why)


def retry_delay(tries: int) -> timedelta:
    """How long to wait after so many tries: twice as long each time, up to the longest."""
    doublings = min(max(tries - 1, 0), 10)
    return min(FIRST_RETRY_DELAY * (1 << doublings), MAX_RETRY_DELAY)


def _again(posting: Delivery, now: datetime) -> Delivery:
    return replace(posting, state=DeliveryStatus.PLANNED, due=now + retry_delay(posting.tries))
