"""Keeps who gets letters: addresses and choices, and nothing else about a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, select, true, update

from aggregator.model import Choices, Footing, Reader
from aggregator.store.engine import Database
from aggregator.store.rows import insert_once
from aggregator.store.tables import (
    alerts,
    bounces,
    hooks,
    own_rules,
    postings,
    readers,
    remarks,
    replies,
    shunned,
    watched_rules,
)


class Readers:
    """Everybody who gets, or got, letters. Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, standing: Footing | None = None) -> tuple[Reader, ...]:
        """Every reader, or those of one standing, the longest standing first."""
        wanted = readers.c.standing == standing if standing else true()
        with self._database.reading() as connection:
            return tuple(to_reader(row._asdict()) for row in _found(connection, wanted))

    def one(self, id: str) -> Reader | None:
        """The reader of this id, or None."""
        return self._first(readers.c.id == id)

    def at(self, address: str) -> Reader | None:
        """The reader of this address, or None."""
        return self._first(readers.c.address == address)

    def add(self, new: Iterable[Reader]) -> int:
        """Keep new readers; an address that is there already stays as it is. Gives how many were new."""
        with self._database.writing() as connection:
            return sum(insert_once(connection, readers, _row(reader)) for reader in new)

    def keep(self, reader: Reader) -> None:
        """Keep a reader as they stand now; one whose row was erased meanwhile stays erased."""
        with self._database.writing() as connection:
            connection.execute(update(readers).where(readers.c.id == reader.id).values(**_row(reader)))

    def stand(self, id: str, standing: Footing, now: datetime, only: Iterable[Footing] = ()) -> bool:
        """Give a reader a standing, from `now`; whether that changed anything.

        With `only`, a reader of any other standing is left alone. A reader who has the standing keeps its
        beginning.
        """
        wanted = (readers.c.id == id) & (readers.c.standing != standing)
        allowed = list(only)
        if allowed:
            wanted &= readers.c.standing.in_(allowed)
        with self._database.writing() as connection:
            done = connection.execute(update(readers).where(wanted).values(standing=standing, since=now))
            return bool(done.rowcount)

    def choose(self, id: str, choices: Choices) -> None:
        """Keep what a reader chose."""
        with self._database.writing() as connection:
            connection.execute(update(readers).where(readers.c.id == id).values(choices=choices))

    def move(self, new: Reader) -> bool:
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

    def gone_since(self, standings: Iterable[Footing], before: datetime) -> tuple[str, ...]:
        """The ids of those whose standing is one of these and began before the instant."""
        wanted = readers.c.standing.in_(list(standings)) & (readers.c.since < before)
        with self._database.reading() as connection:
            return tuple(connection.scalars(select(readers.c.id).where(wanted)))

    # ---------------------------------------------------------------- addresses that must not be written to
    def shun(self, fingerprint: str, why: str, now: datetime) -> None:
        """Keep that the address of this keyed hash must not be written to."""
        row = {"fingerprint": fingerprint, "why": why, "at": now}
        with self._database.writing() as connection:
            insert_once(connection, shunned, row)

    def shunned(self, fingerprint: str) -> str | None:
        """Why the address of this keyed hash must not be written to, or None."""
        with self._database.reading() as connection:
            found: str | None = connection.execute(
                select(shunned.c.why).where(shunned.c.fingerprint == fingerprint)
            ).scalar()
            return found

    def welcome(self, fingerprint: str) -> None:
        """Forget that an address must not be written to."""
        with self._database.writing() as connection:
            connection.execute(delete(shunned).where(shunned.c.fingerprint == fingerprint))

    def bounced(self, run: str, reader: str, kind: str, now: datetime) -> int:
        """Keep that a letter bounced; gives how many of the reader's letters did so with this `kind`."""
        row = {"run": run, "reader": reader, "kind": kind, "at": now}
        mine = (bounces.c.reader == reader) & (bounces.c.kind == kind)
        with self._database.writing() as connection:
            insert_once(connection, bounces, row)
            return connection.execute(select(func.count()).select_from(bounces).where(mine)).scalar_one()

    def answered(self, sha256: str) -> bool:
        """Whether the mail with this hash was acted on."""
        with self._database.reading() as connection:
            return (
                connection.execute(select(replies.c.at).where(replies.c.sha256 == sha256)).first() is not None
            )

    def note_answered(self, sha256: str, now: datetime) -> None:
        """Keep that the mail with this hash was acted on."""
        with self._database.writing() as connection:
            insert_once(connection, replies, {"sha256": sha256, "at": now})

    def _first(self, wanted: ColumnElement[bool]) -> Reader | None:
        with self._database.reading() as connection:
            return next((to_reader(row._asdict()) for row in _found(connection, wanted)), None)


def _found(connection: Connection, wanted: ColumnElement[bool]) -> Iterable[Row[Any]]:
    return connection.execute(select(readers).where(wanted).order_by(readers.c.since, readers.c.id))


def to_reader(told: Mapping[str, Any]) -> Reader:
    """A reader from the values of their row."""
    return Reader(**{**told, "standing": Footing(told["standing"])})


def _row(reader: Reader) -> dict[str, Any]:
    return {column.name: getattr(reader, column.name) for column in readers.c}


def _erase(connection: Connection, id: str) -> int:
    for table in (postings, remarks, bounces, own_rules):
        connection.execute(delete(table).where(table.c.reader == id))
    for table in (alerts, hooks, watched_rules):
        connection.execute(delete(table).where(table.c.rule.startswith(f"{id}/", autoescape=True)))
    return connection.execute(delete(readers).where(readers.c.id == id)).rowcount
