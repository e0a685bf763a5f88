"""Plans the deliveries of each run once, sends them in batches, and stores the outcome of each.

A run is one digest or one set of alerts. Nobody is missed when the process dies: deliveries that were handed
over and have no outcome are sent again, with the same Message-ID. At most one batch can arrive twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path

from aggregator.clock import Clock
from aggregator.config import Config
from aggregator.deliver import (
    MailContext,
    PreparedMessage,
    after_attempt,
    give_up_not_allowed,
    prepare_digest_mail,
    should_send,
    windows_still_sent,
)
from aggregator.deliver.alert_mail import alert_run, prepare_alert_mail
from aggregator.deliver.mail.answers import build_answer
from aggregator.deliver.mail.email_addresses import is_allowed_recipient
from aggregator.deliver.mail.outbox import delete_messages
from aggregator.errors import DeliveryError
from aggregator.model import (
    ANSWER_RUN_PREFIX,
    Choices,
    Delivery,
    DeliveryStatus,
    Digest,
    Frequency,
    Message,
    SendOutcome,
    SendResult,
    Subscriber,
    SubscriberStatus,
)
from aggregator.model.alert_rules import ALERT_RUN_PREFIX
from aggregator.services.alerts.matching import AlertMatcher
from aggregator.store import Store

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
    # By run, choices, `is_list` and list address: who shares these shares the prepared message.
    _prepared: dict[tuple[str, Choices, bool, str], PreparedMessage] = field(default_factory=dict)

    def plan_digests(self, now: datetime) -> tuple[str, ...]:
        """Plan deliveries for each issued digest of the last week that has none; gives their runs.

        So a missed Monday is made up for whenever this is called next. While nobody subscribes, a weekly run
        stays unplanned, so that the first subscriber still gets it. A daily run does not wait: its first
        subscriber would get seven at once.
        """
        current = windows_still_sent(now, self.config.settings.timezone)
        return tuple(
            run
            for run in self.store.deliveries.unplanned_digests()
            if run in current and self._plan_digest(run, now)
        )

    def _plan_digest(self, run: str, now: datetime) -> bool:
        digest = self._issued_digest(run)
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
        current, counts = windows_still_sent(now, self.config.settings.timezone), Counter[str]()
        for run in self.store.deliveries.unplanned_digests():
            # Old updates help nobody: they are on the site (decision 5).
            if run not in current:
                digest = self._issued_digest(run)
                missed = [
                    one.id
                    for one in self._digest_recipients(digest.frequency)
                    if one.status_since < digest.window.end and should_send(digest, one.choices)
                ]
                if self.store.deliveries.plan(run, missed, now, given_up=TOO_LATE):
                    counts[run] = len(missed)
        return +counts

    def _issued_digest(self, run: str) -> Digest:
        digest = self.store.digests.get(run)
        if digest is None:
            raise DeliveryError(f"{run}: deliveries were planned, but no such digest was issued")
        return digest

    def _digest_recipients(self, frequency: Frequency) -> tuple[Subscriber, ...]:
        """The active subscribers who get digests this often."""
        active = self.store.subscribers.all(SubscriberStatus.ACTIVE)
        return tuple(
            one for one in active if one.choices.frequency is frequency and not one.choices.only_alerts
        )

    def plan_alerts(self, now: datetime) -> int:
        """Plan deliveries for the alerts that are due; gives the number of rules."""
        matcher, alerts = AlertMatcher(self.config, self.store), self.store.alerts
        planned = 0
        for key in alerts.rules_with_due_alerts(now):
            rule = matcher.rules.get(key)
            recipients = matcher.recipients(rule) if rule else ()
            planned += alerts.plan_deliveries(key, alert_run(key, now), recipients, now)
        return planned

    async def send_due(
        self, transport: MailTransport, clock: Clock, allow_all: bool = False
    ) -> Counter[DeliveryStatus]:
        """Send every delivery that is due; counts the outcomes.

        `allow_all` ignores `mail_allow`: for the outbox, from which nothing leaves this machine. Raises
        DeliveryError when the mail server cannot be used; the deliveries then stay planned.
        """
        counts, done = Counter[DeliveryStatus](), tuple[Delivery, ...]()
        # What was handed over without an outcome when a process died. The mail lock is ours, so nobody else
        # is sending it now.
        self.store.deliveries.replan_handed_over(clock())
        # The store is called in the event loop itself: a thread would double the few milliseconds of a call.
        # Handed over is stored before anything is sent, and the outcomes of one batch with the next batch, so
        # that after a crash at most one batch is sent twice.
        while batch := self.store.deliveries.next_batch(done, clock(), self.config.settings.mail_batch):
            done = await self._hand_over(batch, transport, clock, allow_all)
            counts.update(delivery.status for delivery in done)
        return counts

    def erase_former_subscribers(self, now: datetime, outbox: Path) -> int:
        """Erase who unsubscribed, was suppressed or did not confirm `ERASE_AFTER` ago; gives the number."""
        gone = self.store.subscribers.ids_by_status(ERASED_STATUSES, now - ERASE_AFTER)
        # Files first: after a crash in between, the next call still finds these subscribers in the store.
        delete_messages(outbox, gone)
        return self.store.subscribers.erase(gone)

    async def _hand_over(
        self, batch: Batch, transport: MailTransport, clock: Clock, allow_all: bool
    ) -> tuple[Delivery, ...]:
        by_key = {(delivery.run, subscriber.id): delivery for delivery, subscriber in batch}
        allow = self.config.settings.mail_allow
        allowed, not_allowed = list[tuple[Delivery, Subscriber]](), list[Delivery]()
        for delivery, subscriber in batch:
            if allow_all or is_allowed_recipient(subscriber.address or "", allow):
                allowed.append((delivery, subscriber))
            else:
                not_allowed.append(delivery)
        try:
            now = clock()
            results = await transport(
                [self.build_message(delivery.run, subscriber, now) for delivery, subscriber in allowed]
            )
        except DeliveryError as error:
            untried = [
                after_attempt(delivery, SendOutcome.NOT_SENT, str(error), clock()) for delivery, _ in batch
            ]
            # Zero new deliveries: this only stores that the batch was not tried.
            self.store.deliveries.next_batch(untried, clock(), 0)
            raise
        now = clock()
        done = (
            after_attempt(by_key[one.message.run, one.message.subscriber_id], one.outcome, one.reply, now)
            for one in results
        )
        return (*done, *(give_up_not_allowed(delivery, now) for delivery in not_allowed))

    def build_message(self, run: str, subscriber: Subscriber, now: datetime) -> Message:
        """The message of a run to one subscriber, as it is sent at `now`."""
        if run.startswith(ANSWER_RUN_PREFIX):
            return build_answer(run, subscriber, self.context, now)
        if run.startswith(ALERT_RUN_PREFIX):
            return self._prepare_alert(run, subscriber).personalise(subscriber)
        key = (run, subscriber.choices, subscriber.is_list, subscriber.leave_instructions)
        if key not in self._prepared:
            self._prepared[key] = prepare_digest_mail(
                self._issued_digest(run), subscriber, self.context, self.config.bodies
            )
        return self._prepared[key].personalise(subscriber)

    def _prepare_alert(self, run: str, subscriber: Subscriber) -> PreparedMessage:
        key = (run, Choices(), subscriber.is_list, subscriber.leave_instructions)
        if key not in self._prepared:
            alerts = self.store.alerts.of_run(run)
            if not alerts:
                raise DeliveryError(f"{run}: deliveries were planned, but its alerts are not in the store")
            # The rule may be gone by now: its alerts are still sent, under its key.
            rule = AlertMatcher(self.config, self.store).rules.get(alerts[0].rule_key)
            name = rule.name if rule else alerts[0].rule_key
            self._prepared[key] = prepare_alert_mail(
                run, name, rule, alerts, subscriber, self.context, self.config.bodies
            )
        return self._prepared[key]
