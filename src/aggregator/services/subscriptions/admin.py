"""What the operator does with subscribers: add, import, unsubscribe, erase."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aggregator.deliver.mail.email_addresses import address_fingerprint, normalise_address
from aggregator.deliver.mail.outbox import delete_messages
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.model import Choices, Subscriber, SubscriberStatus
from aggregator.services.subscriptions.csv_file import ValidIds, read_subscribers_csv
from aggregator.store import Store

NOT_FOUND = ConfigIssue(
    "subscriber", 0, "nobody is known by this id or address; `aggregator subscribers list` shows ids"
)


def new_id() -> str:
    """A new subscriber id. Random, since mails and logs show it."""
    return secrets.token_hex(8)


@dataclass(frozen=True)
class SubscriberAdmin:
    """What the operator does with the subscribers of one store."""

    store: Store
    # Signs links, and keys the hashes of the suppression list.
    key: bytes
    # The folder of mails that were not sent: erasing a subscriber also deletes their mails here.
    outbox: Path
    valid_ids: ValidIds
    make_id: Callable[[], str] = new_id

    def add(
        self, address: str, now: datetime, choices: Choices, *, is_list: bool, leave_instructions: str
    ) -> Subscriber:
        """Add a subscriber who asked the operator, without confirmation; makes a former one active again.

        Choices other than the defaults replace those of an existing subscriber. Raises ConfigError for an
        address that is invalid or suppressed.
        """
        try:
            address = normalise_address(address)
        except ValueError as error:
            raise ConfigError((ConfigIssue("subscriber", 0, str(error)),)) from error
        if reason := self._suppression_reason(address):
            problem = f"must not be written to: {reason}. `subscribers erase ADDRESS --unsuppress` lifts that"
            raise ConfigError((ConfigIssue("subscriber", 0, problem),))
        subscriber = Subscriber(
            id=self.make_id(),
            address=address,
            status=SubscriberStatus.ACTIVE,
            status_since=now,
            choices=choices,
            is_list=is_list,
            leave_instructions=leave_instructions,
        )
        # `add` leaves an address that is there as it is; the lines below then make it active.
        self.store.subscribers.add([subscriber])
        stored = self.find(address)
        self.store.subscribers.set_status(stored.id, SubscriberStatus.ACTIVE, now)
        if choices != Choices():
            self.store.subscribers.save_choices(stored.id, choices)
        return stored

    def import_csv(self, text: str, file: str, now: datetime) -> tuple[int, int]:
        """Add everybody in a CSV file (as `write_subscribers_csv` writes it, or one address a line).

        Gives how many were added, and how many were not because their address is in the store or suppressed.
        Raises ConfigError with every wrong line, and then adds nobody.
        """
        wanted = read_subscribers_csv(text, file, now, self.valid_ids, self.make_id)
        allowed = [one for one in wanted if not self._suppression_reason(one.address or "")]
        added = self.store.subscribers.add(allowed)
        return added, len(wanted) - added

    def find(self, id_or_address: str) -> Subscriber:
        """The subscriber with this id or address. Raises ConfigError when there is none."""
        subscriber = self._find(id_or_address)
        if subscriber is None:
            raise ConfigError((NOT_FOUND,))
        return subscriber

    def unsubscribe(self, id_or_address: str, now: datetime) -> Subscriber:
        """Unsubscribe somebody: planned deliveries are not sent, and the address is erased in four weeks."""
        subscriber = self.find(id_or_address)
        self.store.subscribers.set_status(subscriber.id, SubscriberStatus.UNSUBSCRIBED, now)
        return subscriber

    def erase(self, id_or_address: str, *, unsuppress: bool = False) -> str:
        """Erase a subscriber now, with all deliveries and mails; gives a sentence for the operator.

        `unsuppress` also takes the address off the suppression list. Raises ConfigError when there is neither
        a subscriber nor a suppressed address.
        """
        subscriber = self._find(id_or_address)
        address = (subscriber.address if subscriber else None) or id_or_address.strip().lower()
        fingerprint = address_fingerprint(address, self.key)
        suppressed = unsuppress and self.store.subscribers.suppression_reason(fingerprint)
        if suppressed:
            self.store.subscribers.unsuppress(fingerprint)
        if subscriber is None and not suppressed:
            raise ConfigError((NOT_FOUND,))
        ids = [subscriber.id] if subscriber else []
        delete_messages(self.outbox, ids)  # before the store, so that a crash in between can be repeated
        erased = self.store.subscribers.erase(ids)
        return f"{erased} erased{', and may be written to again' if suppressed else ''}."

    def _find(self, id_or_address: str) -> Subscriber | None:
        return self.store.subscribers.get(id_or_address) or self.store.subscribers.with_address(
            id_or_address.strip().lower()
        )

    def _suppression_reason(self, address: str) -> str | None:
        return self.store.subscribers.suppression_reason(address_fingerprint(address, self.key))
