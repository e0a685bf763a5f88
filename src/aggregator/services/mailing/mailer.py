"""Puts together what sends letters: from settings to stationery, and to the outbox or a mail server."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from aggregator import log
from aggregator.clock import Clock
from aggregator.config import Config, Settings
from aggregator.config.mail_settings import read_server
from aggregator.deliver import MailContext
from aggregator.deliver.mail.outbox import Outbox
from aggregator.deliver.mail.smtp import Server, Smtp
from aggregator.deliver.mail.tokens import Tokens, read_key, read_secret_file
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.fetch.mailbox.fetcher import MailboxFetch
from aggregator.model import DeliveryStatus, Failed, Fetched, Request, Validators
from aggregator.services.mailing.delivery import TOO_LATE, Dispatch, Postbox
from aggregator.services.mailing.inbound_mail import Replies
from aggregator.services.subscriptions.service import SubscriptionService
from aggregator.store import Store

LETTERS = "letters"
"""The lock that whoever sends letters holds, so that none is in flight twice at once."""


LONGEST_NAME: Final = 11
"""Characters of a mailbox's name: with what a return address adds, 64 at most (RFC 5321, 4.5.3.1.1)."""


def dispatch(config: Config, store: Store) -> Dispatch:
    """What sends the letters of this store. Raises DeliveryError when the key of links cannot be read."""
    settings = config.settings
    stationery = MailContext(
        site=settings.site,
        address=settings.mail_sender,
        mailbox=settings.mail_mailbox,
        tokens=Tokens(read_key(settings.path(settings.secret_file))),
    )
    return Dispatch(config, store, stationery)


def outbox_folder(settings: Settings, replay: Path | None) -> Path:
    """Where letters are put that do not leave; those of a recording stand apart."""
    outbox = settings.path(settings.mail_outbox)
    return outbox / f"replay-{replay.resolve().name}" if replay else outbox


def leaves(settings: Settings, replay: Path | None) -> bool:
    """Whether letters leave this machine: never for a recording, else when the operator switched it on.

    Raises ConfigError when it is switched on and something that it needs is not said.
    """
    if not settings.mail_send or replay:
        return False
    needed = {"mail_from": settings.mail_from, "mail_server": settings.mail_server}
    missing = [name for name, value in needed.items() if not value]
    if missing:
        told = "mail_send is on, and this is not set; docs/letters.md says what is needed"
        raise ConfigError(tuple(ConfigIssue(f"setting {name}", 0, told) for name in missing))
    if len(settings.mail_mailbox.partition("@")[0]) > LONGEST_NAME:
        told = (
            f"{settings.mail_mailbox}: at most {LONGEST_NAME} characters may stand before the @, since each "
            "letter's return address adds its own to them; set another mailbox in mail_replies"
        )
        raise ConfigError((ConfigIssue("setting mail_replies", 0, told),))
    return True


@asynccontextmanager
async def opened_postbox(settings: Settings, replay: Path | None) -> AsyncIterator[tuple[Postbox, bool]]:
    """Who takes the letters, and whether that is everybody's (the outbox) or only the allowed readers'."""
    if not leaves(settings, replay):
        yield Outbox(outbox_folder(settings, replay)), True
        return
    way = Smtp(_server(settings))
    try:
        yield way, False
    finally:
        await way.close()


def where_letters_go(settings: Settings, replay: Path | None) -> str:
    """A sentence for the operator."""
    if not leaves(settings, replay):
        return f"Letters go into {outbox_folder(settings, replay)}; none leaves this machine."
    whom = {(): "to nobody, since mail_allow is empty", ("*",): "to everybody"}
    return (
        f"Letters leave by {settings.mail_server}, {whom.get(settings.mail_allow, 'to those in mail_allow')}."
    )


@dataclass(frozen=True)
class Mailer:
    """Whoever sends letters: one process at a time, and everything that is due."""

    config: Config
    store: Store
    clock: Clock
    replay: Path | None = None
    _seen: dict[str, Validators] = field(default_factory=dict)
    """How the mailbox stood when it was last read, so that a look at what did not change costs little."""

    async def work(self, wait: timedelta = timedelta(0)) -> Counter[DeliveryStatus]:
        """Plan what is missing, hand over what is due, erase what must go; counts what became of letters.

        Raises StoreError when another process is at it and does not end within `wait`, DeliveryError when
        the mail server cannot be used, and ConfigError when mail is switched on and not set up.
        """
        with self.store.reserved(LETTERS, wait=wait):
            letters = dispatch(self.config, self.store)
            await self._read_replies(letters.stationery.tokens)
            letters.plan(self.clock())
            letters.plan_alerts(self.clock())
            missed = letters.give_up_late(self.clock())
            for run, count in missed.items():
                log.happened("letters were not sent", run=run, readers=count, reason=TOO_LATE)
            letters.forget(self.clock(), outbox_folder(self.config.settings, self.replay))
            async with opened_postbox(self.config.settings, self.replay) as (postbox, everybody):
                counts = await letters.send(postbox, self.clock, everybody)
            return counts + Counter({DeliveryStatus.GIVEN_UP: missed.total()})

    async def _read_replies(self, tokens: Tokens) -> None:
        """Act on bounces and on those who leave by mail; a mailbox that cannot be read delays no letter."""
        settings = self.config.settings
        box = settings.mail_replies_box
        if not box or self.replay:
            return
        named = settings.mail_replies_password_file
        boxes = {box: settings.path(named) if named else None}
        fetch = MailboxFetch(settings.home, boxes, allowed_hosts=frozenset(settings.own_hosts))
        found = await fetch(
            Request(url=box, pause=timedelta(0), validators=self._seen.get(box, Validators()))
        )
        if isinstance(found, Failed):
            log.happened("replies cannot be read", reason=f"{found}. {found.hint}")
        if isinstance(found, Fetched):
            replies = Replies(SubscriptionService(self.store, tokens))
            counts = replies.act([part.payload for part in found.parts], self.clock())
            self._seen[box] = Validators(etag=found.headers.get("etag"))
            if counts:
                log.happened("replies", **{kind.replace(" ", "_"): count for kind, count in counts.items()})


def _server(settings: Settings) -> Server:
    said, file = read_server(settings.mail_server), settings.mail_password_file
    return Server(
        host=said.host,
        port=said.port,
        tls_first=said.tls_first,
        starttls=not said.is_local,
        user=said.user,
        password=read_secret_file(settings.path(file), "the mail server's password") if file else "",
        connections=settings.mail_connections,
    )
