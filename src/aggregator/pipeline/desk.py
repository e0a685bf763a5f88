"""What readers do for themselves: ask for letters, confirm, choose, pause, move, leave.

Nothing that it answers tells whether an address is known. Nobody can be written to more often than the limits
say, whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from aggregator.config import Config
from aggregator.deliver.addresses import checked, fingerprint
from aggregator.deliver.answers import answer_run
from aggregator.deliver.tokens import CHOICES, CONFIRM, Tokens
from aggregator.errors import ConfigError
from aggregator.model import ANSWER, Choices, Footing, PrivateFeed, Reader, Remark
from aggregator.model.alerts import HookState, OwnRule, Places
from aggregator.pipeline.enrolling import new_id
from aggregator.pipeline.own_data import own_data
from aggregator.pipeline.private_feeds import PrivateFeeds
from aggregator.pipeline.rulebook import Rulebook
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

ACTING: Final = Limit(20, timedelta(days=1), timedelta(0))
"""A reader acted by a word that only they have."""

MOVES: Final = 3
"""Other addresses that one reader may have asked in four weeks: each may be a stranger's."""

SHOWN: Final = 5
"""How many of the latest titles a trial shows."""


def choosable(config: Config) -> Mapping[str, Mapping[str, str]]:
    """What a reader may choose from: ids and names, of each sort."""
    return {
        "bodies": {id: body.name for id, body in config.bodies.items()},
        "topics": dict(config.vocabulary.topic_names),
        "types": dict(config.vocabulary.names),
    }


@dataclass(frozen=True)
class Desk:
    """The readers of one store, as they act themselves. `now` is the instant that a call stands for."""

    store: Store
    tokens: Tokens
    rulebook: Rulebook
    make_id: Callable[[], str] = new_id

    def ask(self, address: str, now: datetime) -> None:
        """Somebody entered an address: the answer goes to the address itself, and only there.

        A new one is asked to confirm, a reader gets a link to their choices, and one that must not be written
        to gets nothing. Raises ValueError, in plain words, for what is no address.
        """
        where = checked(address)
        if self.store.readers.shunned(fingerprint(where, self.tokens.key)):
            return
        reader = self.store.readers.at(where) or self._stranger(where, now)
        if reader.standing is Footing.LEFT:
            self.store.readers.stand(reader.id, Footing.UNCONFIRMED, now)
        if reader.replaces:
            # Whoever has this address asks for letters of their own; they must not confirm another's move.
            self.store.readers.keep(replace(reader, replaces=""))
        known = reader.standing in (Footing.READING, Footing.PAUSED)
        self._answer(reader, CHOICES if known else CONFIRM, now, READERS if known else STRANGERS)

    def confirm(self, token: str, now: datetime) -> str | None:
        """Confirm an address; gives a word that opens the reader's choices.

        None when the word was not ours, has aged, or was used before.
        """
        reader = self.asker(token, now)
        if reader is None:
            return None
        if reader.replaces:
            done = self.store.readers.move(reader)
            return self._opens(reader.replaces, now) if done else None
        done = self.store.readers.stand(reader.id, Footing.READING, now, only=[Footing.UNCONFIRMED])
        return self._opens(reader.id, now) if done else None

    def asker(self, token: str, now: datetime) -> Reader | None:
        """Who would be confirmed by this word; None as in `confirm`. Changes nothing.

        A word from before they left, or were confirmed, is used up: it holds for one asking.
        """
        id = self.tokens.read_timed(CONFIRM, token, now)
        reader = self.store.readers.one(id) if id else None
        if reader is None or reader.standing is not Footing.UNCONFIRMED:
            return None
        return reader if self.tokens.made(CONFIRM, token) >= reader.since else None

    def reader(self, token: str, now: datetime) -> Reader | None:
        """Whose choices this word opens; None when it is not ours, has aged, or they have left."""
        id = self.tokens.read_timed(CHOICES, token, now)
        reader = self.store.readers.one(id) if id else None
        return reader if reader and reader.standing in (Footing.READING, Footing.PAUSED) else None

    def write(
        self, reader: Reader, now: datetime, mark: str, purpose: str = CHOICES, remark: Remark | None = None
    ) -> None:
        """Answer a mail by which a reader acted: what they chose, with words to change it, or their data.

        `mark` is of that mail: acted on twice, it has one answer.
        """
        if self._has_room(reader, now, ACTING):
            self.store.postings.add(answer_run(purpose, mark), reader.id, now, remark)

    def choose(self, reader: Reader, choices: Choices) -> None:
        """Keep what a reader chose."""
        self.store.readers.choose(reader.id, choices)

    def pause(self, reader: Reader, now: datetime) -> None:
        """Send nothing until the reader resumes."""
        self.store.readers.stand(reader.id, Footing.PAUSED, now, only=[Footing.READING])

    def resume(self, reader: Reader, now: datetime) -> None:
        """Send letters again, from the next run on."""
        self.store.readers.stand(reader.id, Footing.READING, now, only=[Footing.PAUSED])

    def move(self, reader: Reader, address: str, now: datetime) -> None:
        """Ask the new address to confirm; until it does, letters go to the old one.

        An address that somebody has already, or that must not be written to, gets nothing; the answer here
        is the same. Raises ValueError for what is no address.
        """
        where = checked(address)
        known = self.store.readers.at(where)
        ours = known and known.standing is Footing.UNCONFIRMED and known.replaces == reader.id
        if self.store.readers.shunned(fingerprint(where, self.tokens.key)) or (known and not ours):
            return
        if known or self._may_ask_another(reader):
            asked = known or self._stranger(where, now, replaces=reader.id)
            self._answer(asked, CONFIRM, now, STRANGERS)

    def leave(self, reader: Reader, now: datetime) -> None:
        """Let a reader go, at once; the address is erased in four weeks."""
        self.store.readers.stand(reader.id, Footing.LEFT, now)

    def leave_by_word(self, token: str, now: datetime) -> bool:
        """Let the reader of a letter's own word go; whether the word was ours. Twice is once."""
        id = self.tokens.leaver(token)
        if id:
            self.let_go(id, now)
        return id is not None

    def let_go(self, id: str, now: datetime) -> None:
        """Let whoever has this id go, unless we had stopped writing to them."""
        going = (Footing.READING, Footing.PAUSED, Footing.UNCONFIRMED)
        self.store.readers.stand(id, Footing.LEFT, now, only=going)

    def data(self, reader: Reader) -> dict[str, Any]:
        """Everything that is kept of a reader."""
        return own_data(self.store, reader)

    def rules(self, reader: Reader) -> tuple[OwnRule, ...]:
        """A reader's own rules of alerts."""
        return tuple(rule for _, rule in self.store.alerts.own(reader.id))

    def try_rule(self, reader: Reader, rule: OwnRule, now: datetime) -> tuple[int, tuple[str, ...]]:
        """How many letters a rule would have sent in the past year, and the latest titles.

        Raises ValueError, in plain words, for a rule that cannot be read.
        """
        alerting = self.rulebook.alerting
        trial = alerting.try_rule(alerting.own(reader.id, rule), now)
        told = [held.entry.title for _, letter in trial.letters for _, held in letter]
        return len(trial.letters), tuple(reversed(told[-SHOWN:]))

    def watch(self, reader: Reader, rule: OwnRule, now: datetime) -> None:
        """Keep a reader's own rule; ValueError as in `try_rule`, or when they have as many as one may have.

        The reader knows it by its words; the same words twice are one rule, and go where they went.
        """
        known = self.rules(reader)
        same = next((one.id for one in known if one.when == rule.when), "")
        free = next(f"rule-{n}" for n in range(1, len(known) + 2) if f"rule-{n}" not in {k.id for k in known})
        with _in_plain_words():
            kept = self.rulebook.alerting.own(reader.id, replace(rule, id=same or free))
            self.rulebook.add_own(reader, kept, now)

    def unwatch(self, reader: Reader, id: str) -> None:
        """Take a reader's own rule out; one that is not there is no matter."""
        self.store.alerts.remove_own(reader.id, id)

    def place(self, reader: Reader, id: str, places: Places) -> str:
        """Let word of a reader's own rule go there; gives the secret of a webhook that is new, else nothing.

        Raises ValueError, in plain words, for what cannot be.
        """
        with _in_plain_words():
            return self.rulebook.place(reader, id, places)

    def renew_secret(self, reader: Reader, id: str) -> str:
        """A new secret for the webhook of a rule. ValueError where it has none."""
        with _in_plain_words():
            return self.rulebook.renew_secret(reader, id)

    def posts(self, reader: Reader, rule: OwnRule) -> Mapping[HookState, int]:
        """How many posts of a rule there are in each state."""
        return self.store.alerts.posts(f"{reader.id}/{rule.id}")

    def feed_token(self, rule: OwnRule) -> str:
        """What opens the feed of a rule that has one."""
        return self.tokens.feed(rule.feed)

    def feed(self, token: str, address: str) -> PrivateFeed | None:
        """The feed that a token opens, as it stands at `address`; None where there is none (any more)."""
        return PrivateFeeds(self.rulebook.alerting.config, self.store, self.tokens).feed(token, address)

    def _stranger(self, address: str, now: datetime, replaces: str = "") -> Reader:
        """The row of an address that is new here; of two who enter it at once the first one's."""
        fresh = Reader(
            id=self.make_id(),
            address=address,
            standing=Footing.UNCONFIRMED,
            since=now,
            replaces=replaces,
        )
        self.store.readers.add([fresh])
        return self.store.readers.at(address) or fresh

    def _may_ask_another(self, reader: Reader) -> bool:
        unconfirmed = self.store.readers.all(Footing.UNCONFIRMED)
        return sum(one.replaces == reader.id for one in unconfirmed) < MOVES

    def _answer(self, reader: Reader, purpose: str, now: datetime, limit: Limit) -> None:
        if self._has_room(reader, now, limit):
            self.store.postings.add(answer_run(purpose, f"{int(now.timestamp()):x}"), reader.id, now)

    def _has_room(self, reader: Reader, now: datetime, limit: Limit) -> bool:
        asked = [one.at for one in self.store.postings.of_reader(reader.id) if one.run.startswith(ANSWER)]
        recent = sum(at > now - limit.span for at in asked)
        return recent < limit.most and not any(at > now - limit.apart for at in asked)

    def _opens(self, id: str, now: datetime) -> str:
        return self.tokens.timed(CHOICES, id, now)


@contextmanager
def _in_plain_words() -> Iterator[None]:
    try:
        yield
    except ConfigError as error:
        raise ValueError(error.mistakes[0].what) from error
