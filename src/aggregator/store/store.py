"""The door to what is kept: opens it, answers questions, begins transactions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from types import TracebackType
from typing import Final, Self

from sqlalchemy import URL, Connection, distinct, func, make_url, select
from sqlalchemy.exc import ArgumentError

from aggregator.errors import StoreError
from aggregator.model import (
    Digest,
    Frequency,
    Holding,
    Mark,
    Outage,
    Relevance,
    Retraction,
    Run,
    SourceState,
    Window,
)
from aggregator.store.alerts import Alerts
from aggregator.store.dump import dump_tables
from aggregator.store.engine import Database
from aggregator.store.migrate import migrate
from aggregator.store.names import read_joined_ids, read_last_names, read_own_names, read_shared, standing_id
from aggregator.store.outages import read_outages
from aggregator.store.postings import Postings
from aggregator.store.readers import Readers
from aggregator.store.reading import chosen, is_closing, is_news, is_stirred, read_holdings, read_state
from aggregator.store.retraction import retract
from aggregator.store.robots import RobotsMemory
from aggregator.store.rows import insert_once, upsert
from aggregator.store.sources import join_sources, rename_source
from aggregator.store.tables import digest_runs, entries, marks, revisions, runs, source_states, tombstones
from aggregator.store.writing import Transaction

WAIT: Final = timedelta(seconds=30)
"""How long a write waits for another process before it gives up."""


def open_store(url: str, *, wait: timedelta = WAIT) -> Store:
    """Open the store at `sqlite:///FILE`, made or migrated if need be (`sqlite://`: in memory, one thread).

    Raises StoreError, naming the place and the remedy, when this machine does not let us.
    """
    database = Database(_address(url), wait)
    try:
        with database.locked("opening"):
            migrate(database)
    except BaseException:
        database.close()
        raise
    return Store(database)


class Store:
    """What is kept. Every question is answered from one moment of the store. Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.robots = RobotsMemory(database)
        self.readers = Readers(database)
        self.postings = Postings(database)
        self.alerts = Alerts(database)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def reserved(self, job: str, *, wait: timedelta = timedelta(0)) -> AbstractContextManager[None]:
        """Do the job `job` on this store alone among all processes, inside the `with`.

        StoreError names who does it already, when they do not end within `wait`.
        """
        return self._database.locked(job, wait)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """One write transaction: kept at the end of the `with`, undone by any exception.

        Other writers wait meanwhile, so do no slow work inside; read through the transaction, not the store.
        """
        with self._database.writing() as connection:
            yield Transaction(connection)

    @contextmanager
    def renaming(self, old: str, new: str) -> Iterator[int]:
        """Give everything that is known of a source to its new id; yields how many documents it carried.

        Kept at the end of the `with`, undone by any exception. Twice is once; see `sources.rename_source`.
        """
        with self._database.writing() as connection:
            yield rename_source(connection, old, new)

    @contextmanager
    def joining(self, old: str, new: str) -> Iterator[int]:
        """Give every document of the source `old` to `new`; yields how many. Otherwise as `renaming`."""
        with self._database.writing() as connection:
            yield join_sources(connection, old, new)

    def states(self) -> dict[str, SourceState]:
        """What is known of each source that was ever kept, by its id."""
        with self._database.reading() as connection:
            found = connection.execute(select(source_states).order_by(source_states.c.source_id))
            return {row.source_id: row.state for row in found}

    def outages(self) -> dict[str, tuple[Outage, ...]]:
        """The times in which sources could not be read and that are over, by source; oldest first."""
        with self._database.reading() as connection:
            return read_outages(connection)

    def state(self, source_id: str) -> SourceState:
        """What is known of a source; an empty state when nothing is."""
        with self._database.reading() as connection:
            return read_state(connection, source_id)

    def holdings(
        self,
        *,
        body: str | None = None,
        relevance: Relevance | None = None,
        since: datetime | None = None,
        limit: int | None = None,
    ) -> tuple[Holding, ...]:
        """Documents, newest first by their own date (by `first_seen` where they have none), then by id.

        `since` goes by the same date; None asks nothing.
        """
        with self._database.reading() as connection:
            return read_holdings(connection, chosen(body, relevance, since), limit)

    def last_names(self, source_id: str) -> frozenset[str]:
        """Every name of the documents that the last poll of a source saw: addresses, publishers' ids."""
        with self._database.reading() as connection:
            return read_last_names(connection, source_id)

    def own_names(self) -> dict[str, str]:
        """By own id (`record:NAME`, `mail:ID`) the id of each document that has one, also if retracted."""
        with self._database.reading() as connection:
            return read_own_names(connection)

    def joined_ids(self) -> dict[str, str]:
        """By its id each document that turned out to be another one, and the id of that one."""
        with self._database.reading() as connection:
            return read_joined_ids(connection)

    def shares_names(self, before: datetime | None) -> bool:
        """Whether several documents go by one name that is known since before an instant, or at all."""
        with self._database.reading() as connection:
            return bool(read_shared(connection, before))

    def holding(self, entry_id: str) -> Holding | None:
        """One document, by its id or that of another one which turned out to be it; None for unknown ids."""
        with self._database.reading() as connection:
            standing = standing_id(connection, entry_id)
            return next(iter(read_holdings(connection, entries.c.id == standing)), None)

    def news(self, window: Window) -> tuple[Holding, ...]:
        """What was first seen in the window and is no backlog, and what was revised in it; newest first."""
        with self._database.reading() as connection:
            return read_holdings(connection, is_news(window))

    def stirred(self, window: Window) -> tuple[Holding, ...]:
        """What any source told anything of in the window, be it news or not; newest first."""
        with self._database.reading() as connection:
            return read_holdings(connection, is_stirred(window))

    def closing(self, window: Window) -> tuple[Holding, ...]:
        """What closes in the window, by the first instant of its closing date; newest first."""
        with self._database.reading() as connection:
            return read_holdings(connection, is_closing(window))

    def retract(self, entry_id: str, why: str, at: datetime) -> bool:
        """Take a document's words out of the store for good; False when nobody holds it.

        Its id, address, dates and the reason stay as a tombstone, and no poll brings the words back.
        """
        with self._database.writing() as connection:
            done = retract(connection, entry_id, why, at)
        if done:
            self.forget()
        return done

    def forget(self) -> None:
        """Empty the log beside the file, which keeps what was retracted until it is written over."""
        self._database.checkpoint()

    def unlabelled(self, labelled_by: str) -> int:
        """How many documents bear labels by another vocabulary than the one of this fingerprint."""
        counted = (
            select(func.count())
            .select_from(entries)
            .where(entries.c.labelled_by != labelled_by, entries.c.id.not_in(select(tombstones.c.entry_id)))
        )
        with self._database.reading() as connection:
            return connection.execute(counted).scalar_one()

    def marks(self) -> dict[str, Mark]:
        """Every correction by the operator, by the document's id."""
        with self._database.reading() as connection:
            return {
                row.entry_id: row.mark for row in connection.execute(select(marks).order_by(marks.c.entry_id))
            }

    def retractions(self) -> tuple[Retraction, ...]:
        """Every document that was retracted, the oldest first."""
        asked = select(tombstones).order_by(tombstones.c.at, tombstones.c.entry_id)
        with self._database.reading() as connection:
            return tuple(
                Retraction(id=row.entry_id, at=row.at, why=row.why) for row in connection.execute(asked)
            )

    def count_run(self, at: datetime) -> Run:
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

    def note_run(self, run: Run) -> None:
        """Keep a run, in place of the one noted for the same instant."""
        with self._database.writing() as connection:
            upsert(connection, runs, [{"at": run.at, "run": run}])

    def runs(self, limit: int | None = None) -> tuple[Run, ...]:
        """The runs that were noted, latest first; no more than `limit`."""
        with self._database.reading() as connection:
            return tuple(connection.scalars(select(runs.c.run).order_by(runs.c.at.desc()).limit(limit)))

    def issue(self, digest: Digest) -> Digest:
        """One letter, as `issue_all` does it."""
        return self.issue_all([digest])[0]

    def issue_all(self, digests: Sequence[Digest]) -> tuple[Digest, ...]:
        """These letters as they were first issued, by whichever process; those that were not, as they are.

        All in one transaction. Raises ValueError for a letter that does not say when it is issued.
        """
        for digest in digests:
            if digest.issued is None:
                raise ValueError(f"the letter of {digest.week} cannot be issued: its window is still open")
        if not digests:
            return ()
        with self._database.writing() as connection:
            return tuple(_issue(connection, digest) for digest in digests)

    def digest(self, week: str) -> Digest | None:
        """The letter issued for an ISO week (`2024-W04`) or a day (`2024-01-24`), or None."""
        with self._database.reading() as connection:
            found: Digest | None = connection.execute(
                select(digest_runs.c.digest).where(digest_runs.c.week == week)
            ).scalar()
            return found

    def digests(self, rhythm: Frequency = Frequency.WEEKLY) -> tuple[Digest, ...]:
        """Every letter of a rhythm that was issued, newest first."""
        weekly = digest_runs.c.week.contains("W", autoescape=True)
        wanted = weekly if rhythm is Frequency.WEEKLY else ~weekly
        found = select(digest_runs.c.digest).where(wanted).order_by(digest_runs.c.week.desc())
        with self._database.reading() as connection:
            return tuple(connection.scalars(found))

    def issued(self) -> frozenset[str]:
        """The names of all letters that were issued."""
        with self._database.reading() as connection:
            return frozenset(connection.scalars(select(digest_runs.c.week)))

    def dump(self) -> str:
        """The whole store as canonical text: equal for two stores that keep the same."""
        with self._database.reading() as connection:
            return dump_tables(connection)


def _issue(connection: Connection, digest: Digest) -> Digest:
    insert_once(connection, digest_runs, {"week": digest.week, "digest": digest})
    named = select(digest_runs.c.digest).where(digest_runs.c.week == digest.week)
    issued: Digest = connection.execute(named).scalar_one()
    return issued


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise StoreError(f"{url!r} is no address of a store; write sqlite:///FILE") from error
    if address.drivername != "sqlite":
        raise StoreError(f"a store of the kind {address.drivername!r} is not built; write sqlite:///FILE")
    return address
