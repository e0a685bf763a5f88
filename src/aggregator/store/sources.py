"""Stores what polls leave behind: source states, outages, robots.txt files and runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, case, delete, distinct, func, select
from sqlalchemy.dialects.sqlite import Insert, insert

from aggregator.model import LONDON, LastReading, Outage, RobotsTxt, Run, SourceState, Window
from aggregator.store.database.engine import Repository
from aggregator.store.database.statements import upsert
from aggregator.store.database.tables import (
    documents,
    outages,
    poll_runs,
    readings,
    revisions,
    robots_txt,
    source_states,
)
from aggregator.store.documents.merging import merge_sources


class Sources(Repository):
    """Every source that was ever polled."""

    def states(self) -> dict[str, SourceState]:
        """Return every stored source state, by source id."""
        rows = self._database.rows(select(source_states).order_by(source_states.c.source_id))
        return {row.source_id: row.state for row in rows}

    def state(self, source_id: str) -> SourceState:
        """Return the state of a source; an empty one if none is stored."""
        query = select(source_states.c.state).where(source_states.c.source_id == source_id)
        return self._database.scalar(query) or SourceState(source=source_id)

    def save_state(self, state: SourceState) -> None:
        """Save the state of a source: validators, due time, failure."""
        with self._database.write_transaction() as connection:
            _save_state(connection, state)

    def last_readings(self, at: datetime) -> dict[str, LastReading]:
        """Return when each source was last read up to `at`, exact to the day.

        Sources without a reading since this is kept are left out.
        """
        old = readings.c
        read_at = case((old.last_at <= at, old.last_at), else_=old.first_at)
        whole_at = case(
            (old.last_whole_at <= at, old.last_whole_at), (old.first_whole_at <= at, old.first_whole_at)
        )
        query = (
            select(old.source_id, func.max(read_at).label("at"), func.max(whole_at).label("whole"))
            .where(old.first_at <= at)
            .group_by(old.source_id)
        )
        return {row.source_id: LastReading(at=row.at, whole=row.whole) for row in self._database.rows(query)}

    def outages(self) -> dict[str, tuple[Outage, ...]]:
        """Return the outages that are over, by source id, the oldest first."""
        by_source = defaultdict(list)
        for row in self._database.rows(select(outages).order_by(outages.c.source_id, outages.c.since)):
            outage = Outage(
                source=row.source_id,
                since=row.since,
                until=row.until,
                failing_since=row.failing_since,
                failure=row.failure,
                items_missed=row.items_missed,
            )
            by_source[outage.source].append(outage)
        return {source: tuple(several) for source, several in by_source.items()}

    def save_outage(self, outage: Outage) -> None:
        """Save an outage that is over, in place of one of the same source that began at the same instant."""
        row = {
            "source_id": outage.source,
            "since": outage.since,
            "until": outage.until,
            "failing_since": outage.failing_since,
            "failure": outage.failure,
            "items_missed": outage.items_missed,
        }
        self._database.upsert(outages, row)

    @contextmanager
    def rename(self, old: str, new: str) -> Iterator[int]:
        """Give everything stored for a source to its new id; yield how many documents it carries.

        If polls have already begun under the new id, both are merged. Committed at the end of the `with`,
        undone by any exception. Nothing stays under `old`, so that a second call does nothing.
        """
        with self._database.write_transaction() as connection:
            moved = merge_sources(connection, old, new)
            _rename_state(connection, old, new)
            of_old = connection.execute(select(outages).where(outages.c.source_id == old)).mappings()
            # Of two outages with one beginning, that of `old` replaces the one of `new`.
            upsert(connection, outages, [{**row, "source_id": new} for row in of_old])
            connection.execute(delete(outages).where(outages.c.source_id == old))
            _rename_readings(connection, old, new)
            yield moved

    @contextmanager
    def merge(self, old: str, new: str) -> Iterator[int]:
        """Give every document of the source `old` to `new`; yield how many. Otherwise like `rename`."""
        with self._database.write_transaction() as connection:
            yield merge_sources(connection, old, new)


def _rename_state(connection: Connection, old: str, new: str) -> None:
    """Keep the newer state of the two, with the earlier date of the first answer."""
    source_id = source_states.c.source_id
    # False sorts before True: the state of `new`, if there is one, comes last.
    query = select(source_states.c.state).where(source_id.in_((old, new))).order_by(source_id == new)
    states: Sequence[SourceState] = connection.scalars(query).all()
    if any(state.source == old for state in states):
        first_reads = [state.first_read for state in states if state.first_read]
        state = replace(states[-1], source=new, first_read=min(first_reads, default=None))
        _save_state(connection, state)
        connection.execute(delete(source_states).where(source_id == old))


def _save_state(connection: Connection, state: SourceState) -> None:
    # The model takes any Mapping; only a dict has a JSON form.
    plain = replace(state, validators=dict(state.validators))
    upsert(connection, source_states, [{"source_id": state.source, "state": plain}])
    if state.last_read:
        # The same reading may be saved again: a later poll that fails keeps it in the state.
        connection.execute(_ADD_READING, _reading(state.source, state.last_read, state.read_whole_at))


def _reading(source: str, read_at: datetime, read_whole_at: datetime | None) -> dict[str, object]:
    at = read_at.replace(microsecond=0)
    whole = at if read_whole_at == read_at else None
    return {
        "source_id": source,
        "day": at.astimezone(LONDON).date().isoformat(),
        "first_at": at,
        "last_at": at,
        "first_whole_at": whole,
        "last_whole_at": whole,
    }


def _rename_readings(connection: Connection, old: str, new: str) -> None:
    of_old = connection.execute(select(readings).where(readings.c.source_id == old)).mappings().all()
    if of_old:
        connection.execute(_ADD_READING, [{**row, "source_id": new} for row in of_old])
    connection.execute(delete(readings).where(readings.c.source_id == old))


def _add_reading() -> Insert:
    """Return the statement that adds readings to those of their day."""
    statement = insert(readings)
    new, old = statement.excluded, readings.c

    def either(choose: Callable[..., ColumnElement[Any]], name: str) -> ColumnElement[Any]:
        # SQLite's `min(a, b)` is NULL if one of them is.
        return func.coalesce(choose(old[name], new[name]), old[name], new[name])

    return statement.on_conflict_do_update(
        index_elements=readings.primary_key,
        set_={name: either(func.min, name) for name in ("first_at", "first_whole_at")}
        | {name: either(func.max, name) for name in ("last_at", "last_whole_at")},
    )


_ADD_READING: Final = _add_reading()


class RobotsTxtCache(Repository):
    """The robots.txt of each web origin (`https://www.gov.uk`) as it last answered."""

    def get(self, origin: str) -> RobotsTxt | None:
        """Return the stored file, however old; None if there is none."""
        query = select(robots_txt.c.robots_txt).where(robots_txt.c.origin == origin)
        return self._database.scalar(query)

    def put(self, origin: str, copy: RobotsTxt) -> None:
        """Store a file in place of the one before."""
        self._database.upsert(robots_txt, {"origin": origin, "robots_txt": copy})


class Runs(Repository):
    """The runs of the main job, which polls the sources."""

    def summarise(self, at: datetime) -> Run:
        """Count what the run of the instant `at` polled and found.

        Correct only until a source is polled again: each source has one stored state, that of its last poll.
        """
        new = select(func.count()).select_from(documents).where(documents.c.first_seen == at)
        revised = select(func.count(distinct(revisions.c.document_id))).where(
            revisions.c.number > 1, revisions.c.seen_at == at
        )
        with self._database.read_transaction() as connection:
            states = connection.scalars(select(source_states.c.state))
            polled = [state for state in states if state.last_polled == at]
            return Run(
                at=at,
                polled=len(polled),
                failed=sum(state.failure is not None for state in polled),
                new=connection.execute(new).scalar_one(),
                revised=connection.execute(revised).scalar_one(),
            )

    def has_poll(self, window: Window) -> bool:
        """Whether a run in this window asked a source."""
        return self._has(window, lambda run: run.polled > 0)

    def has_reading(self, window: Window) -> bool:
        """Whether a run in this window read a source."""
        return self._has(window, lambda run: run.polled > run.failed)

    def _has(self, window: Window, is_wanted: Callable[[Run], bool]) -> bool:
        at = poll_runs.c.at
        query = select(poll_runs.c.run).where(at >= window.start, at < window.end).order_by(at.desc())
        with self._database.read_transaction() as connection:
            # One by one: mostly the first is.
            return any(is_wanted(run) for run in connection.scalars(query))

    def save(self, run: Run) -> None:
        """Save a run, in place of one of the same instant."""
        self._database.upsert(poll_runs, {"at": run.at, "run": run})

    def all(self, limit: int | None = None) -> tuple[Run, ...]:
        """Return the stored runs, the latest first; at most `limit`."""
        query = select(poll_runs.c.run).order_by(poll_runs.c.at.desc()).limit(limit)
        return tuple(self._database.column(query))
