"""Acts on mails to us: who joins, confirms or leaves; who bounces or complains hears no more."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aggregator import log
from aggregator.deliver.mail.bounces import Reply, ReplyKind, read_reply
from aggregator.deliver.mail.email_addresses import fingerprint
from aggregator.model import SubscriberStatus
from aggregator.services.subscriptions.service import SubscriptionService

SOFT: Final = 3
"""So many letters that bounce softly stop an address; one hard bounce or complaint is enough."""

WHY: Final = {
    ReplyKind.HARD: "a letter bounced for good",
    ReplyKind.SOFT: f"{SOFT} letters bounced",
    ReplyKind.COMPLAINT: "its owner complained",
}


@dataclass(frozen=True)
class Replies:
    """The mails to us, over one store. A mail is acted on once, however often its mailbox is read."""

    service: SubscriptionService

    def act(self, mails: Iterable[bytes], now: datetime) -> Counter[str]:
        """Act on each mail that is new; counts what they said."""
        counts, readers = Counter[str](), self.service.store.readers
        for payload in mails:
            mark = hashlib.sha256(payload).hexdigest()
            if readers.answered(mark):
                continue
            try:
                reply = read_reply(payload, self.service.tokens)
            except Exception as error:  # Python's own parser raises, for one at `To: <` (3.11)
                log.happened("a mail cannot be read", sha256=mark, reason=repr(error))
                reply = None
            if reply:
                self._do(reply, now)
                counts[reply.kind] += 1
            # After the act: a crash in between does it again, which changes nothing.
            readers.note_answered(mark, now)
        return counts

    def _do(self, reply: Reply, now: datetime) -> None:
        if reply.kind is ReplyKind.JOIN:
            with suppress(ValueError):  # the sender's address is none: there is nobody to answer
                self.service.ask(reply.who, now)
        elif reply.kind is ReplyKind.CONFIRM:
            self.service.confirm_by_mail(reply.who, now)
        elif reply.kind is ReplyKind.LEAVE:
            self.service.leave(reply.who, now)
        else:
            self._stop(reply, now)

    def _stop(self, reply: Reply, now: datetime) -> None:
        """Stop writing to who complained or bounced, of soft bounces after the last that is let pass."""
        readers = self.service.store.readers
        reader = readers.one(reply.who)
        if reader is None:
            return
        if reply.kind is ReplyKind.SOFT and readers.bounced(reply.run, reader.id, reply.kind, now) < SOFT:
            return
        if reader.address:
            readers.shun(fingerprint(reader.address, self.service.tokens.key), WHY[reply.kind], now)
        readers.stand(reader.id, SubscriberStatus.STOPPED, now)
