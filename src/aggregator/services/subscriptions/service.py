"""What subscribers do for themselves: subscribe, confirm, pause, change their address, unsubscribe.

No response reveals whether an address is subscribed. However often somebody asks, an address gets no more
mail than its limit allows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from aggregator.config import Config
from aggregator.deliver.mail.answers import answer_run
from aggregator.deliver.mail.email_addresses import address_fingerprint, normalise_address
from aggregator.deliver.mail.tokens import CHOICES, CONFIRM, Tokens
from aggregator.model import ANSWER_RUN_PREFIX, Subscriber, SubscriberStatus
from aggregator.services.subscriptions.admin import new_id
from aggregator.store import Store


@dataclass(frozen=True, slots=True)
class RequestLimit:
    """How often an address gets an answer, however often somebody asks."""

    max_count: int
    period: timedelta
    min_interval: timedelta


# For an unconfirmed address. It is stored as long as this (`ERASE_AFTER` in `mailing/delivery.py`).
UNCONFIRMED_LIMIT: Final = RequestLimit(3, timedelta(days=28), timedelta(minutes=10))

# For the address of a subscriber, which anybody can enter.
SUBSCRIBER_LIMIT: Final = RequestLimit(3, timedelta(days=1), timedelta(minutes=10))

# Who may see and change their choices.
SUBSCRIBED_STATUSES: Final = (SubscriberStatus.ACTIVE, SubscriberStatus.PAUSED)

# How many unconfirmed new addresses a subscriber may have: each may be a stranger's.
MAX_ADDRESS_CHANGES: Final = 3


def choice_options(config: Config) -> Mapping[str, Mapping[str, str]]:
    """What subscribers may choose from: ids and names of bodies, topics and types."""
    return {
        "bodies": {id: body.name for id, body in config.bodies.items()},
        "topics": dict(config.vocabulary.topic_names),
        "types": dict(config.vocabulary.type_names),
    }


@dataclass(frozen=True)
class SubscriptionService:
    """What subscribers do for themselves. `now` is the instant of the request."""

    store: Store
    tokens: Tokens
    make_id: Callable[[], str] = new_id

    def request_subscription(self, address: str, now: datetime) -> None:
        """Answer an address that somebody entered, by mail to that address only.

        A new address is asked to confirm, a subscriber gets a link to their choices, and an address on the
        suppression list gets nothing. Raises ValueError with a reason for an invalid address.
        """
        address = normalise_address(address)
        # Silently: the person who asks may not be the owner of the address.
        if self.store.subscribers.suppression_reason(address_fingerprint(address, self.tokens.key)):
            return
        subscriber = self.store.subscribers.with_address(address) or self._add_unconfirmed(address, now)
        if subscriber.status is SubscriberStatus.UNSUBSCRIBED:
            self.store.subscribers.set_status(subscriber.id, SubscriberStatus.UNCONFIRMED, now)
        if subscriber.replaces_id:
            # The owner of this address now subscribes themselves. Their confirmation must not complete the
            # address change that another subscriber asked for.
            self.store.subscribers.save(replace(subscriber, replaces_id=""))
        if subscriber.status in SUBSCRIBED_STATUSES:
            self._answer_within_limit(subscriber, CHOICES, now, SUBSCRIBER_LIMIT)
        else:
            self._answer_within_limit(subscriber, CONFIRM, now, UNCONFIRMED_LIMIT)

    def find_unconfirmed(self, token: str, now: datetime) -> Subscriber | None:
        """Whom this token would confirm; None as in `confirm`. Changes nothing."""
        subscriber = self._find_by_token(CONFIRM, token, now)
        if subscriber is None or subscriber.status is not SubscriberStatus.UNCONFIRMED:
            return None
        # A token from before the last change of status was used, or belongs to an earlier request.
        return subscriber if self.tokens.signed_at(CONFIRM, token) >= subscriber.status_since else None

    def confirm(self, token: str, now: datetime) -> Subscriber | None:
        """Confirm an address; gives its subscriber, after an address change the one who asked for it.

        None when the token was not signed here, has expired, or was used before.
        """
        subscriber = self.find_unconfirmed(token, now)
        if subscriber is None:
            return None
        if subscriber.replaces_id:
            done = self.store.subscribers.change_address(subscriber)
        else:
            done = self.store.subscribers.set_status(
                subscriber.id, SubscriberStatus.ACTIVE, now, only_from=[SubscriberStatus.UNCONFIRMED]
            )
        return self.store.subscribers.get(subscriber.replaces_id or subscriber.id) if done else None

    def confirm_by_mail(self, token: str, now: datetime) -> None:
        """Confirm an address, and answer with a link to the choices; do nothing for an invalid token."""
        if subscriber := self.confirm(token, now):
            self._plan_answer(subscriber, CHOICES, now)

    def find_by_choices_token(self, token: str, now: datetime) -> Subscriber | None:
        """Whose choices this token opens; None when it is invalid, has expired, or they unsubscribed."""
        subscriber = self._find_by_token(CHOICES, token, now)
        return subscriber if subscriber and subscriber.status in SUBSCRIBED_STATUSES else None

    def set_paused(self, subscriber: Subscriber, now: datetime, *, paused: bool) -> None:
        """Pause all mail, or resume it from the next run on."""
        before, after = (
            (SubscriberStatus.ACTIVE, SubscriberStatus.PAUSED)
            if paused
            else (SubscriberStatus.PAUSED, SubscriberStatus.ACTIVE)
        )
        self.store.subscribers.set_status(subscriber.id, after, now, only_from=[before])

    def request_address_change(self, subscriber: Subscriber, address: str, now: datetime) -> None:
        """Ask the new address to confirm; until it does, mail goes to the old one.

        An address that is subscribed already or suppressed gets nothing, without a difference to be seen.
        Raises ValueError with a reason for an invalid address.
        """
        address = normalise_address(address)
        existing = self.store.subscribers.with_address(address)
        is_same_request = (
            existing is not None
            and existing.status is SubscriberStatus.UNCONFIRMED
            and existing.replaces_id == subscriber.id
        )
        fingerprint = address_fingerprint(address, self.tokens.key)
        if self.store.subscribers.suppression_reason(fingerprint) or (existing and not is_same_request):
            return
        if existing or self._may_change_address(subscriber):
            unconfirmed = existing or self._add_unconfirmed(address, now, replaces_id=subscriber.id)
            self._answer_within_limit(unconfirmed, CONFIRM, now, UNCONFIRMED_LIMIT)

    def unsubscribe(self, id: str, now: datetime) -> None:
        """Unsubscribe from everything, unless we stopped sending to them before; erased in four weeks."""
        self.store.subscribers.set_status(
            id,
            SubscriberStatus.UNSUBSCRIBED,
            now,
            only_from=[*SUBSCRIBED_STATUSES, SubscriberStatus.UNCONFIRMED],
        )

    def _find_by_token(self, purpose: str, token: str, now: datetime) -> Subscriber | None:
        """The subscriber of a token that was signed for this purpose."""
        id = self.tokens.read_timed_token(purpose, token, now)
        return self.store.subscribers.get(id) if id else None

    def _add_unconfirmed(self, address: str, now: datetime, replaces_id: str = "") -> Subscriber:
        """Add an unconfirmed subscriber."""
        new = Subscriber(
            id=self.make_id(),
            address=address,
            status=SubscriberStatus.UNCONFIRMED,
            status_since=now,
            replaces_id=replaces_id,
        )
        self.store.subscribers.add([new])
        # `add` ignores an address that is there: another process may have added it at the same moment.
        return self.store.subscribers.with_address(address) or new

    def _may_change_address(self, subscriber: Subscriber) -> bool:
        unconfirmed = self.store.subscribers.all(SubscriberStatus.UNCONFIRMED)
        # Unconfirmed addresses are erased after four weeks, which frees the place again.
        return sum(one.replaces_id == subscriber.id for one in unconfirmed) < MAX_ADDRESS_CHANGES

    def _answer_within_limit(
        self, subscriber: Subscriber, purpose: str, now: datetime, limit: RequestLimit
    ) -> None:
        deliveries = self.store.deliveries.of_subscriber(subscriber.id)
        answered_at = [one.status_since for one in deliveries if one.run.startswith(ANSWER_RUN_PREFIX)]
        # The planned answers in the store are the count, so a limit holds across restarts and processes.
        recent = sum(at > now - limit.period for at in answered_at)
        if recent < limit.max_count and not any(at > now - limit.min_interval for at in answered_at):
            self._plan_answer(subscriber, purpose, now)

    def _plan_answer(self, subscriber: Subscriber, purpose: str, now: datetime) -> None:
        self.store.deliveries.plan_one(answer_run(purpose, f"{int(now.timestamp()):x}"), subscriber.id, now)
