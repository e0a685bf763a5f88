"""Finds stored instants that lie in the future, and sets them right after a clock that ran ahead.

Each column of instants is in one of three tables here (a test holds that): recorded when something happened,
a time at which something is due, or one that is right in the future.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Column, Connection, Table, Text, delete, func, select, update

from aggregator.model import LONDON, NOT_ALLOWED, SUBSCRIBER_LEFT, DeliveryStatus, Digest, SourceState
from aggregator.model.alert_rules import Alert, AlertReason
from aggregator.store.database import tables
from aggregator.store.database.codec import to_text
from aggregator.store.database.engine import Repository
from aggregator.store.database.statements import RowValues, upsert

# Columns that say when something happened. Those of keys are among them.
RECORDED: Final[Mapping[Table, tuple[str, ...]]] = {
    tables.documents: ("first_seen",),
    tables.carriers: ("first_seen", "changed_at", "last_seen", "pending_removal"),
    tables.revisions: ("seen_at", "last_seen"),
    tables.document_names: ("known_since",),
    tables.label_overrides: ("override",),
    tables.tombstones: ("retracted_at",),
    tables.source_states: ("state",),
    tables.outages: ("since", "until", "failing_since"),
    tables.readings: ("first_at", "last_at", "first_whole_at", "last_whole_at"),
    tables.month_boards: ("made_at",),
    tables.poll_runs: ("at", "run"),
    tables.robots_txt: ("robots_txt",),
    tables.subscribers: ("status_since",),
    tables.delivery_runs: ("planned_at",),
    tables.deliveries: ("status_since", "first_attempt"),
    tables.suppressions: ("suppressed_at",),
    tables.processed_mail: ("processed_at",),
    tables.bounces: ("bounced_at",),
    tables.alert_rule_states: ("watched_since", "checked_until"),
    tables.alerts: ("alert", "event_key"),
    tables.alert_retries: ("checked_until",),
    tables.webhook_deliveries: ("first_attempt", "event_key"),
    tables.faults: ("first_at", "last_at"),
    tables.breakdowns: ("began_at", "reported_at", "well_since", "ended_at"),
}
# Columns that repeat one of those above, or have a publisher's date, which may lie in the future.
REPEATED: Final[Mapping[Table, tuple[str, ...]]] = {tables.documents: ("updated", "sort_date")}
# Columns that say when something is due, and how far in the future that may be.
DUE: Final[Mapping[Table, tuple[str, timedelta]]] = {
    tables.deliveries: ("due", timedelta(days=2)),
    tables.alerts: ("due", timedelta(days=2)),
    tables.webhook_deliveries: ("due", timedelta(days=8)),
    tables.faults: ("next_attempt", timedelta(days=2)),
}
# Whatever a run does, it leaves one of these behind: enough to look at each minute.
MARKS: Final = (
    tables.poll_runs.c.at,
    tables.documents.c.first_seen,
    tables.revisions.c.seen_at,
    tables.delivery_runs.c.planned_at,
    tables.subscribers.c.status_since,
    tables.alert_rule_states.c.checked_until,
    tables.faults.c.last_at,
    tables.breakdowns.c.began_at,
)
# Two instants of the future stay different while they are no more than this.
MOST_SECONDS: Final = 3600
# What a sender that died or a person decided, and no clock.
NOT_BY_THE_CLOCK: Final = (SUBSCRIBER_LEFT, NOT_ALLOWED)

Mapped = Callable[[datetime | None], datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """What lay in the future and was set right."""

    # The latest instant that was found; None if there was none.
    latest: datetime | None = None
    # Rows by table.
    rows: Mapping[str, int]
    # Digests that were issued before their time, which are issued anew, and how many had been sent.
    digests: tuple[str, ...] = ()
    sent: int = 0


class StoredInstants(Repository):
    """Every stored instant that is ours; not what publishers state. Raises StoreError."""

    def runs(self) -> tuple[datetime, ...]:
        """Return the instants of all runs of the polls, in order."""
        return tuple(self._database.column(select(tables.poll_runs.c.at).order_by(tables.poll_runs.c.at)))

    def has_future(self, after: datetime) -> bool:
        """Whether something is said to have happened after this instant, in what every run leaves behind."""
        with self._database.read_transaction() as connection:
            columns = (tables.source_states.c.state, tables.digests.c.digest)
            states, newest = (select(column) for column in columns)
            newest = newest.order_by(tables.digests.c.period.desc()).limit(1)
            by_week = tables.digests.c.period.contains("W")
            issued = [connection.scalar(newest.where(one)) for one in (by_week, ~by_week)]
            too_late = tables.deliveries.c.due > after + DUE[tables.deliveries][1]
            is_planned = tables.deliveries.c.status == DeliveryStatus.PLANNED
            return (
                any(_newest(connection, column) > to_text(after) for column in MARKS)
                or any(one > after for state in connection.scalars(states) for one in _instants_of(state))
                or any(digest.window.end > after for digest in issued if digest)
                or connection.scalar(select(tables.deliveries.c.run).where(is_planned, too_late).limit(1))
                is not None
            )

    def mend(self, now: datetime, tolerance: timedelta) -> Mended:
        """Set every instant right that lies further in the future, in one transaction.

        What is said to have happened then happened just before `now`, in the same order. What is due far in
        the future is due now. A digest of a window that is still open is taken back.
        """
        with self._database.write_transaction() as connection:
            future = sorted(_future(connection, now + tolerance))
            new = _before(now, future)

            def mapped(instant: datetime | None) -> datetime | None:
                return new.get(instant, instant) if instant else instant

            taken_back, sent = _take_back_digests(connection, now, now + tolerance)
            _plan_again(connection, now, now + tolerance)
            _take_back_month_boards(connection, now + tolerance)
            rows = {table.name: _mend_table(connection, table, mapped, now) for table in RECORDED}
            return Mended(
                latest=future[-1] if future else None,
                rows={name: count for name, count in rows.items() if count},
                digests=taken_back,
                sent=sent,
            )


def _before(now: datetime, future: Sequence[datetime]) -> dict[datetime, datetime]:
    """Return an instant just before `now` for each of the future, in the same order."""
    count = len(future)
    seconds = min(count, MOST_SECONDS)
    return {
        instant: now - timedelta(seconds=seconds - number * seconds // count)
        for number, instant in enumerate(future)
    }


def _future(connection: Connection, after: datetime) -> set[datetime]:
    """Return the instants after `after` at which something is said to have happened."""
    found = set[datetime]()
    for table, names in RECORDED.items():
        for column in (table.c[name] for name in names if name != "event_key"):
            if _is_instant(column):
                found.update(connection.scalars(select(column).distinct().where(column > after)))
            else:
                values = connection.scalars(select(column).where(column.is_not(None)))
                found.update(one for value in values for one in _instants_of(value) if one > after)
    return found


def _newest(connection: Connection, column: Column[Any]) -> str:
    """Return the newest instant of a column as text, which sorts alike; empty if there is none."""
    return connection.scalar(select(func.max(column, type_=Text))) or ""


def _is_instant(column: Column[Any]) -> bool:
    return column.type is tables.documents.c.first_seen.type


def _instants_of(value: Any) -> Iterator[datetime]:
    """Return the instants of ours in a value that is stored as JSON."""
    if isinstance(value, Alert):
        yield value.found_at
        # When a document closes is the publisher's, and may be found early.
        if value.event.reason is not AlertReason.CLOSING:
            yield value.event.at
        return
    for one in fields(value):
        instant = getattr(value, one.name)
        if isinstance(instant, datetime) and one.name != "due":
            yield instant


def _mend_table(connection: Connection, table: Table, mapped: Mapped, now: datetime) -> int:
    """Set the rows of one table right; return how many were wrong."""
    rows = [dict(row) for row in connection.execute(select(table)).mappings()]
    pairs = [(row, after) for row in rows if (after := _mended_row(table, row, mapped, now)) != row]
    keys = [column.name for column in table.primary_key]
    for row, after in pairs:
        of_row = [table.c[key] == row[key] for key in keys]
        if all(row[key] == after[key] for key in keys):
            connection.execute(update(table).where(*of_row).values(after))
        else:
            connection.execute(delete(table).where(*of_row))
            upsert(connection, table, [after])
    return len(pairs)


def _mended_row(table: Table, row: RowValues, mapped: Mapped, now: datetime) -> RowValues:
    after = dict(row)
    for name in (*RECORDED[table], *REPEATED.get(table, ())):
        if name != "event_key" and row[name] is not None:
            is_instant = _is_instant(table.c[name])
            after[name] = mapped(row[name]) if is_instant else _mended_value(row[name], mapped, now)
    if "event_key" in row:
        after["event_key"] = _mended_key(row["event_key"], mapped)
    if table is tables.alert_rule_states and after["checked_until"] != row["checked_until"]:
        # What the run of the future found, it has alerted.
        after["checked_until"] = now
    if table in DUE:
        name, longest = DUE[table]
        if row[name] > now + longest or (after != row and row[name] > now):
            after[name] = now
    return after


def _mended_value(value: Any, mapped: Mapped, now: datetime) -> Any:
    if isinstance(value, Alert):
        event = value.event
        if event.reason is not AlertReason.CLOSING:
            event = replace(event, at=mapped(event.at) or event.at)
        found = mapped(value.found_at) or value.found_at
        due = value.due if found == value.found_at else min(value.due, now)
        return replace(value, event=event, found_at=found, due=due)
    instants = {
        one.name: mapped(getattr(value, one.name))
        for one in fields(value)
        if isinstance(getattr(value, one.name), datetime) and one.name != "due"
    }
    after = replace(value, **instants)
    if isinstance(value, SourceState) and after.last_polled != value.last_polled:
        after = replace(after, due=now)
    return after


def _mended_key(key: str, mapped: Mapped) -> str:
    """Return the key of an event with its instant set right (`AlertEvent.key`)."""
    reason, _, at = key.rpartition(" ")
    if not reason or reason == AlertReason.CLOSING:
        return key
    instant = datetime.fromisoformat(at)
    return f"{reason} {(mapped(instant) or instant).isoformat()}"


def _take_back_digests(
    connection: Connection, now: datetime, latest: datetime
) -> tuple[tuple[str, ...], int]:
    """Delete the digests of windows that are still open, with their deliveries; return them and how many
    were sent.

    Otherwise the real one would never be issued, as a digest is issued once.
    """
    issued: Sequence[Digest] = connection.scalars(select(tables.digests.c.digest)).all()
    periods = tuple(sorted(one.period for one in issued if one.window.end > latest))
    was_sent = tables.deliveries.c.status.in_([DeliveryStatus.ACCEPTED, DeliveryStatus.HANDED_OVER])
    of_them = tables.deliveries.c.run.in_(periods)
    sent = connection.scalar(select(func.count()).select_from(tables.deliveries).where(of_them, was_sent))
    for table, column in (
        (tables.digests, tables.digests.c.period),
        (tables.delivery_runs, tables.delivery_runs.c.run),
        (tables.deliveries, tables.deliveries.c.run),
        (tables.bounces, tables.bounces.c.run),
    ):
        connection.execute(delete(table).where(column.in_(periods)))
    return periods, sent or 0


def _take_back_month_boards(connection: Connection, latest: datetime) -> None:
    """Delete the boards of months that are not over: each is written down again when its month ends."""
    open_month = f"{latest.astimezone(LONDON):%Y-%m}"
    connection.execute(delete(tables.month_boards).where(tables.month_boards.c.month >= open_month))


def _plan_again(connection: Connection, now: datetime, latest: datetime) -> None:
    """Undo what the clock of the future gave up: digests that seemed too old, and retries."""
    runs, columns = tables.delivery_runs.c, tables.deliveries.c
    unsent = (columns.status == DeliveryStatus.GIVEN_UP) & columns.first_attempt.is_(None)
    tried = select(columns.run).where(~unsent)
    planned = select(runs.run).where(
        runs.planned_at > latest, runs.run.in_(select(tables.digests.c.period)), runs.run.not_in(tried)
    )
    again = connection.scalars(planned).all()
    connection.execute(delete(tables.deliveries).where(columns.run.in_(again)))
    connection.execute(delete(tables.delivery_runs).where(runs.run.in_(again)))
    given_up = (
        (columns.status == DeliveryStatus.GIVEN_UP)
        & (columns.status_since > latest)
        & (columns.unknown_outcomes == 0)
        & columns.reply.not_in(NOT_BY_THE_CLOCK)
    )
    fresh = {"status": DeliveryStatus.PLANNED, "status_since": now, "due": now, "attempts": 0}
    connection.execute(update(tables.deliveries).where(given_up).values(first_attempt=None, **fresh))
