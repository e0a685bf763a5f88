"""Stores deliveries, and sees to it that no digest goes out twice.

1. A run (one digest, alert or answer) is planned once. Its row in `delivery_runs` and one delivery for each
   subscriber are one transaction; planning the same run again changes nothing (`plan`).
2. A delivery is marked as handed over, and that is committed, before the mail server gets it. Only planned
   ones are taken (`next_batch`).
3. If the sender dies in between, those handed over without an outcome are planned again
   (`replan_handed_over`), at most MAX_RESENDS times. They go out with the same Message-ID, each in a batch of
   its own: should one of them be what killed the sender, the others are not in flight with it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, bindparam, exists, func, select, tuple_, update
from sqlalchemy.dialects.sqlite import insert

from aggregator.model import (
    ANSWER_RUN_PREFIX,
    MAX_RESENDS,
    NEVER_KNOWN,
    NOT_ALLOWED,
    SET_ASIDE,
    SUBSCRIBER_LEFT,
    Delivery,
    DeliveryStatus,
    Subscriber,
    SubscriberStatus,
)
from aggregator.store.database.engine import Repository
from aggregator.store.database.statements import insert_if_new
from aggregator.store.database.tables import deliveries, delivery_runs, digests, subscribers
from aggregator.store.subscribers import to_subscriber

DELIVERY_COLUMNS: Final = tuple(column.name for column in deliveries.c)
SUBSCRIBER_COLUMNS: Final = tuple(column.name for column in subscribers.c)

ARRIVED: Final = "the operator says that it arrived"

# Who may get a delivery. Paused subscribers get answers only; for unconfirmed ones nothing is planned but the
# question whether they want the mail.
MAY_RECEIVE: Final = subscribers.c.status.in_([SubscriberStatus.ACTIVE, SubscriberStatus.UNCONFIRMED]) | (
    (subscribers.c.status == SubscriberStatus.PAUSED) & deliveries.c.run.startswith(ANSWER_RUN_PREFIX)
)

# Built once: that costs more than the database needs for them, and they run for each batch.
_ATTEMPT: Final = bindparam("attempt", type_=deliveries.c.status_since.type)
_KEY: Final = (deliveries.c.run, deliveries.c.subscriber_id)
_DUE: Final = (
    select(deliveries, *(column.label(f"subscriber_{column.name}") for column in subscribers.c))
    .join(subscribers, subscribers.c.id == deliveries.c.subscriber_id)
    .where(deliveries.c.status == DeliveryStatus.PLANNED, deliveries.c.due <= _ATTEMPT, MAY_RECEIVE)
    .limit(bindparam("limit"))
)
_DUE_FRESH: Final = _DUE.where(deliveries.c.unknown_outcomes == 0).order_by(deliveries.c.due, *_KEY)
# Those that most often had no known outcome come last: one of them may be what kills the sender.
_DUE_AGAIN: Final = _DUE.where(deliveries.c.unknown_outcomes > 0).order_by(
    deliveries.c.unknown_outcomes, deliveries.c.due, *_KEY
)
_HANDED_OVER: Final = {
    "status": DeliveryStatus.HANDED_OVER,
    "status_since": _ATTEMPT,
    "attempts": deliveries.c.attempts + 1,
    "first_attempt": func.coalesce(deliveries.c.first_attempt, _ATTEMPT),
}
# Each selection of what is due, with the update that hands the same over.
_FRESH, _AGAIN = (
    (
        due,
        update(deliveries).where(tuple_(*_KEY).in_(due.with_only_columns(*_KEY))).values(_HANDED_OVER),
    )
    for due in (_DUE_FRESH, _DUE_AGAIN)
)
_SAVE_OUTCOME: Final = (
    update(deliveries)
    .where(
        deliveries.c.run == bindparam("key_run"), deliveries.c.subscriber_id == bindparam("key_subscriber_id")
    )
    .values(
        {
            column.name: bindparam(f"new_{column.name}", type_=column.type)
            for column in deliveries.c
            if not column.primary_key
        }
    )
)


class Deliveries(Repository):
    """Which run goes to which subscriber, and how far each delivery got. Raises StoreError."""

    def unplanned_digests(self) -> tuple[str, ...]:
        """Return the periods of issued digests whose deliveries were never planned, in order."""
        planned = select(delivery_runs.c.run)
        query = select(digests.c.period).where(digests.c.period.not_in(planned)).order_by(digests.c.period)
        return tuple(self._database.column(query))

    def plan(self, run: str, subscriber_ids: Iterable[str], now: datetime, given_up: str = "") -> bool:
        """Plan a delivery of `run` to each subscriber; return False, and change nothing, for a planned run.

        With `given_up`, a reason, the deliveries are stored as given up, and none is sent.
        """
        with self._database.write_transaction() as connection:
            # Two processes may plan at the same time: the key of the run decides which of them does.
            is_new = insert_if_new(connection, delivery_runs, {"run": run, "planned_at": now})
            if is_new:
                insert_deliveries(connection, run, subscriber_ids, now, given_up)
            return is_new

    def plan_one(self, run: str, subscriber_id: str, now: datetime) -> None:
        """Plan a single delivery, such as a request to confirm; one that is planned already stays."""
        with self._database.write_transaction() as connection:
            insert_deliveries(connection, run, [subscriber_id], now)

    def replan_handed_over(self, now: datetime) -> int:
        """Plan again what was handed over when the sender died; return how many deliveries that is.

        What was sent again MAX_RESENDS times already is given up, and so are planned deliveries to
        subscribers who have left. Only the owner of the sender's lock may call this: otherwise a delivery may
        be on its way in another process.
        """
        handed_over = deliveries.c.status == DeliveryStatus.HANDED_OVER
        counted = {"status_since": now, "unknown_outcomes": deliveries.c.unknown_outcomes + 1}
        give_up = (
            update(deliveries)
            .where(handed_over, deliveries.c.unknown_outcomes >= MAX_RESENDS)
            .values(status=DeliveryStatus.GIVEN_UP, reply=NEVER_KNOWN, **counted)
        )
        # The outcome is unknown: the mail server may have the message. Not to send it again would lose it for
        # those who did not get it; the same Message-ID lets mail programs recognise a repeat.
        replan = (
            update(deliveries).where(handed_over).values(status=DeliveryStatus.PLANNED, due=now, **counted)
        )
        with self._database.write_transaction() as connection:
            _give_up_unsubscribed(connection, now)
            connection.execute(give_up)
            return connection.execute(replan).rowcount

    def next_batch(
        self, outcomes: Sequence[Delivery], now: datetime, limit: int
    ) -> tuple[tuple[Delivery, Subscriber], ...]:
        """Save the outcomes of the last batch, and take the deliveries that are due, in one transaction.

        They are handed over from now on. At most `limit` are taken, the longest due first, and none to a
        subscriber who has left or paused. One whose outcome was unknown before comes last, and alone.
        """
        with self._database.write_transaction() as connection:
            _save_outcomes(connection, outcomes)
            # Committed as handed over before any of it is sent: whatever happens then, nobody else takes it.
            for (due, hand_over), most in ((_FRESH, limit), (_AGAIN, min(limit, 1))):
                parameters = {"attempt": now, "limit": most}
                batch = tuple(_handed_over(row, now) for row in connection.execute(due, parameters))
                if batch:
                    connection.execute(hand_over, parameters)
                    return batch
            return ()

    def is_wanted(self, run: str, subscriber_id: str) -> bool:
        """Whether the subscriber may still receive a delivery: they did not leave or pause meanwhile."""
        query = (
            select(deliveries.c.run)
            .join(subscribers, subscribers.c.id == deliveries.c.subscriber_id)
            .where(deliveries.c.run == run, deliveries.c.subscriber_id == subscriber_id, MAY_RECEIVE)
        )
        return self._database.scalar(query) is not None

    def set_aside(self) -> tuple[Delivery, ...]:
        """Return the planned deliveries whose message could not be made or sent: bugs, tried again later."""
        return self._where(
            (deliveries.c.status == DeliveryStatus.PLANNED)
            & deliveries.c.reply.startswith(SET_ASIDE, autoescape=True)
        )

    def never_known(self) -> tuple[Delivery, ...]:
        """Return the deliveries given up because their outcome stayed unknown: the operator has to look."""
        return self._where(
            (deliveries.c.status == DeliveryStatus.GIVEN_UP) & (deliveries.c.unknown_outcomes > MAX_RESENDS)
        )

    def try_set_aside(self, key: str, now: datetime) -> int:
        """Make deliveries due that are set aside: of a run, or one (`RUN/SUBSCRIBER`); return how many."""
        columns = deliveries.c
        is_meant = (columns.run == key) | (columns.run + "/" + columns.subscriber_id == key)
        is_set_aside = (columns.status == DeliveryStatus.PLANNED) & columns.reply.startswith(
            SET_ASIDE, autoescape=True
        )
        return self._database.execute(update(deliveries).where(is_meant, is_set_aside).values(due=now))

    def settle(self, run: str, subscriber_id: str, now: datetime, *, arrived: bool) -> bool:
        """Settle a delivery of `never_known` as the operator says; return False if it is not one of them.

        What has not arrived is planned again, as if it had never been sent.
        """
        unsettled = (deliveries.c.status == DeliveryStatus.GIVEN_UP) & (
            deliveries.c.unknown_outcomes > MAX_RESENDS
        )
        statement = update(deliveries).where(
            deliveries.c.run == run, deliveries.c.subscriber_id == subscriber_id, unsettled
        )
        values: dict[str, Any] = {"status": DeliveryStatus.ACCEPTED, "reply": ARRIVED}
        if not arrived:
            values = {"status": DeliveryStatus.PLANNED, "due": now, "first_attempt": None, "reply": ""}
            values |= {"attempts": 0, "unknown_outcomes": 0}
        return bool(self._database.execute(statement.values(status_since=now, **values)))

    def is_planned(self, run: str) -> bool:
        """Whether the deliveries of this run were planned."""
        query = select(delivery_runs.c.run).where(delivery_runs.c.run == run)
        return self._database.scalar(query) is not None

    def counts_by_run(self) -> dict[str, dict[str, int]]:
        """Count the deliveries of each run by status, newest run first; `unsure` counts unknown outcomes."""
        query = (
            select(
                deliveries.c.run,
                deliveries.c.status,
                func.count().label("n"),
                func.sum(deliveries.c.unknown_outcomes).label("unknown"),
            )
            .group_by(deliveries.c.run, deliveries.c.status)
            .order_by(deliveries.c.run.desc())
        )
        by_run: dict[str, dict[str, int]] = {}
        for row in self._database.rows(query):
            counts = by_run.setdefault(row.run, {"unsure": 0})
            counts[row.status] = row.n
            counts["unsure"] += row.unknown
        return by_run

    def count_due(self, before: datetime) -> int:
        """Count the planned deliveries that were due by an instant, without those of who left or paused."""
        query = (
            select(func.count())
            .select_from(deliveries)
            .join(subscribers, subscribers.c.id == deliveries.c.subscriber_id)
            .where(deliveries.c.status == DeliveryStatus.PLANNED, deliveries.c.due <= before, MAY_RECEIVE)
        )
        return int(self._database.scalar(query) or 0)

    def given_up(self, since: datetime) -> tuple[tuple[str, int, datetime, str], ...]:
        """Return each run with deliveries given up since an instant: run, count, first instant, a reply.

        Not those of subscribers who had left, nor those that the operator does not allow, nor `never_known`.
        """
        columns = deliveries.c
        query = (
            select(
                columns.run,
                func.count().label("n"),
                func.min(columns.status_since, type_=columns.status_since.type).label("since"),
                func.max(columns.reply).label("reply"),
            )
            .where(
                columns.status == DeliveryStatus.GIVEN_UP,
                columns.status_since >= since,
                columns.unknown_outcomes <= MAX_RESENDS,
                columns.reply.not_in([SUBSCRIBER_LEFT, NOT_ALLOWED]),
            )
            .group_by(columns.run)
            .order_by(columns.run)
        )
        return tuple((row.run, row.n, row.since, row.reply) for row in self._database.rows(query))

    def plan_again(self, run: str, now: datetime) -> int:
        """Plan the deliveries of a run anew that were given up; return how many."""
        columns = deliveries.c
        is_given_up = (columns.status == DeliveryStatus.GIVEN_UP) & (columns.reply != SUBSCRIBER_LEFT)
        # What may have arrived is settled one by one.
        is_given_up &= columns.unknown_outcomes <= MAX_RESENDS
        fresh = {"attempts": 0, "first_attempt": None, "unknown_outcomes": 0, "reply": ""}
        return self._database.execute(
            update(deliveries)
            .where(columns.run == run, is_given_up)
            .values(status=DeliveryStatus.PLANNED, status_since=now, due=now, **fresh)
        )

    def of_subscriber(self, subscriber_id: str) -> tuple[Delivery, ...]:
        """Return every delivery to a subscriber, by run."""
        return self._where(deliveries.c.subscriber_id == subscriber_id)

    def _where(self, condition: ColumnElement[bool]) -> tuple[Delivery, ...]:
        query = select(deliveries).where(condition).order_by(*_KEY)
        return tuple(_to_delivery(row._asdict()) for row in self._database.rows(query))


def insert_deliveries(
    connection: Connection, run: str, subscriber_ids: Iterable[str], now: datetime, given_up: str = ""
) -> None:
    """Plan a delivery of `run` to each subscriber; those that are there already stay as they are."""
    row = {
        "run": run,
        "status": DeliveryStatus.GIVEN_UP if given_up else DeliveryStatus.PLANNED,
        "status_since": now,
        "due": now,
        "attempts": 0,
        "first_attempt": None,
        "unknown_outcomes": 0,
        "reply": given_up,
    }
    rows = [{**row, "subscriber_id": id} for id in subscriber_ids]
    # A delivery that is there already may have been sent; it must not become planned again.
    if rows:
        connection.execute(insert(deliveries).on_conflict_do_nothing(), rows)


def _give_up_unsubscribed(connection: Connection, now: datetime) -> None:
    may_receive = select(subscribers.c.id).where(subscribers.c.id == deliveries.c.subscriber_id, MAY_RECEIVE)
    connection.execute(
        update(deliveries)
        .where(deliveries.c.status == DeliveryStatus.PLANNED, ~exists(may_receive.correlate(deliveries)))
        .values(status=DeliveryStatus.GIVEN_UP, status_since=now, reply=SUBSCRIBER_LEFT)
    )


def _save_outcomes(connection: Connection, outcomes: Sequence[Delivery]) -> None:
    rows = [
        {
            "key_run": delivery.run,
            "key_subscriber_id": delivery.subscriber_id,
            "new_status": delivery.status,
            "new_status_since": delivery.status_since,
            "new_due": delivery.due,
            "new_attempts": delivery.attempts,
            "new_first_attempt": delivery.first_attempt,
            "new_unknown_outcomes": delivery.unknown_outcomes,
            "new_reply": delivery.reply,
        }
        for delivery in outcomes
    ]
    if rows:
        connection.execute(_SAVE_OUTCOME, rows)


def _handed_over(row: Row[Any], now: datetime) -> tuple[Delivery, Subscriber]:
    """Return a row of `_DUE` as it is once handed over: the delivery's columns, then the subscriber's."""
    delivery = dict(zip(DELIVERY_COLUMNS, row, strict=False))
    delivery |= {"status": DeliveryStatus.HANDED_OVER, "status_since": now, "attempts": row.attempts + 1}
    delivery["first_attempt"] = row.first_attempt or now
    subscriber = dict(zip(SUBSCRIBER_COLUMNS, row[len(DELIVERY_COLUMNS) :], strict=True))
    return _to_delivery(delivery), to_subscriber(subscriber)


def _to_delivery(row: Mapping[str, Any]) -> Delivery:
    return Delivery(
        run=row["run"],
        subscriber_id=row["subscriber_id"],
        status=DeliveryStatus(row["status"]),
        status_since=row["status_since"],
        due=row["due"],
        attempts=row["attempts"],
        first_attempt=row["first_attempt"],
        unknown_outcomes=row["unknown_outcomes"],
        reply=row["reply"],
    )
