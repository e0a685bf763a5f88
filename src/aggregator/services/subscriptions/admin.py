"""Takes readers in and lets them go: addresses checked, each once, and none that must not be written to."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aggregator.deliver.mail.email_addresses import checked, fingerprint
from aggregator.deliver.mail.outbox import clear
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.model import Choices, Subscriber, SubscriberStatus
from aggregator.services.subscriptions.csv_file import Known, read_roster
from aggregator.store import Store

NOBODY = ConfigIssue(
    "reader", 0, "nobody is known by this id or address; `aggregator subscribers list` shows ids"
)


def new_id() -> str:
    """A reader's id: random, since it stands in letters and logs."""
    return secrets.token_hex(8)


@dataclass(frozen=True)
class Enrolment:
    """The readers of one store, as the operator takes them in. `key` is that of hashes and links."""

    store: Store
    key: bytes
    outbox: Path
    """The folder of letters that did not leave: who is erased is erased there, too."""
    known: Known
    make_id: Callable[[], str] = new_id

    def add(self, address: str, now: datetime, choices: Choices, *, is_list: bool, leave: str) -> Subscriber:
        """Take in a reader who asked the operator for letters; who had left reads again.

        Choices that say something replace those of a reader who is known.
        Raises ConfigError for an address that is none, or that must not be written to.
        """
        try:
            where = checked(address)
        except ValueError as error:
            raise ConfigError((ConfigIssue("reader", 0, str(error)),)) from error
        if why := self._shunned(where):
            told = f"must not be written to: {why}. `subscribers erase ADDRESS --welcome` forgets that"
            raise ConfigError((ConfigIssue("reader", 0, told),))
        reader = Subscriber(
            id=self.make_id(),
            address=where,
            standing=SubscriberStatus.READING,
            since=now,
            choices=choices,
            is_list=is_list,
            leave=leave,
        )
        self.store.readers.add([reader])
        kept = self.found(where)
        self.store.readers.stand(kept.id, SubscriberStatus.READING, now)
        if choices != Choices():
            self.store.readers.choose(kept.id, choices)
        return kept

    def take_in(self, text: str, file: str, now: datetime) -> tuple[int, int]:
        """Take in everybody in a CSV file (the form of `write_roster`, or one address a line).

        Gives how many are new and how many lines were left: addresses that are known, left or were stopped.
        Raises ConfigError with every line that holds a mistake, and then takes in nobody.
        """
        wanted = read_roster(text, file, now, self.known, self.make_id)
        new = self.store.readers.add([one for one in wanted if not self._shunned(one.address or "")])
        return new, len(wanted) - new

    def found(self, who: str) -> Subscriber:
        """The reader of this id or address. Raises ConfigError when there is none."""
        reader = self._known(who)
        if reader is None:
            raise ConfigError((NOBODY,))
        return reader

    def remove(self, who: str, now: datetime) -> Subscriber:
        """Let a reader go: nothing that is planned is sent, and the address is erased in four weeks."""
        reader = self.found(who)
        self.store.readers.stand(reader.id, SubscriberStatus.LEFT, now)
        return reader

    def erase(self, who: str, *, welcome: bool = False) -> str:
        """Take a reader out for good, now, with every trace of their letters; gives what was done, in words.

        `welcome` also forgets that the address must not be written to. Raises ConfigError.
        """
        reader = self._known(who)
        address = (reader.address if reader else None) or who.strip().lower()
        mark = fingerprint(address, self.key)
        known = welcome and self.store.readers.shunned(mark)
        if known:
            self.store.readers.welcome(mark)
        if reader is None and not known:
            raise ConfigError((NOBODY,))
        ids = [reader.id] if reader else []
        clear(self.outbox, ids)
        done = self.store.readers.erase(ids)
        return f"{done} erased{', and may be written to again' if known else ''}."

    def _known(self, who: str) -> Subscriber | None:
        return self.store.readers.one(who) or self.store.readers.at(who.strip().lower())

    def _shunned(self, address: str) -> str | None:
        return self.store.readers.shunned(fingerprint(address, self.key))
