"""What subscribers do for themselves: ask for letters, confirm, pause, move, leave.

Nothing that it answers tells whether an address is known. Nobody can be written to more often than the limits
say, whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from aggregator.config import Config
from aggregator.deliver.mail.answers import answer_run
from aggregator.deliver.mail.email_addresses import checked, fingerprint
from aggregator.deliver.mail.tokens import CHOICES, CONFIRM, Tokens
from aggregator.model import ANSWER, Subscriber, SubscriberStatus
from aggregator.services.subscriptions.admin import new_id
from aggregator.store import Store


@dataclass(frozen=True, slots=True)
class Limit:
    """How often an address is written to, whoever asks."""

    most: int
    span: timedelta
    apart: timedelta
    """Between two answers."""


STRANGERS: Final = Limit(3, timedelta(days=28), timedelta(minutes=10))
"""An address that was never confirmed: as long as it is remembered."""

READERS: Final = Limit(3, timedelta(days=1), timedelta(minutes=10))
"""Somebody entered the address of a reader."""

SUBSCRIBED: Final = (SubscriberStatus.READING, SubscriberStatus.PAUSED)
"""Who may look at and change what they get."""

MOVES: Final = 3
"""Other addresses that one reader may have asked in four weeks: each may be a stranger's."""


def choosable(config: Config) -> Mapping[str, Mapping[str, str]]:
    """What a reader may choose from: ids and names, of each sort."""
    return {
        "bodies": {id: body.name for id, body in config.bodies.items()},
        "topics": dict(config.vocabulary.topic_names),
        "types": dict(config.vocabulary.names),
    }


@dataclass(frozen=True)
class SubscriptionService:
    """The subscribers of one store, as they act themselves. `now` is the instant that a call stands for."""

    store: Store
    tokens: Tokens
    make_id: Callable[[], str] = new_id

    def ask(self, address: str, now: datetime) -> None:
        """Somebody entered an address: the answer goes to the address itself, and only there.

        A new one is asked to confirm, a subscriber gets a link to their choices, and one that must not be
        written to gets nothing. Raises ValueError, in plain words, for what is no address.
        """
        where = checked(address)
        if self.store.readers.shunned(fingerprint(where, self.tokens.key)):
            return
        reader = self.store.readers.at(where) or self._stranger(where, now)
        if reader.standing is SubscriberStatus.LEFT:
            self.store.readers.stand(reader.id, SubscriberStatus.UNCONFIRMED, now)
        if reader.replaces:
            # Whoever has this address asks for letters of their own; they must not confirm another's move.
            self.store.readers.keep(replace(reader, replaces=""))
        if reader.standing in SUBSCRIBED:
            self._answer(reader, CHOICES, now, READERS)
        else:
            self._answer(reader, CONFIRM, now, STRANGERS)

    def asker(self, token: str, now: datetime) -> Subscriber | None:
        """Who would be confirmed by this token; None as in `confirm`. Changes nothing.

        A token from before they left, or were confirmed, is used up: it holds for one asking.
        """
        reader = self._signed(CONFIRM, token, now)
        if reader is None or reader.standing is not SubscriberStatus.UNCONFIRMED:
            return None
        return reader if self.tokens.made(CONFIRM, token) >= reader.since else None

    def confirm(self, token: str, now: datetime) -> Subscriber | None:
        """Confirm an address; gives whose it is, in case of a move the subscriber who has moved.

        None when the token was not ours, has aged, or was used before.
        """
        reader = self.asker(token, now)
        if reader is None:
            return None
        if reader.replaces:
            done = self.store.readers.move(reader)
        else:
            done = self.store.readers.stand(
                reader.id, SubscriberStatus.READING, now, only=[SubscriberStatus.UNCONFIRMED]
            )
        return self.store.readers.one(reader.replaces or reader.id) if done else None

    def confirm_by_mail(self, token: str, now: datetime) -> None:
        """Confirm an address, and say so to it; nothing for a token that confirms nobody."""
        if reader := self.confirm(token, now):
            self._write(reader, CHOICES, now)

    def subscriber(self, token: str, now: datetime) -> Subscriber | None:
        """Whose choices this token opens; None when it is not ours, has aged, or they have left."""
        reader = self._signed(CHOICES, token, now)
        return reader if reader and reader.standing in SUBSCRIBED else None

    def set_paused(self, reader: Subscriber, now: datetime, *, paused: bool) -> None:
        """Send nothing until the subscriber resumes; or send letters again, from the next run on."""
        before, after = (
            (SubscriberStatus.READING, SubscriberStatus.PAUSED)
            if paused
            else (SubscriberStatus.PAUSED, SubscriberStatus.READING)
        )
        self.store.readers.stand(reader.id, after, now, only=[before])

    def move(self, reader: Subscriber, address: str, now: datetime) -> None:
        """Ask the new address to confirm; until it does, letters go to the old one.

        An address that somebody has already, or that must not be written to, gets nothing; the answer here
        is the same. Raises ValueError for what is no address.
        """
        where = checked(address)
        known = self.store.readers.at(where)
        ours = known and known.standing is SubscriberStatus.UNCONFIRMED and known.replaces == reader.id
        if self.store.readers.shunned(fingerprint(where, self.tokens.key)) or (known and not ours):
            return
        if known or self._may_ask_another(reader):
            asked = known or self._stranger(where, now, replaces=reader.id)
            self._answer(asked, CONFIRM, now, STRANGERS)

    def leave(self, id: str, now: datetime) -> None:
        """Let whoever has this id go, unless we had stopped writing to them; erased in four weeks."""
        self.store.readers.stand(
            id, SubscriberStatus.LEFT, now, only=[*SUBSCRIBED, SubscriberStatus.UNCONFIRMED]
        )

    def _signed(self, purpose: str, token: str, now: datetime) -> Subscriber | None:
        """Whom a token that was made for this purpose names."""
        id = self.tokens.read_timed(purpose, token, now)
        return self.store.readers.one(id) if id else None

    def _stranger(self, address: str, now: datetime, replaces: str = "") -> Subscriber:
        """The row of an address that is new here; of two who enter it at once the first one's."""
        fresh = Subscriber(
            id=self.make_id(),
            address=address,
            standing=SubscriberStatus.UNCONFIRMED,
            since=now,
            replaces=replaces,
        )
        self.store.readers.add([fresh])
        return self.store.readers.at(address) or fresh

    def _may_ask_another(self, reader: Subscriber) -> bool:
        unconfirmed = self.store.readers.all(SubscriberStatus.UNCONFIRMED)
        return sum(one.replaces == reader.id for one in unconfirmed) < MOVES

    def _answer(self, reader: Subscriber, purpose: str, now: datetime, limit: Limit) -> None:
        asked = [one.at for one in self.store.postings.of_reader(reader.id) if one.run.startswith(ANSWER)]
        recent = sum(at > now - limit.span for at in asked)
        if recent < limit.most and not any(at > now - limit.apart for at in asked):
            self._write(reader, purpose, now)

    def _write(self, reader: Subscriber, purpose: str, now: datetime) -> None:
        self.store.postings.add(answer_run(purpose, f"{int(now.timestamp()):x}"), reader.id, now)
