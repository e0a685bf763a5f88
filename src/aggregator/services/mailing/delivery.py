"""Plans the deliveries of each run once, sends them in batches, and stores the outcome of each.

A run is one digest or one set of alerts. Nobody is missed when the process dies: deliveries that were handed
over and have no outcome are sent again, with the same Message-ID and at most twice. What cannot be built is
set aside alone, and tried again later.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path

from aggregator import log
from aggregator.clock import Clock
from aggregator.config import Config
from aggregator.deliver import (
    MailContext,
    after_attempt,
    give_up_not_allowed,
    set_aside,
    should_send,
    windows_still_sent,
)
from aggregator.deliver.alert_mail import alert_run
from aggregator.deliver.mail.email_addresses import is_allowed_recipient
from aggregator.deliver.mail.outbox import delete_messages
from aggregator.errors import AggregatorError
from aggregator.model import (
    Delivery,
    DeliveryStatus,
    Frequency,
    Message,
    SendOutcome,
    SendResult,
    Subscriber,
    SubscriberStatus,
)
from aggregator.model.alert_rules import ALERT_RUN_PREFIX
from aggregator.model.faults import FaultKind
from aggregator.services.alerts.matching import AlertMatcher
from aggregator.services.clock_check import is_settled
from aggregator.services.isolation import Isolation, describe
from aggregator.services.mailing.message_builder import MessageBuilder, delivery_key, issued_digest
from aggregator.store import Store
from aggregator.tasks import in_thread

# Sends messages, and gives the outcome of each: the outbox or a mail server.
MailTransport = Callable[[Sequence[Message]], Awaitable[tuple[SendResult, ...]]]

# After unsubscribing; GOV.UK's own alerts store an address as long (email-alert-api, data clean-up). An
# unconfirmed address is stored as long, so that nobody can have it asked again and again.
ERASE_AFTER = timedelta(days=28)

TOO_LATE = "its window closed too long ago"

ERASED_STATUSES = (SubscriberStatus.UNSUBSCRIBED, SubscriberStatus.SUPPRESSED, SubscriberStatus.UNCONFIRMED)

Batch = tuple[tuple[Delivery, Subscriber], ...]


@dataclass(frozen=True)
class DeliveryService:
    """The deliveries of one store. The caller of `send_due` must have the mail lock."""

    config: Config
    store: Store
    context: MailContext

    def plan_digests(self, now: datetime, withheld: Collection[str] = ()) -> tuple[str, ...]:
        """Plan deliveries for each issued digest of the last week that has none; gives their runs.

        Those of `withheld` wait.

        So a missed Monday is made up for whenever this is called next. While nobody subscribes, a weekly run
        stays unplanned, so that the first subscriber still gets it. A daily run does not wait: its first
        subscriber would get seven at once.
        """
        isolation, planned = Isolation(self.store, now), list[str]()
        current = self._current_windows(now) - isolation.waiting(FaultKind.DIGEST) - frozenset(withheld)
        for run in self.store.deliveries.unplanned_digests():
            if run in current:
                with isolation.guard(FaultKind.DIGEST, run):
                    planned += [run] if self._plan_digest(run, now) else []
        return tuple(planned)

    def _current_windows(self, now: datetime) -> frozenset[str]:
        return frozenset(windows_still_sent(now, self.config.settings.timezone))

    def _plan_digest(self, run: str, now: datetime) -> bool:
        digest = issued_digest(self.store, run)
        recipients = self._digest_recipients(digest.frequency)
        if not recipients and digest.frequency is Frequency.WEEKLY:
            return False
        is_wanted = cache(partial(should_send, digest))  # many subscribers have the same choices
        wanted = [subscriber.id for subscriber in recipients if is_wanted(subscriber.choices)]
        return self.store.deliveries.plan(run, wanted, now)

    def give_up_late_digests(self, now: datetime) -> Counter[str]:
        """Give up the unplanned digests that are too old to be sent; counts the subscribers of each run.

        A delivery that is given up is stored for each of them, so that nobody is skipped without a trace.
        """
        isolation, counts = Isolation(self.store, now), Counter[str]()
        current = self._current_windows(now) | isolation.waiting(FaultKind.DIGEST)
        for run in self.store.deliveries.unplanned_digests():
            # Old updates help nobody: they are on the site (decision 5).
            if run not in current:
                with isolation.guard(FaultKind.DIGEST, run):
                    counts[run] = self._give_up_digest(run, now)
        return +counts

    def _give_up_digest(self, run: str, now: datetime) -> int:
        digest = issued_digest(self.store, run)
        missed = [
            one.id
            for one in self._digest_recipients(digest.frequency)
            if one.status_since < digest.window.end and should_send(digest, one.choices)
        ]
        return len(missed) if self.store.deliveries.plan(run, missed, now, given_up=TOO_LATE) else 0

    def _digest_recipients(self, frequency: Frequency) -> tuple[Subscriber, ...]:
        """The active subscribers who get digests this often."""
        active = self.store.subscribers.all(SubscriberStatus.ACTIVE)
        return tuple(
            one for one in active if one.choices.frequency is frequency and not one.choices.only_alerts
        )

    def plan_alerts(self, now: datetime) -> int:
        """Plan deliveries for the alerts that are due; gives the number of rules."""
        matcher, isolation, planned = AlertMatcher(self.config, self.store), Isolation(self.store, now), 0
        waiting = isolation.waiting(FaultKind.DIGEST)
        for key in self.store.alerts.rules_with_due_alerts(now):
            # Its own key: under ALERT_RULE, planning would clear what finding alerts has set aside.
            fault_key = f"{ALERT_RUN_PREFIX}{key}"
            if fault_key not in waiting:
                with isolation.guard(FaultKind.DIGEST, fault_key):
                    planned += self._plan_alerts_of(key, matcher, now)
        return planned

    def _plan_alerts_of(self, key: str, matcher: AlertMatcher, now: datetime) -> bool:
        rule = matcher.rules.get(key)
        recipients = matcher.recipients(rule) if rule else ()
        return self.store.alerts.plan_deliveries(key, alert_run(key, now), recipients, now)

    async def send_due(
        self,
        transport: MailTransport,
        clock: Clock,
        allow_all: bool = False,
        stop: asyncio.Event | None = None,
    ) -> Counter[DeliveryStatus]:
        """Send every delivery that is due; counts the outcomes.

        `allow_all` ignores `mail_allow`: for the outbox, from which nothing leaves this machine. Raises
        DeliveryError when the mail server cannot be used; the deliveries then stay planned. Once `stop` is
        set, no further batch is taken; `transport` gives back what it has not begun.
        """
        counts, done = Counter[DeliveryStatus](), tuple[Delivery, ...]()
        isolation = await in_thread(Isolation, self.store, clock())
        builder = MessageBuilder(self.config, self.store, self.context, isolation)
        sending = _Sending(builder, transport, clock, None if allow_all else self.config.settings.mail_allow)
        # What was handed over without an outcome when a process died. The mail lock is ours, so nobody else
        # is sending it now.
        await in_thread(self.store.deliveries.replan_handed_over, clock())
        # Handed over is stored before anything is sent, and the outcomes of one batch with the next batch, so
        # that after a crash at most one batch is sent twice.
        size = self.config.settings.mail_batch
        while batch := await in_thread(
            self.store.deliveries.next_batch, done, clock(), 0 if stop and stop.is_set() else size
        ):
            done = await sending.hand_over(batch)
            counts.update(delivery.status for delivery in done)
        await in_thread(self._forget_settled_faults, isolation)
        return counts

    def _forget_settled_faults(self, isolation: Isolation) -> None:
        """Clear the faults of deliveries and runs of which nothing is set aside any more."""
        set_aside = self.store.deliveries.set_aside()
        keys = {delivery_key(one.run, one.subscriber_id) for one in set_aside}
        runs = {one.run for one in set_aside}
        for fault in self.store.faults.all():
            of_run = fault.kind is FaultKind.DIGEST and self.store.deliveries.is_planned(fault.key)
            if (fault.kind is FaultKind.DELIVERY and fault.key not in keys) or (
                of_run and fault.key not in runs
            ):
                isolation.clear(fault.kind, fault.key)

    def erase_former_subscribers(self, now: datetime, outbox: Path) -> int:
        """Erase who unsubscribed, was suppressed or did not confirm `ERASE_AFTER` ago; gives the number.

        Nobody while the clock may have jumped ahead just now.
        """
        if not is_settled(self.store.instants.runs(), now):
            return 0
        gone = self.store.subscribers.ids_by_status(ERASED_STATUSES, now - ERASE_AFTER)
        # Files first: after a crash in between, the next call still finds these subscribers in the store.
        delete_messages(outbox, gone)
        return self.store.subscribers.erase(gone)


@dataclass(frozen=True)
class _Sending:
    """One round of sending."""

    builder: MessageBuilder
    transport: MailTransport
    clock: Clock
    # The setting `mail_allow`; None allows every address.
    allow: tuple[str, ...] | None

    async def hand_over(self, batch: Batch) -> tuple[Delivery, ...]:
        """Hand a batch to the mail server; gives the deliveries as they are then.

        What cannot be built is set aside, and the rest is sent. Raises DeliveryError as `send_due` does.
        """
        messages, done = await in_thread(self._build, batch)
        unsettled = {delivery_key(one.run, one.subscriber_id): one for one, _ in batch}
        for one in done:
            del unsettled[delivery_key(one.run, one.subscriber_id)]
        try:
            results = await self.transport(messages)
        except AggregatorError as error:
            await in_thread(self._save_untried, unsettled.values(), done, error)
            raise
        except Exception as error:
            return (*done, *await in_thread(self._after_crash, unsettled.values(), messages, error))
        return (*done, *await in_thread(self._settle_all, unsettled, results))

    def _settle_all(
        self, unsettled: Mapping[str, Delivery], results: Iterable[SendResult]
    ) -> tuple[Delivery, ...]:
        return tuple(
            self._settle(unsettled[delivery_key(one.message.run, one.message.subscriber_id)], one)
            for one in results
        )

    def _build(self, batch: Batch) -> tuple[list[Message], list[Delivery]]:
        """The messages of a batch, and the deliveries that have none: set aside, or not allowed."""
        now, messages, done = self.clock(), list[Message](), list[Delivery]()
        for delivery, subscriber in batch:
            if self.allow is not None and not is_allowed_recipient(subscriber.address or "", self.allow):
                done.append(give_up_not_allowed(delivery, now))
                continue
            built = self.builder.build_or_set_aside(delivery, subscriber, now)
            if isinstance(built, Message):
                messages.append(built)
            else:
                done.append(built)
        return messages, done

    def _save_untried(
        self, untried: Iterable[Delivery], done: Sequence[Delivery], error: AggregatorError
    ) -> None:
        now = self.clock()
        outcomes = [after_attempt(one, SendOutcome.NOT_SENT, str(error), now) for one in untried]
        # Zero new deliveries: this only stores that the batch was not tried.
        self.builder.store.deliveries.next_batch([*outcomes, *done], now, 0)

    def _after_crash(
        self, deliveries: Iterable[Delivery], messages: Sequence[Message], error: Exception
    ) -> tuple[Delivery, ...]:
        """The deliveries of a batch whose transport raised: it may have taken any of them."""
        if len(messages) == 1:
            result = SendResult(messages[0], SendOutcome.UNKNOWN, describe(error), error)
            return tuple(self._settle(one, result) for one in deliveries)
        log.set_aside("batch", f"{len(messages)} deliveries", error)
        now = self.clock()
        # At once, and each alone, since its outcome is unknown: this finds the one that raises.
        after = (after_attempt(one, SendOutcome.UNKNOWN, describe(error), now) for one in deliveries)
        return tuple(replace(one, due=now) for one in after)

    def _settle(self, delivery: Delivery, result: SendResult) -> Delivery:
        """The delivery after an attempt; set aside if a bug ended it."""
        after = after_attempt(delivery, result.outcome, result.reply, self.clock())
        if result.error is None:
            return after
        key = delivery_key(delivery.run, delivery.subscriber_id)
        fault = self.builder.isolation.set_aside(FaultKind.DELIVERY, key, result.error)
        return set_aside(after, fault.error, fault.next_attempt)
