"""Acts on inbound mail: subscribes, confirms and unsubscribes; stops after bounces and complaints."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aggregator import log
from aggregator.deliver.mail.bounces import (
    InboundKind,
    InboundMail,
    UnreadableBounce,
    parse_inbound_mail,
)
from aggregator.deliver.mail.email_addresses import address_fingerprint
from aggregator.deliver.mail.tokens import Tokens
from aggregator.model import SubscriberStatus
from aggregator.model.faults import FaultKind
from aggregator.parse.mail.message import UnreadableMail
from aggregator.parse.mail.received import read_received_mail
from aggregator.services.isolation import Isolation
from aggregator.services.subscriptions.service import SubscriptionService
from aggregator.tasks import in_thread

# So many mails that bounce softly stop an address; one hard bounce or complaint is enough.
MAX_SOFT_BOUNCES: Final = 3

SUPPRESSION_REASONS: Final = {
    InboundKind.HARD_BOUNCE: "a mail bounced permanently",
    InboundKind.SOFT_BOUNCE: f"{MAX_SOFT_BOUNCES} mails bounced",
    InboundKind.COMPLAINT: "its owner complained",
}


@dataclass(frozen=True)
class InboundMailHandler:
    """Acts on each inbound mail once, however often its mailbox is read."""

    service: SubscriptionService

    async def handle(self, mails: Iterable[bytes], now: datetime) -> Counter[str]:
        """Act on each mail that is new; counts them by kind.

        A mail that raises is set aside, and tried again after its pause.
        """
        counts, isolation = Counter[str](), await in_thread(Isolation, self.service.store, now)
        waiting = await in_thread(isolation.waiting, FaultKind.MAIL)
        for payload in mails:
            # One at a time, so that a stop has to wait for one mail only.
            if sha256_of(payload) not in waiting:
                counts.update(await in_thread(self._handle, payload, isolation))
        return counts

    def _handle(self, payload: bytes, isolation: Isolation) -> tuple[str, ...]:
        """Act on a mail if it is new; its kind, if it asks something of us."""
        sha256, subscribers, kinds = sha256_of(payload), self.service.store.subscribers, tuple[str, ...]()
        if subscribers.is_mail_processed(sha256):
            return kinds
        with isolation.guard(FaultKind.MAIL, sha256):
            mail = _understand(payload, self.service.tokens)
            if mail:
                self._handle_one(mail, isolation.now)
                kinds = (mail.kind,)
            # Last: after a crash in between, the mail is handled again, which changes nothing.
            subscribers.save_processed_mail(sha256, isolation.now)
        return kinds

    def _handle_one(self, mail: InboundMail, now: datetime) -> None:
        if mail.kind is InboundKind.SUBSCRIBE:
            with suppress(ValueError):  # not a valid address, so there is nobody to answer
                self.service.request_subscription(mail.reference, now)
        elif mail.kind is InboundKind.CONFIRM:
            self.service.confirm_by_mail(mail.reference, now)
        elif mail.kind is InboundKind.UNSUBSCRIBE:
            self.service.unsubscribe(mail.reference, now)
        else:
            self._stop_sending(mail, now)

    def _stop_sending(self, mail: InboundMail, now: datetime) -> None:
        """Stop sending to an address that complained or bounced; after `MAX_SOFT_BOUNCES` soft bounces."""
        subscribers = self.service.store.subscribers
        subscriber = subscribers.get(mail.reference)
        if subscriber is None:
            return
        if mail.kind is InboundKind.SOFT_BOUNCE:
            bounces = subscribers.save_bounce(mail.run, subscriber.id, mail.kind, now)
            if bounces < MAX_SOFT_BOUNCES:
                return
        # By address, so that it stays suppressed when the subscriber is erased or subscribes again.
        if subscriber.address:
            fingerprint = address_fingerprint(subscriber.address, self.service.tokens.key)
            subscribers.suppress(fingerprint, SUPPRESSION_REASONS[mail.kind], now)
        subscribers.set_status(subscriber.id, SubscriberStatus.SUPPRESSED, now)


def sha256_of(payload: bytes) -> str:
    """Return the key by which a mail is marked as handled, or set aside."""
    return hashlib.sha256(payload).hexdigest()


def _understand(payload: bytes, tokens: Tokens) -> InboundMail | None:
    """What a mail asks of us. The parse stage reads what is hostile; deliver gets plain values."""
    try:
        return parse_inbound_mail(read_received_mail(payload), tokens)
    except (UnreadableMail, UnreadableBounce) as error:
        log.info("an inbound mail is ignored", sha256=sha256_of(payload), reason=str(error))
        return None
