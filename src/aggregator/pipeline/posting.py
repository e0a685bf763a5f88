"""Gets letters to their readers: plans a run once, hands it over in batches, keeps what came of each letter.

Nobody is missed, whenever the process dies: a letter that was handed over and not settled is planned again,
with the same Message-ID. No more than one batch can come twice.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aggregator.clock import Clock
from aggregator.config import Config
from aggregator.deliver import Frozen, Stationery, freeze, is_worth_sending, last_closed, not_allowed, settled
from aggregator.deliver.addresses import allowed
from aggregator.deliver.alerts import alert_letter, alert_run
from aggregator.deliver.answers import answer
from aggregator.deliver.tokens import CONFIRM, LASTS
from aggregator.errors import DeliveryError
from aggregator.model import (
    ANSWER,
    Choices,
    Footing,
    Handed,
    LetterState,
    Message,
    Posting,
    Reader,
    Receipt,
)
from aggregator.model.alerts import ALERT
from aggregator.pipeline.alerting import Alerting
from aggregator.store import Store

Postbox = Callable[[Sequence[Message]], Awaitable[tuple[Receipt, ...]]]
"""Hands messages over and says what came of each."""

ERASED_AFTER = timedelta(days=28)
"""After leaving; as long as GOV.UK's own alerts keep an address (email-alert-api, data clean-up)."""

Taken = tuple[tuple[Posting, Reader], ...]


@dataclass(frozen=True)
class Dispatch:
    """The letters of one store. Whoever calls `send` or `recover` holds the sender's lock."""

    config: Config
    store: Store
    stationery: Stationery
    _frozen: dict[tuple[str, Choices, bool, str], Frozen] = field(default_factory=dict)

    def plan(self, now: datetime) -> str | None:
        """Plan the letters of the week that closed last, unless they were planned; its name if they now are.

        This is how a missed Monday is made good: whenever we look, the run that should exist is found
        missing. A week that closed earlier is on the web, and is not sent any more.
        """
        week = last_closed(now, self.config.settings.zone)
        digest = self.store.digest(week)
        if digest is None or week in self.store.postings.planned():
            return None
        readers = self.store.readers.all(Footing.READING)
        wanted = [
            reader.id
            for reader in readers
            if not reader.choices.only_alerts and is_worth_sending(digest, reader.choices)
        ]
        return week if readers and self.store.postings.plan(week, wanted, now) else None

    def plan_alerts(self, now: datetime) -> int:
        """Plan the letters of every alert that is due; gives of how many rules there are some."""
        alerting, alerts = Alerting(self.config, self.store), self.store.alerts
        planned = 0
        for key in alerts.waiting(now):
            rule = alerting.rules.get(key)
            hearers = alerting.hearers(rule) if rule else ()
            planned += alerts.plan(key, alert_run(key, now), hearers, now)
        return planned

    async def send(self, postbox: Postbox, clock: Clock, everybody: bool = False) -> Counter[LetterState]:
        """Hand over every letter that is due, and count what became of them.

        `everybody`: the list in `mail_allow` does not hold, because nothing leaves this machine. Raises
        DeliveryError when the mail server cannot be used; its letters stay planned.
        """
        batch, counts, turn = self.config.settings.mail_batch, Counter[LetterState](), asyncio.Lock()
        self.store.postings.recover(clock())

        async def lane(size: int) -> None:
            done: tuple[Posting, ...] = ()
            while taken := await self._turn(turn, done, clock(), size):
                done = await self._hand_over(taken, postbox, clock, everybody)
                counts.update(posting.state for posting in done)

        # Two lanes share the batch: while one's letters are kept, the other's keep the connections busy.
        lanes = [lane(size) for size in (batch - batch // 2, batch // 2) if size]
        ended = await asyncio.gather(*lanes, return_exceptions=True)
        if error := next((one for one in ended if one), None):
            raise error
        return counts

    async def _turn(self, turn: asyncio.Lock, done: Sequence[Posting], now: datetime, size: int) -> Taken:
        """Settle and take, beside the loop: the disk may take its time."""
        async with turn:
            return await asyncio.to_thread(self.store.postings.turn, done, now, size)

    def forget(self, now: datetime) -> int:
        """Erase for good who left four weeks ago, and who did not confirm in a week; gives how many."""
        readers = self.store.readers
        long_gone = readers.gone_since((Footing.LEFT, Footing.STOPPED), now - ERASED_AFTER)
        never_came = readers.gone_since((Footing.UNCONFIRMED,), now - LASTS[CONFIRM])
        return readers.erase((*long_gone, *never_came))

    async def _hand_over(
        self, taken: Taken, postbox: Postbox, clock: Clock, everybody: bool
    ) -> tuple[Posting, ...]:
        by_reader = {(posting.run, reader.id): posting for posting, reader in taken}
        allow = self.config.settings.mail_allow
        may = [(p, r) for p, r in taken if everybody or allowed(r.address or "", allow)]
        refused = [p for p, r in taken if (p, r) not in may] if len(may) < len(taken) else []
        try:
            now = clock()
            receipts = await postbox([self.message(posting.run, reader, now) for posting, reader in may])
        except DeliveryError as error:
            self._put_back(taken, str(error), clock())
            raise
        now = clock()
        done = (settled(by_reader[one.message.run, one.message.reader], one, now) for one in receipts)
        return (*done, *(not_allowed(posting, now) for posting in refused))

    def _put_back(self, taken: Taken, why: str, now: datetime) -> None:
        lost = [(p, Receipt(_no_message(p), Handed.UNTRIED, why)) for p, _ in taken]
        self.store.postings.turn([settled(posting, receipt, now) for posting, receipt in lost], now, 0)

    def message(self, run: str, reader: Reader, now: datetime) -> Message:
        """The letter of a run to a reader, as it is handed over at `now`."""
        if run.startswith(ANSWER):
            return answer(run, reader, self.stationery, now)
        if run.startswith(ALERT):
            return self._alert_letter(run, reader).fill(reader)
        key = (run, reader.choices, reader.is_list, reader.leave)
        if key not in self._frozen:
            digest = self.store.digest(run)
            if digest is None:
                raise DeliveryError(f"{run}: letters were planned for a week that was never issued")
            self._frozen[key] = freeze(digest, reader, self.stationery, self.config.bodies)
        return self._frozen[key].fill(reader)

    def _alert_letter(self, run: str, reader: Reader) -> Frozen:
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


def _no_message(posting: Posting) -> Message:
    return Message(run=posting.run, reader=posting.reader, sender="", recipient="", payload=b"")
