"""Gets letters to their readers: plans a run once, hands it over in batches, keeps what came of each letter.

Nobody is missed, whenever the process dies: a letter that was handed over and not settled is planned again,
with the same Message-ID. No more than one batch can come twice.
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
    freeze,
    is_worth_sending,
    not_allowed,
    settled,
    still_sent,
)
from aggregator.deliver.alert_mail import alert_letter, alert_run
from aggregator.deliver.mail.answers import answer
from aggregator.deliver.mail.email_addresses import allowed
from aggregator.deliver.mail.outbox import clear
from aggregator.errors import DeliveryError
from aggregator.model import (
    ANSWER,
    Choices,
    Delivery,
    DeliveryStatus,
    Digest,
    Frequency,
    Handed,
    Message,
    Receipt,
    Subscriber,
    SubscriberStatus,
)
from aggregator.model.alerts import ALERT
from aggregator.services.alerts.matching import Alerting
from aggregator.store import Store

Postbox = Callable[[Sequence[Message]], Awaitable[tuple[Receipt, ...]]]
"""Hands messages over and says what came of each."""

ERASED_AFTER = timedelta(days=28)
"""After leaving; as long as GOV.UK's own alerts keep an address (email-alert-api, data clean-up). Who did
not confirm is remembered as long, so that nobody can have them asked again and again."""

TOO_LATE = "its window closed too long ago"

GONE = (SubscriberStatus.LEFT, SubscriberStatus.STOPPED, SubscriberStatus.UNCONFIRMED)

Taken = tuple[tuple[Delivery, Subscriber], ...]


@dataclass(frozen=True)
class Dispatch:
    """The letters of one store. Whoever calls `send` or `recover` holds the sender's lock."""

    config: Config
    store: Store
    stationery: MailContext
    _frozen: dict[tuple[str, Choices, bool, str], PreparedMessage] = field(default_factory=dict)

    def plan(self, now: datetime) -> tuple[str, ...]:
        """Plan the letters that should exist and do not, of the last week and of its days; gives their runs.

        This is how a missed Monday is made good: whenever we look, the run that should exist is found
        missing. A weekly run waits for its first reader; a day's does not, or a reader would get seven.
        """
        current = still_sent(now, self.config.settings.zone)
        return tuple(
            run for run in self.store.postings.unplanned() if run in current and self._plan(run, now)
        )

    def _plan(self, run: str, now: datetime) -> bool:
        digest = self._letter(run)
        readers = self._readers(digest.rhythm)
        if not readers and digest.rhythm is Frequency.WEEKLY:
            return False
        is_wanted = cache(partial(is_worth_sending, digest))  # many readers choose the same
        wanted = [reader.id for reader in readers if is_wanted(reader.choices)]
        return self.store.postings.plan(run, wanted, now)

    def give_up_late(self, now: datetime) -> Counter[str]:
        """Give up what closed so long ago that it is only on the web; counts who missed a letter, by run.

        It is kept for each reader who read then already, so that nobody is skipped without a trace.
        """
        current, missed = still_sent(now, self.config.settings.zone), Counter[str]()
        for run in self.store.postings.unplanned():
            if run not in current:
                digest = self._letter(run)
                then = [one for one in self._readers(digest.rhythm) if one.since < digest.window.end]
                late = [one.id for one in then if is_worth_sending(digest, one.choices)]
                missed[run] = len(late) if self.store.postings.plan(run, late, now, given_up=TOO_LATE) else 0
        return +missed

    def _letter(self, run: str) -> Digest:
        digest = self.store.digests.one(run)
        if digest is None:
            raise DeliveryError(f"{run}: letters were planned for a window that was never issued")
        return digest

    def _readers(self, rhythm: Frequency) -> tuple[Subscriber, ...]:
        """Who gets letters of this rhythm."""
        reading = self.store.readers.all(SubscriberStatus.READING)
        return tuple(one for one in reading if one.choices.rhythm is rhythm and not one.choices.only_alerts)

    def plan_alerts(self, now: datetime) -> int:
        """Plan the letters of every alert that is due; gives of how many rules there are some."""
        alerting, alerts = Alerting(self.config, self.store), self.store.alerts
        planned = 0
        for key in alerts.waiting(now):
            rule = alerting.rules.get(key)
            hearers = alerting.hearers(rule) if rule else ()
            planned += alerts.plan(key, alert_run(key, now), hearers, now)
        return planned

    async def send(self, postbox: Postbox, clock: Clock, everybody: bool = False) -> Counter[DeliveryStatus]:
        """Hand over every letter that is due, and count what became of them.

        `everybody`: the list in `mail_allow` does not hold, because nothing leaves this machine. Raises
        DeliveryError when the mail server cannot be used; its letters stay planned.
        """
        counts, done = Counter[DeliveryStatus](), tuple[Delivery, ...]()
        self.store.postings.recover(clock())
        # In the loop itself: a turn takes milliseconds, half of what handing it to a thread would cost.
        while taken := self.store.postings.turn(done, clock(), self.config.settings.mail_batch):
            done = await self._hand_over(taken, postbox, clock, everybody)
            counts.update(posting.state for posting in done)
        return counts

    def forget(self, now: datetime, outbox: Path) -> int:
        """Erase for good who left, or did not confirm, four weeks ago; gives how many.

        Their letters in the folder `outbox` go first, so that a crash in between leaves none behind.
        """
        gone = self.store.readers.gone_since(GONE, now - ERASED_AFTER)
        clear(outbox, gone)
        return self.store.readers.erase(gone)

    async def _hand_over(
        self, taken: Taken, postbox: Postbox, clock: Clock, everybody: bool
    ) -> tuple[Delivery, ...]:
        by_reader = {(posting.run, reader.id): posting for posting, reader in taken}
        allow = self.config.settings.mail_allow
        may = [(p, r) for p, r in taken if everybody or allowed(r.address or "", allow)]
        refused = [p for p, r in taken if (p, r) not in may] if len(may) < len(taken) else []
        try:
            now = clock()
            receipts = await postbox([self.message(posting.run, reader, now) for posting, reader in may])
        except DeliveryError as error:
            lost = [settled(posting, Handed.UNTRIED, str(error), clock()) for posting, _ in taken]
            self.store.postings.turn(lost, clock(), 0)
            raise
        now = clock()
        done = (
            settled(by_reader[one.message.run, one.message.reader], one.handed, one.reply, now)
            for one in receipts
        )
        return (*done, *(not_allowed(posting, now) for posting in refused))

    def message(self, run: str, reader: Subscriber, now: datetime) -> Message:
        """The letter of a run to a reader, as it is handed over at `now`."""
        if run.startswith(ANSWER):
            return answer(run, reader, self.stationery, now)
        if run.startswith(ALERT):
            return self._alert_letter(run, reader).fill(reader)
        key = (run, reader.choices, reader.is_list, reader.leave)
        if key not in self._frozen:
            self._frozen[key] = freeze(self._letter(run), reader, self.stationery, self.config.bodies)
        return self._frozen[key].fill(reader)

    def _alert_letter(self, run: str, reader: Subscriber) -> PreparedMessage:
        key = (run, Choices(), reader.is_list, reader.leave)
        if key not in self._frozen:
            alerts = self.store.alerts.letter(run)
            if not alerts:
                raise DeliveryError(f"{run}: letters were planned for alerts that are not there")
            rule = Alerting(self.config, self.store).rules.get(alerts[0].rule)
            told = rule.name if rule else alerts[0].rule
            self._frozen[key] = alert_letter(
                run, told, rule, alerts, reader, self.stationery, self.config.bodies
            )
        return self._frozen[key]
