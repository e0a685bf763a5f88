"""Stores subscribers: addresses and choices, and nothing else about a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, select, true, update

from aggregator.model import Choices, Subscriber, SubscriberStatus
from aggregator.store.database.engine import Repository
from aggregator.store.database.statements import insert_if_new
from aggregator.store.database.tables import (
    alert_rule_states,
    alerts,
    bounces,
    deliveries,
    processed_mail,
    subscriber_rules,
    subscribers,
    suppressions,
    webhook_deliveries,
)


class Subscribers(Repository):
    """Everybody who gets or got mail, and the suppression list. Raises StoreError."""

    def all(self, status: SubscriberStatus | None = None) -> tuple[Subscriber, ...]:
        """Return every subscriber, or those with one status; the longest with their status first."""
        return self._select(subscribers.c.status == status if status else true())

    def get(self, id: str) -> Subscriber | None:
        """Return the subscriber with this id, or None."""
        return next(iter(self._select(subscribers.c.id == id)), None)

    def with_address(self, address: str) -> Subscriber | None:
        """Return the subscriber with this address, or None."""
        return next(iter(self._select(subscribers.c.address == address)), None)

    def add(self, new: Iterable[Subscriber]) -> int:
        """Add subscribers; an address that is there already stays as it is. Returns how many were added."""
        with self._database.write_transaction() as connection:
            return sum(insert_if_new(connection, subscribers, _row(subscriber)) for subscriber in new)

    def save(self, subscriber: Subscriber) -> None:
        """Replace a subscriber's row; one that was erased meanwhile stays erased."""
        statement = update(subscribers).where(subscribers.c.id == subscriber.id)
        self._database.execute(statement.values(**_row(subscriber)))

    def set_status(
        self, id: str, status: SubscriberStatus, now: datetime, only_from: Iterable[SubscriberStatus] = ()
    ) -> bool:
        """Set a subscriber's status from `now` on; return whether that changed anything.

        With `only_from`, a subscriber with any other status is left alone. The date of an unchanged status
        stays.
        """
        where = (subscribers.c.id == id) & (subscribers.c.status != status)
        allowed = list(only_from)
        if allowed:
            where &= subscribers.c.status.in_(allowed)
        statement = update(subscribers).where(where).values(status=status, status_since=now)
        return bool(self._database.execute(statement))

    def save_choices(self, id: str, choices: Choices) -> None:
        """Save what a subscriber chose."""
        self._database.execute(update(subscribers).where(subscribers.c.id == id).values(choices=choices))

    def change_address(self, new: Subscriber) -> bool:
        """Give the address of `new` to the subscriber whom it replaces; False if they are gone.

        The row of `new` is deleted in the same transaction. The old address is overwritten in the file.
        """
        with self._database.write_transaction() as connection:
            _erase(connection, new.id)
            statement = update(subscribers).where(
                subscribers.c.id == new.replaces_id, subscribers.c.address.is_not(None)
            )
            changed = connection.execute(statement.values(address=new.address)).rowcount
        # Otherwise the write-ahead log would have the old address until it is overwritten by chance.
        self._database.checkpoint()
        return bool(changed)

    def erase(self, ids: Iterable[str]) -> int:
        """Delete subscribers for good, with their deliveries, bounces and rules; return how many."""
        wanted = list(ids)
        with self._database.write_transaction() as connection:
            erased = sum(_erase(connection, id) for id in wanted)
        if erased:
            # Otherwise the write-ahead log would have the address until it is overwritten by chance.
            self._database.checkpoint()
        return erased

    def ids_by_status(self, statuses: Iterable[SubscriberStatus], before: datetime) -> tuple[str, ...]:
        """Return the ids of those who have had one of these statuses since before the instant."""
        where = subscribers.c.status.in_(list(statuses)) & (subscribers.c.status_since < before)
        return tuple(self._database.column(select(subscribers.c.id).where(where)))

    # ---------------------------------------------------------------- the suppression list
    def suppress(self, address_hash: str, reason: str, now: datetime) -> None:
        """Put an address, by its keyed hash, on the suppression list."""
        # The first reason stays.
        row = {"address_hash": address_hash, "reason": reason, "suppressed_at": now}
        self._database.insert_if_new(suppressions, row)

    def suppression_reason(self, address_hash: str) -> str | None:
        """Return why the address with this keyed hash is suppressed; None if it is not."""
        query = select(suppressions.c.reason).where(suppressions.c.address_hash == address_hash)
        return self._database.scalar(query)

    def unsuppress(self, address_hash: str) -> None:
        """Take an address off the suppression list."""
        self._database.execute(delete(suppressions).where(suppressions.c.address_hash == address_hash))

    # ---------------------------------------------------------------- inbound mail
    def save_bounce(self, run: str, subscriber_id: str, kind: str, now: datetime) -> int:
        """Save that a delivery bounced; return how many bounces of this `kind` the subscriber has."""
        row = {"run": run, "subscriber_id": subscriber_id, "kind": kind, "bounced_at": now}
        same = (bounces.c.subscriber_id == subscriber_id) & (bounces.c.kind == kind)
        with self._database.write_transaction() as connection:
            # A bounce that arrives twice counts once.
            insert_if_new(connection, bounces, row)
            return connection.execute(select(func.count()).select_from(bounces).where(same)).scalar_one()

    def is_mail_processed(self, sha256: str) -> bool:
        """Whether the inbound mail with this hash was acted on."""
        query = select(processed_mail.c.processed_at).where(processed_mail.c.sha256 == sha256)
        return self._database.scalar(query) is not None

    def save_processed_mail(self, sha256: str, now: datetime) -> None:
        """Save that the inbound mail with this hash was acted on."""
        self._database.insert_if_new(processed_mail, {"sha256": sha256, "processed_at": now})

    def _select(self, where: ColumnElement[bool]) -> tuple[Subscriber, ...]:
        query = select(subscribers).where(where).order_by(subscribers.c.status_since, subscribers.c.id)
        return tuple(to_subscriber(row._asdict()) for row in self._database.rows(query))


def to_subscriber(row: Mapping[str, Any]) -> Subscriber:
    """Make a subscriber of the columns of a row."""
    return Subscriber(
        id=row["id"],
        address=row["address"],
        status=SubscriberStatus(row["status"]),
        status_since=row["status_since"],
        choices=row["choices"],
        is_list=row["is_list"],
        leave_instructions=row["leave_instructions"],
        replaces_id=row["replaces_id"],
    )


def _row(subscriber: Subscriber) -> dict[str, Any]:
    return {
        "id": subscriber.id,
        "address": subscriber.address,
        "status": subscriber.status,
        "status_since": subscriber.status_since,
        "choices": subscriber.choices,
        "is_list": subscriber.is_list,
        "leave_instructions": subscriber.leave_instructions,
        "replaces_id": subscriber.replaces_id,
    }


def _erase(connection: Connection, id: str) -> int:
    for table in (deliveries, bounces, subscriber_rules):
        connection.execute(delete(table).where(table.c.subscriber_id == id))
    # The key of a subscriber's own rule is `SUBSCRIBER/RULE`.
    for table in (alerts, webhook_deliveries, alert_rule_states):
        connection.execute(delete(table).where(table.c.rule_key.startswith(f"{id}/", autoescape=True)))
    return connection.execute(delete(subscribers).where(subscribers.c.id == id)).rowcount
