"""Keeps how far each reader's letter of each run got; taken and settled in batches, one transaction each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, exists, func, select, tuple_, update
from sqlalchemy.dialects.sqlite import insert

from aggregator.model import ANSWER, Delivery, DeliveryStatus, Subscriber, SubscriberStatus
from aggregator.store.database.engine import Subject
from aggregator.store.database.statements import insert_once
from aggregator.store.database.tables import digest_runs, mailings, postings, readers
from aggregator.store.subscribers import to_reader

POSTING: Final = tuple(column.name for column in postings.c)
READER: Final = tuple(column.name for column in readers.c)

LEFT: Final = "the reader had left"

IS_WRITTEN_TO: Final = readers.c.standing.in_([SubscriberStatus.READING, SubscriberStatus.UNCONFIRMED]) | (
    (readers.c.standing == SubscriberStatus.PAUSED) & postings.c.run.startswith(ANSWER)
)
"""Who may get a letter: the paused only answers; for the unconfirmed nothing but the question is planned."""

_MOVES: Final = ("state", "at", "due", "tries", "first_tried", "unsure", "reply")
"""What becomes of a letter."""

# Made once: building a statement costs more than the database needs for it, and a turn is taken often.
_TRIED: Final = bindparam("tried", type_=postings.c.at.type)
_NEXT: Final = (
    select(postings, *(column.label(f"of_{column.name}") for column in readers.c))
    .join(readers, readers.c.id == postings.c.reader)
    .where(postings.c.state == DeliveryStatus.PLANNED, postings.c.due <= _TRIED, IS_WRITTEN_TO)
    .order_by(postings.c.due, postings.c.run, postings.c.reader)
    .limit(bindparam("most"))
)
_KEY: Final = (postings.c.run, postings.c.reader)
_HAND_OVER: Final = (
    update(postings)
    .where(tuple_(*_KEY).in_(_NEXT.with_only_columns(*_KEY)))
    .values(
        state=DeliveryStatus.HANDED_OVER,
        at=_TRIED,
        tries=postings.c.tries + 1,
        first_tried=func.coalesce(postings.c.first_tried, _TRIED),
    )
)
_SETTLE: Final = (
    update(postings)
    .where(postings.c.run == bindparam("its_run"), postings.c.reader == bindparam("its_reader"))
    .values({name: bindparam(f"new_{name}", type_=postings.c[name].type) for name in _MOVES})
)


class Deliveries(Subject):
    """Who is to get which letter. Raises StoreError."""

    def unplanned(self) -> tuple[str, ...]:
        """The letters that were issued and whose sending was never planned, in the order of their names."""
        left = select(digest_runs.c.week).where(digest_runs.c.week.not_in(select(mailings.c.run)))
        return tuple(self._database.values(left.order_by(digest_runs.c.week)))

    def plan(self, run: str, reader_ids: Iterable[str], now: datetime, given_up: str = "") -> bool:
        """Plan one letter of `run` for each reader, all at once; False when the run was planned before.

        `given_up`: why none of them is sent, but kept as given up.
        """
        with self._database.writing() as connection:
            new = insert_once(connection, mailings, {"run": run, "planned": now})
            if new:
                insert_postings(connection, run, reader_ids, now, given_up)
            return new

    def add(self, run: str, reader_id: str, now: datetime) -> None:
        """Plan a single letter, such as one that asks for a confirmation; twice is once."""
        with self._database.writing() as connection:
            insert_postings(connection, run, [reader_id], now)

    def recover(self, now: datetime) -> int:
        """What was handed over when the sender died is planned again; gives how many letters that are.

        What is still planned for those who left meanwhile is given up. Only for whoever holds the sender's
        lock: nobody else can have a letter in flight.
        """
        lost = (
            update(postings)
            .where(postings.c.state == DeliveryStatus.HANDED_OVER)
            .values(state=DeliveryStatus.PLANNED, at=now, due=now, unsure=postings.c.unsure + 1)
        )
        with self._database.writing() as connection:
            _give_up_left(connection, now)
            return connection.execute(lost).rowcount

    def turn(
        self, settled: Sequence[Delivery], now: datetime, limit: int
    ) -> tuple[tuple[Delivery, Subscriber], ...]:
        """In one transaction: keep what became of letters, and take those that are due, as handed over.

        At most `limit` are taken, and none of a reader who does not read any more.
        """
        with self._database.writing() as connection:
            _settle(connection, settled)
            which = {"tried": now, "most": limit}
            taken = tuple(_taken(row, now) for row in connection.execute(_NEXT, which))
            if taken:
                connection.execute(_HAND_OVER, which)
            return taken

    def counts(self) -> dict[str, dict[str, int]]:
        """For each run, newest first, how many letters are in each state, and `unsure`: sent once more."""
        rows = select(
            postings.c.run, postings.c.state, func.count().label("n"), func.sum(postings.c.unsure).label("u")
        )
        found: dict[str, dict[str, int]] = {}
        by_run = rows.group_by(postings.c.run, postings.c.state).order_by(postings.c.run.desc())
        for row in self._database.rows(by_run):
            counts = found.setdefault(row.run, {"unsure": 0})
            counts[row.state] = row.n
            counts["unsure"] += row.u
        return found

    def of_reader(self, reader_id: str) -> tuple[Delivery, ...]:
        """Every letter of a reader, by run."""
        mine = select(postings).where(postings.c.reader == reader_id).order_by(postings.c.run)
        return tuple(
            Delivery(**{**row._mapping, "state": DeliveryStatus(row.state)})
            for row in self._database.rows(mine)
        )


def insert_postings(
    connection: Connection, run: str, reader_ids: Iterable[str], now: datetime, given_up: str = ""
) -> None:
    """Plan a letter of `run` for each reader, within somebody's transaction; twice is once."""
    state = DeliveryStatus.GIVEN_UP if given_up else DeliveryStatus.PLANNED
    fresh = {"run": run, "state": state, "at": now, "due": now, "tries": 0, "unsure": 0}
    rows = [{**fresh, "reader": id, "first_tried": None, "reply": given_up} for id in reader_ids]
    if rows:
        connection.execute(insert(postings).on_conflict_do_nothing(), rows)


def _give_up_left(connection: Connection, now: datetime) -> None:
    """Whoever left since the letter was planned gets nothing; the unconfirmed get the question only."""
    reads = select(readers.c.id).where(readers.c.id == postings.c.reader, IS_WRITTEN_TO)
    connection.execute(
        update(postings)
        .where(postings.c.state == DeliveryStatus.PLANNED, ~exists(reads.correlate(postings)))
        .values(state=DeliveryStatus.GIVEN_UP, at=now, reply=LEFT)
    )


def _settle(connection: Connection, settled: Sequence[Delivery]) -> None:
    rows = [
        {"its_run": p.run, "its_reader": p.reader, **{f"new_{name}": getattr(p, name) for name in _MOVES}}
        for p in settled
    ]
    if rows:
        connection.execute(_SETTLE, rows)


def _taken(row: Row[Any], now: datetime) -> tuple[Delivery, Subscriber]:
    """A row of `_NEXT`, a posting's columns and then its reader's, as it stands after `_HAND_OVER`."""
    told = dict(zip(POSTING, row, strict=False))
    told |= {"state": DeliveryStatus.HANDED_OVER, "at": now, "tries": told["tries"] + 1}
    told["first_tried"] = told["first_tried"] or now
    return Delivery(**told), to_reader(dict(zip(READER, row[len(POSTING) :], strict=True)))
