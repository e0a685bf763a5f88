"""Acts on what comes by mail: who leaves goes, who bounces or complains hears no more, wishes are granted."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aggregator.deliver.addresses import fingerprint
from aggregator.deliver.replies import Reply, ReplyKind, read_reply
from aggregator.deliver.tokens import Tokens
from aggregator.deliver.wishes import read_wish
from aggregator.model import Footing, Reader
from aggregator.pipeline.wishing import Wishes
from aggregator.store import Store

SOFT: Final = 3
"""So many letters that bounce softly stop an address; one hard bounce or complaint is enough."""

MARK: Final = 12
"""Characters of a mail's hash that name the answer to it."""

WHY: Final = {
    ReplyKind.HARD: "a letter bounced for good",
    ReplyKind.SOFT: f"{SOFT} letters bounced",
    ReplyKind.COMPLAINT: "its owner complained",
}


@dataclass(frozen=True)
class Replies:
    """The mails to us, over one store. A mail is acted on once, however often its mailbox is read."""

    store: Store
    tokens: Tokens
    wishes: Wishes

    def act(self, mails: Iterable[bytes], now: datetime) -> Counter[str]:
        """Act on each mail that is new; counts what they said."""
        counts = Counter[str]()
        for payload in mails:
            mark = hashlib.sha256(payload).hexdigest()
            if self.store.readers.answered(mark):
                continue
            reply = read_reply(payload, self.tokens)
            if reply:
                self._do(reply, now)
                counts[reply.kind] += 1
            elif wish := read_wish(payload):
                self.wishes.grant(wish, now, mark[:MARK])
                counts[wish.wanted] += 1
            # After the act: a crash in between does it again, which changes nothing.
            self.store.readers.note_answered(mark, now)
        return counts

    def _do(self, reply: Reply, now: datetime) -> None:
        reader = self.store.readers.one(reply.reader)
        if reader is None:
            return
        if reply.kind is ReplyKind.LEAVE:
            self.wishes.desk.let_go(reader.id, now)
        elif reply.kind is not ReplyKind.SOFT or self._is_third(reply, now):
            self._stop(reader, WHY[reply.kind], now)

    def _is_third(self, reply: Reply, now: datetime) -> bool:
        return self.store.readers.bounced(reply.run, reply.reader, reply.kind, now) >= SOFT

    def _stop(self, reader: Reader, why: str, now: datetime) -> None:
        if reader.address:
            self.store.readers.shun(fingerprint(reader.address, self.tokens.key), why, now)
        self.store.readers.stand(reader.id, Footing.STOPPED, now)
