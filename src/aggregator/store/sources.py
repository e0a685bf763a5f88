"""Keeps what polls leave behind: what is known of each source, its outages, robots.txt, the runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, distinct, func, select

from aggregator.model import Outage, RobotsCopy, Run, SourceState
from aggregator.store.database.engine import Subject
from aggregator.store.database.statements import upsert
from aggregator.store.database.tables import entries, outages, revisions, robots, runs, source_states
from aggregator.store.documents.merging import join_sources

_OUTAGE: Final = tuple(column.name for column in outages.c if column.name != "source_id")


class Sources(Subject):
    """Every source that was ever polled."""

    def states(self) -> dict[str, SourceState]:
        """What is known of each source that was ever kept, by its id."""
        rows = self._database.rows(select(source_states).order_by(source_states.c.source_id))
        return {row.source_id: row.state for row in rows}

    def state(self, source_id: str) -> SourceState:
        """What is known of a source; an empty state when nothing is."""
        asked = select(source_states.c.state).where(source_states.c.source_id == source_id)
        return self._database.value(asked) or SourceState(source=source_id)

    def keep(self, state: SourceState) -> None:
        """Keep what is known of a source: validators, due time, what is wrong."""
        with self._database.writing() as connection:
            _keep_state(connection, state)

    def outages(self) -> dict[str, tuple[Outage, ...]]:
        """The times in which sources could not be read and that are over, by source; oldest first."""
        found = defaultdict(list)
        for row in self._database.rows(select(outages).order_by(outages.c.source_id, outages.c.since)):
            told = {name: row._mapping[name] for name in _OUTAGE}
            found[row.source_id].append(Outage(source=row.source_id, **told))
        return {source: tuple(several) for source, several in found.items()}

    def keep_outage(self, outage: Outage) -> None:
        """Keep an outage that is over, in place of one of the same source that began at the same instant."""
        row = {"source_id": outage.source, **{name: getattr(outage, name) for name in _OUTAGE}}
        self._database.put(outages, row)

    @contextmanager
    def renaming(self, old: str, new: str) -> Iterator[int]:
        """Give everything that is known of a source to its new id; yields how many documents it carried.

        Where polls have already begun under the new id, both are joined. Kept at the end of the `with`,
        undone by any exception. Nothing is left of `old`, so that a second call does nothing.
        """
        with self._database.writing() as connection:
            moved = join_sources(connection, old, new)
            _rename_state(connection, old, new)
            mine = connection.execute(select(outages).where(outages.c.source_id == old)).mappings()
            upsert(connection, outages, [{**row, "source_id": new} for row in mine])
            connection.execute(delete(outages).where(outages.c.source_id == old))
            yield moved

    @contextmanager
    def merging(self, old: str, new: str) -> Iterator[int]:
        """Give every document of the source `old` to `new`; yields how many. Otherwise as `renaming`."""
        with self._database.writing() as connection:
            yield join_sources(connection, old, new)


def _rename_state(connection: Connection, old: str, new: str) -> None:
    """The state of now, which has answered since whichever poll was the first to do so."""
    mine = source_states.c.source_id
    asked = select(source_states.c.state).where(mine.in_((old, new))).order_by(mine == new)
    states: Sequence[SourceState] = connection.scalars(asked).all()
    if any(state.source == old for state in states):
        answered = [state.first_answered for state in states if state.first_answered]
        state = replace(states[-1], source=new, first_answered=min(answered, default=None))
        _keep_state(connection, state)
        connection.execute(delete(source_states).where(mine == old))


def _keep_state(connection: Connection, state: SourceState) -> None:
    # Any Mapping is a right value; only a dict has a JSON form.
    plain = replace(state, validators=dict(state.validators))
    upsert(connection, source_states, [{"source_id": state.source, "state": plain}])


class RobotsMemory(Subject):
    """Copies of robots.txt by origin (`https://www.gov.uk`)."""

    def get(self, origin: str) -> RobotsCopy | None:
        """The copy that was put last, however old; None when there is none."""
        return self._database.value(select(robots.c.copy).where(robots.c.origin == origin))

    def put(self, origin: str, copy: RobotsCopy) -> None:
        """Keep a copy in place of the one before."""
        self._database.put(robots, {"origin": origin, "copy": copy})


class Runs(Subject):
    """The runs of the main job."""

    def count(self, at: datetime) -> Run:
        """The run of the instant `at`, counted from what it left behind.

        Right until a source is polled again: the store keeps only each source's latest poll.
        """
        new = select(func.count()).select_from(entries).where(entries.c.first_seen == at)
        revised = select(func.count(distinct(revisions.c.entry_id))).where(
            revisions.c.number > 1, revisions.c.seen_at == at
        )
        with self._database.reading() as connection:
            asked = [s for s in connection.scalars(select(source_states.c.state)) if s.asked == at]
            return Run(
                at=at,
                asked=len(asked),
                failed=sum(state.failure is not None for state in asked),
                new=connection.execute(new).scalar_one(),
                revised=connection.execute(revised).scalar_one(),
            )

    def note(self, run: Run) -> None:
        """Keep a run, in place of the one noted for the same instant."""
        self._database.put(runs, {"at": run.at, "run": run})

    def all(self, limit: int | None = None) -> tuple[Run, ...]:
        """The runs that were noted, latest first; no more than `limit`."""
        return tuple(self._database.values(select(runs.c.run).order_by(runs.c.at.desc()).limit(limit)))
