"""Keeps who gets letters: addresses and choices, and nothing else about a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, select, true, update

from aggregator.model import Choices, Subscriber, SubscriberStatus
from aggregator.store.database.engine import Subject
from aggregator.store.database.statements import insert_once
from aggregator.store.database.tables import (
    alerts,
    bounces,
    hooks,
    own_rules,
    postings,
    readers,
    replies,
    shunned,
    watched_rules,
)


class Subscribers(Subject):
    """Everybody who gets, or got, letters. Raises StoreError."""

    def all(self, standing: SubscriberStatus | None = None) -> tuple[Subscriber, ...]:
        """Every reader, or those of one standing, the longest standing first."""
        return self._found(readers.c.standing == standing if standing else true())

    def one(self, id: str) -> Subscriber | None:
        """The reader of this id, or None."""
        return next(iter(self._found(readers.c.id == id)), None)

    def at(self, address: str) -> Subscriber | None:
        """The reader of this address, or None."""
        return next(iter(self._found(readers.c.address == address)), None)

    def add(self, new: Iterable[Subscriber]) -> int:
        """Keep new readers; an address that is there already stays as it is. Gives how many were new."""
        with self._database.writing() as connection:
            return sum(insert_once(connection, readers, _row(reader)) for reader in new)

    def keep(self, reader: Subscriber) -> None:
        """Keep a reader as they stand now; one whose row was erased meanwhile stays erased."""
        self._database.change(update(readers).where(readers.c.id == reader.id).values(**_row(reader)))

    def stand(
        self, id: str, standing: SubscriberStatus, now: datetime, only: Iterable[SubscriberStatus] = ()
    ) -> bool:
        """Give a reader a standing, from `now`; whether that changed anything.

        With `only`, a reader of any other standing is left alone. A reader who has the standing keeps its
        beginning.
        """
        wanted = (readers.c.id == id) & (readers.c.standing != standing)
        allowed = list(only)
        if allowed:
            wanted &= readers.c.standing.in_(allowed)
        changed = update(readers).where(wanted).values(standing=standing, since=now)
        return bool(self._database.change(changed))

    def choose(self, id: str, choices: Choices) -> None:
        """Keep what a reader chose."""
        self._database.change(update(readers).where(readers.c.id == id).values(choices=choices))

    def move(self, new: Subscriber) -> bool:
        """Give the address of `new` to the reader whom it replaces; False when there is none any more.

        The row of `new` goes in the same transaction. What is kept of the old address is overwritten.
        """
        with self._database.writing() as connection:
            _erase(connection, new.id)
            theirs = update(readers).where(readers.c.id == new.replaces, readers.c.address.is_not(None))
            done = connection.execute(theirs.values(address=new.address)).rowcount
        self._database.checkpoint()
        return bool(done)

    def erase(self, ids: Iterable[str]) -> int:
        """Take readers out for good, with every trace of their letters; gives how many there were."""
        wanted = list(ids)
        with self._database.writing() as connection:
            done = sum(_erase(connection, id) for id in wanted)
        if done:
            # The write-ahead log would keep the address until somebody else's words replace it.
            self._database.checkpoint()
        return done

    def gone_since(self, standings: Iterable[SubscriberStatus], before: datetime) -> tuple[str, ...]:
        """The ids of those whose standing is one of these and began before the instant."""
        wanted = readers.c.standing.in_(list(standings)) & (readers.c.since < before)
        return tuple(self._database.values(select(readers.c.id).where(wanted)))

    # ---------------------------------------------------------------- addresses that must not be written to
    def shun(self, fingerprint: str, why: str, now: datetime) -> None:
        """Keep that the address of this keyed hash must not be written to."""
        row = {"fingerprint": fingerprint, "why": why, "at": now}
        self._database.put_once(shunned, row)

    def shunned(self, fingerprint: str) -> str | None:
        """Why the address of this keyed hash must not be written to, or None."""
        return self._database.value(select(shunned.c.why).where(shunned.c.fingerprint == fingerprint))

    def welcome(self, fingerprint: str) -> None:
        """Forget that an address must not be written to."""
        self._database.change(delete(shunned).where(shunned.c.fingerprint == fingerprint))

    def bounced(self, run: str, reader: str, kind: str, now: datetime) -> int:
        """Keep that a letter bounced; gives how many of the reader's letters did so with this `kind`."""
        row = {"run": run, "reader": reader, "kind": kind, "at": now}
        mine = (bounces.c.reader == reader) & (bounces.c.kind == kind)
        with self._database.writing() as connection:
            insert_once(connection, bounces, row)
            return connection.execute(select(func.count()).select_from(bounces).where(mine)).scalar_one()

    def answered(self, sha256: str) -> bool:
        """Whether the mail with this hash was acted on."""
        return self._database.value(select(replies.c.at).where(replies.c.sha256 == sha256)) is not None

    def note_answered(self, sha256: str, now: datetime) -> None:
        """Keep that the mail with this hash was acted on."""
        self._database.put_once(replies, {"sha256": sha256, "at": now})

    def _found(self, wanted: ColumnElement[bool]) -> tuple[Subscriber, ...]:
        asked = select(readers).where(wanted).order_by(readers.c.since, readers.c.id)
        return tuple(to_reader(row._asdict()) for row in self._database.rows(asked))


def to_reader(told: Mapping[str, Any]) -> Subscriber:
    """A reader from the values of their row."""
    return Subscriber(**{**told, "standing": SubscriberStatus(told["standing"])})


def _row(reader: Subscriber) -> dict[str, Any]:
    return {column.name: getattr(reader, column.name) for column in readers.c}


def _erase(connection: Connection, id: str) -> int:
    for table in (postings, bounces, own_rules):
        connection.execute(delete(table).where(table.c.reader == id))
    for table in (alerts, hooks, watched_rules):
        connection.execute(delete(table).where(table.c.rule.startswith(f"{id}/", autoescape=True)))
    return connection.execute(delete(readers).where(readers.c.id == id)).rowcount
