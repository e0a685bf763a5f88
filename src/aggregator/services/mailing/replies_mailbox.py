"""Reads the replies mailbox beside sending, which it can neither stop nor hold up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from aggregator import log
from aggregator.clock import Clock
from aggregator.config import Config
from aggregator.deliver.mail.tokens import Tokens
from aggregator.errors import AggregatorError
from aggregator.fetch.mailbox.fetcher import MailboxFetcher
from aggregator.model import Failed, Fetched, FetchResult, Request, Validators
from aggregator.model.faults import FaultKind
from aggregator.services.isolation import Isolation, guard_beside
from aggregator.services.mailing.inbound_mail import InboundMailHandler, sha256_of
from aggregator.services.subscriptions.service import SubscriptionService
from aggregator.store import Store
from aggregator.tasks import in_thread

# The key under which reading is set aside when it raises as a whole.
READING: Final = "replies mailbox"

# Sending begins after this, read or not. Who has just unsubscribed by mail gets nothing more, as long as the
# mailbox answers within it.
HEAD_START: Final = timedelta(seconds=2)
# In all, when nothing is left to be sent. A mail server may take a minute for one session.
LONGEST_READING: Final = timedelta(seconds=70)


@dataclass(frozen=True)
class RepliesMailbox:
    """The mailbox that gets bounces, complaints and requests by mail."""

    config: Config
    store: Store
    clock: Clock
    # By mailbox: its state when last read, so that an unchanged one is not read again.
    _states: dict[str, Validators] = field(default_factory=dict)

    @asynccontextmanager
    async def read_beside(self, tokens: Tokens) -> AsyncIterator[None]:
        """Read the mailbox while the body of the `with` runs. What reading raises never gets there."""
        reading = asyncio.create_task(self.read(tokens))
        try:
            await asyncio.wait({reading}, timeout=HEAD_START.total_seconds())
            yield
        except asyncio.CancelledError:
            reading.cancel()
            raise
        finally:
            # Ended before the caller gives its lock back.
            await asyncio.wait({reading}, timeout=LONGEST_READING.total_seconds())
            if reading.cancel():
                log.info("the replies mailbox was not read to its end", seconds=LONGEST_READING.seconds)
            await asyncio.wait({reading})

    async def read(self, tokens: Tokens) -> None:
        """Act on the mail in the mailbox, unless reading it is set aside. Raises nothing."""
        try:
            if not await in_thread(self._is_set_aside):
                async with guard_beside(self.store, self.clock(), FaultKind.JOB, READING):
                    await self._read(tokens)
        except AggregatorError as error:
            log.info("the replies mailbox cannot be read", reason=str(error))

    def _is_set_aside(self) -> bool:
        return READING in Isolation(self.store, self.clock()).waiting(FaultKind.JOB)

    async def _read(self, tokens: Tokens) -> None:
        mailbox = self.config.settings.replies_mailbox
        if not mailbox:
            return
        result = await self._fetch(mailbox)
        if isinstance(result, Failed):
            log.info("the replies mailbox cannot be read", reason=f"{result}. {result.hint}")
        if isinstance(result, Fetched):
            mails = [part.payload for part in result.parts]
            handler = InboundMailHandler(SubscriptionService(self.store, tokens))
            counts = await handler.handle(mails, self.clock())
            await in_thread(self._forget_deleted, mails)
            self._states[mailbox] = Validators(etag=result.headers.get("etag"))
            if counts:
                log.info("inbound mail", **{kind.replace(" ", "_"): count for kind, count in counts.items()})

    async def _fetch(self, mailbox: str) -> FetchResult:
        settings = self.config.settings
        password_file = settings.replies_password_file
        mailboxes = {mailbox: settings.path(password_file) if password_file else None}
        fetch = MailboxFetcher(settings.home, mailboxes, allowed_hosts=frozenset(settings.allowed_hosts))
        # A mail that was set aside is read again from a mailbox that has not changed.
        due = await in_thread(self._mail_is_due)
        state = Validators() if due else self._states.get(mailbox, Validators())
        return await fetch(Request(url=mailbox, pause=timedelta(0), validators=state))

    def _mail_is_due(self) -> bool:
        now, faults = self.clock(), self.store.faults.all()
        return any(one.kind is FaultKind.MAIL and one.next_attempt <= now for one in faults)

    def _forget_deleted(self, mails: Sequence[bytes]) -> None:
        """Clear the faults of mails that are not in the mailbox any more: nobody can try them again."""
        present = {sha256_of(mail) for mail in mails}
        for fault in self.store.faults.all():
            if fault.kind is FaultKind.MAIL and fault.key not in present:
                self.store.faults.clear(fault.kind, fault.key)
