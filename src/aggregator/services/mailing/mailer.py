"""Sends what is due: plans deliveries, opens the outbox or the mail server, and reads replies meanwhile."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import Final

from aggregator import log
from aggregator.clock import Clock
from aggregator.config import Config, Settings
from aggregator.config.mail_settings import parse_mail_server
from aggregator.deliver import MailContext
from aggregator.deliver.mail.outbox import Outbox
from aggregator.deliver.mail.smtp import SmtpSender, SmtpServer
from aggregator.deliver.mail.tokens import Tokens, read_key, read_secret_file
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.model import DeliveryStatus, Message
from aggregator.services.mailing.delivery import TOO_LATE, DeliveryService, MailTransport
from aggregator.services.mailing.replies_mailbox import RepliesMailbox
from aggregator.services.publishing.issue_digests import unpublished_digests
from aggregator.store import Store
from aggregator.tasks import finish_when_cancelled, hold, in_thread

# Two processes that sent at once would send the same deliveries twice.
MAIL_LOCK: Final = "mail"

# In characters. With what a return address adds, 64 at most (RFC 5321, 4.5.3.1.1).
MAX_MAILBOX_NAME: Final = 11


def delivery_service(config: Config, store: Store) -> DeliveryService:
    """The deliveries of this store. Raises DeliveryError when the key that signs links cannot be read."""
    settings = config.settings
    context = MailContext(
        site=settings.site,
        sender_address=settings.mail_sender,
        replies_mailbox=settings.return_address,
        tokens=Tokens(read_key(settings.path(settings.secret_file))),
    )
    return DeliveryService(config, store, context)


def outbox_folder(settings: Settings, replay: Path | None) -> Path:
    """Where mail goes that is not sent; a recording has a folder of its own."""
    outbox = settings.path(settings.mail_outbox)
    return outbox / f"replay-{replay.resolve().name}" if replay else outbox


def sends_mail(settings: Settings, replay: Path | None) -> bool:
    """Whether mail is sent to a mail server: if the operator switched it on, and never for a recording.

    Raises ConfigError when it is switched on and a setting that it needs is missing or wrong.
    """
    if not settings.mail_send or replay or settings.is_demonstration:
        return False
    needed = {"mail_from": settings.mail_from, "mail_server": settings.mail_server}
    missing = [name for name, value in needed.items() if not value]
    if missing:
        problem = "mail_send is on, and this is not set; docs/mail.md says what is needed"
        raise ConfigError(tuple(ConfigIssue(f"setting {name}", 0, problem) for name in missing))
    if len(settings.return_address.partition("@")[0]) > MAX_MAILBOX_NAME:
        problem = (
            f"{settings.return_address}: at most {MAX_MAILBOX_NAME} characters may stand before the @, since "
            "the return address of each mail adds to them; set another mailbox in replies_address"
        )
        raise ConfigError((ConfigIssue("setting replies_address", 0, problem),))
    return True


@asynccontextmanager
async def open_transport(
    settings: Settings,
    replay: Path | None,
    is_wanted: Callable[[Message], bool] | None = None,
    stop: asyncio.Event | None = None,
) -> AsyncIterator[tuple[MailTransport, bool]]:
    """The outbox or the mail server, and whether it takes mail to everybody or only to `mail_allow`.

    The mail server gets no message that is not wanted any more when its turn comes, and none after `stop`.
    """
    if not sends_mail(settings, replay):
        yield Outbox(outbox_folder(settings, replay)), True
        return
    sender = SmtpSender(await in_thread(_smtp_server, settings), is_wanted=is_wanted, stop=stop)
    try:
        yield sender, False
    finally:
        await sender.close()


def describe_mail_route(settings: Settings, replay: Path | None) -> str:
    """Where mail goes and to whom, as a sentence for the operator."""
    if not sends_mail(settings, replay):
        return f"Mail goes into {outbox_folder(settings, replay)}; none leaves this machine."
    recipients = {(): "to nobody, since mail_allow is empty", ("*",): "to everybody"}
    to_whom = recipients.get(settings.mail_allow, "to those in mail_allow")
    return f"Mail goes out through {settings.mail_server}, {to_whom}."


@dataclass(frozen=True)
class Mailer:
    """Sends everything that is due; one process at a time."""

    config: Config
    store: Store
    clock: Clock
    replay: Path | None = None

    async def send_due(self, wait: timedelta = timedelta(0)) -> Counter[DeliveryStatus]:
        """Plan and send deliveries, act on inbound mail, erase former subscribers; counts the outcomes.

        Raises StoreError when another process is sending and does not end within `wait`, DeliveryError when
        the mail server cannot be used, and ConfigError when mail is switched on but not set up.
        """
        async with hold(self.store.job_lock(MAIL_LOCK, wait=wait)):
            service = await in_thread(delivery_service, self.config, self.store)
            # A recording touches nothing outside its own files.
            beside = nullcontext() if self.replay else self._replies.read_beside(service.context.tokens)
            async with beside:
                given_up = await in_thread(self._plan, service)
                counts = await finish_when_cancelled(partial(self._send, service))
            return counts + Counter({DeliveryStatus.GIVEN_UP: given_up})

    @cached_property
    def _replies(self) -> RepliesMailbox:
        return RepliesMailbox(self.config, self.store, self.clock)

    def _plan(self, service: DeliveryService) -> int:
        """Plan what is due; gives the number of deliveries that are given up because it is too late."""
        now = self.clock()
        service.plan_digests(now, unpublished_digests(self.config, self.store, now))
        service.plan_alerts(self.clock())
        given_up = service.give_up_late_digests(self.clock())
        for run, count in given_up.items():
            log.info("deliveries given up", run=run, subscribers=count, reason=TOO_LATE)
        return given_up.total()

    async def _send(self, service: DeliveryService, stop: asyncio.Event) -> Counter[DeliveryStatus]:
        settings = self.config.settings
        try:
            async with open_transport(settings, self.replay, self._is_wanted, stop) as (transport, allow_all):
                return await service.send_due(transport, self.clock, allow_all, stop)
        finally:
            # Last, since a file that cannot be deleted keeps nobody's mail back.
            outbox = outbox_folder(settings, self.replay)
            await in_thread(service.erase_former_subscribers, self.clock(), outbox)

    def _is_wanted(self, message: Message) -> bool:
        return self.store.deliveries.is_wanted(message.run, message.subscriber_id)


def _smtp_server(settings: Settings) -> SmtpServer:
    location, file = parse_mail_server(settings.mail_server), settings.mail_password_file
    return SmtpServer(
        host=location.host,
        port=location.port,
        implicit_tls=location.implicit_tls,
        starttls=not location.is_local,  # to another machine never in plain text
        user=location.user,
        password=read_secret_file(settings.path(file), "the mail server's password") if file else "",
        connections=settings.mail_connections,
    )
