"""Polls sources and saves their changes, each source in one transaction."""

from __future__ import annotations

import asyncio
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator import log
from aggregator.classify import Labeller, find_changes
from aggregator.classify.last_poll import ListedItem, names_of
from aggregator.config import Config
from aggregator.errors import AggregatorError
from aggregator.fetch import Fetcher
from aggregator.fetch.http.poll_times import next_poll_at
from aggregator.model import Change, ChangeKind, Failed, Labels, Source, SourceState
from aggregator.model.faults import FaultKind
from aggregator.model.fetched import IdentityQuestion
from aggregator.services.isolation import Isolation
from aggregator.services.polling.identity.answers import answer
from aggregator.services.polling.identity.other_feed import find_other_feed, other_feed_failure
from aggregator.services.polling.merge_documents import merge_isolated, set_documents_aside
from aggregator.services.polling.parser import Parser
from aggregator.services.polling.read_source import PollResult, SourceReading, Unchanged, read_source
from aggregator.services.polling.save_reading import BrokenDocuments, accept_removals, save_reading
from aggregator.services.polling.source_state import (
    ended_outage,
    is_due,
    is_polled,
    must_read_whole,
    state_after,
    unexpected_failure,
)
from aggregator.store import Store, Transaction
from aggregator.tasks import in_thread, run_together


@dataclass(frozen=True, slots=True, kw_only=True)
class PollOutcome:
    """The result of one poll of a source, in numbers."""

    source: str
    failure: Failed | None = None
    # An unexpected exception, which is a bug of ours. The other sources are polled all the same.
    bug: str | None = None
    new: int = 0
    revised: int = 0
    removed: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """The result of each stage for a source that was read without saving."""

    result: PollResult
    changes: Mapping[str, ChangeKind]
    labels: Mapping[str, Labels]


Progress = Callable[[PollOutcome], None]


@dataclass(frozen=True)
class Poller:
    """Polls the sources of one store. `now` names the run: each source is polled once at an instant."""

    config: Config
    store: Store
    labeller: Labeller
    parser: Parser

    def enabled_sources(self) -> tuple[Source, ...]:
        """The sources that are switched on."""
        return tuple(s for s in self.config.sources if s.enabled)

    def due_sources(self, now: datetime) -> tuple[Source, ...]:
        """The sources whose next poll is due."""
        states = self.store.sources.states()
        # Those too whose state could not even be saved, so that they are still due.
        waiting = self.store.faults.waiting(FaultKind.SOURCE, now)
        return tuple(
            s for s in self.enabled_sources() if s.id not in waiting and is_due(_state_of(states, s), now)
        )

    async def poll(
        self, sources: Sequence[Source], fetch: Fetcher, now: datetime, progress: Progress = lambda _: None
    ) -> tuple[PollOutcome, ...]:
        """Poll `sources` concurrently and save the changes of each as soon as it was read.

        The fetcher sends one request at a time to a host. A source that was already polled at `now` is
        skipped, so an interrupted run continues where it stopped.
        """
        await in_thread(self.merge_documents, now, before=now)
        states = await in_thread(self.store.sources.states)
        waiting = [s for s in sources if not is_polled(_state_of(states, s), now)]
        # One thread at a time: many at once would keep the event loop waiting, and each other.
        turn, isolation = asyncio.Lock(), await in_thread(Isolation, self.store, now)

        async def one(source: Source) -> PollOutcome:
            outcome = await self._poll_one(source, _state_of(states, source), fetch, isolation, turn)
            progress(outcome)
            return outcome

        return await run_together(one(source) for source in waiting)

    def merge_documents(self, now: datetime, *, before: datetime | None = None) -> None:
        """Merge documents that share a name. With `before`, only those that already shared it before then.

        Call it when all polls of an instant are done, before anything is published or sent. Each poll of an
        instant is saved as if there were no others, so that their order changes nothing.
        """
        if self.store.names.duplicates(before):
            merge_isolated(self.store, self.labeller, before, now)

    def record_run(self, now: datetime, outcomes: Sequence[PollOutcome]) -> None:
        """Save a summary of the run at this instant, counted from the store."""
        # The store has the right count only until a source is polled again. So a run that polled nothing,
        # because all its polls were done before it was interrupted, is counted only if it was not counted
        # yet.
        if outcomes or now not in {run.at for run in self.store.runs.all()}:
            self.store.runs.save(self.store.runs.summarise(now))

    def accept_removals(self, source: str, now: datetime) -> int:
        """Accept that the documents that vanished from a source at once are gone. Returns their number."""
        broken = BrokenDocuments()
        with self.store.transaction() as transaction:
            state = transaction.sources.state(source)
            waiting = state.removals_to_confirm
            count = accept_removals(source, waiting, now, transaction, self.labeller, broken)
            transaction.sources.save_state(replace(state, removals_to_confirm=()))
        set_documents_aside(self.store, broken, now)
        return count

    def answer(self, question: str, now: datetime, *, accept: bool) -> IdentityQuestion | None:
        """Answer a question about the identity of documents, by its name; None if it is not asked."""
        with self.store.transaction() as transaction:
            return answer(question, accept, now, transaction)

    def accept_short_list(self, source: str, now: datetime) -> bool:
        """Believe the next list of a source however short it is, and the page that came in place of another.

        Returns whether one was in doubt.
        """
        with self.store.transaction() as transaction:
            state = transaction.sources.state(source)
            waiting = {
                carrier.entry.id: replace(carrier.pending_revision, accepted=True)
                for carrier in transaction.carriers.with_pending_revision(source)
                if carrier.pending_revision
            }
            if state.shrunk_since is None and not waiting:
                return False
            transaction.carriers.set_pending_revisions(source, waiting)
            items = 0 if state.shrunk_since else state.items
            accepted = replace(state, items=items, shrunk_looks=0, shrunk_since=None, due=now)
            transaction.sources.save_state(accepted)
        return True

    async def dry_run(self, source: Source, fetch: Fetcher, now: datetime) -> DryRun:
        """Read one source as if for the first time and compare it with the store. Writes nothing."""
        result = await read_source(source, SourceState(source=source.id), fetch, now, self.parser)
        entries = result.entries if isinstance(result, SourceReading) else ()
        carriers = {
            entry.id: document.carriers
            for entry in entries
            if (document := self.store.documents.get(entry.id))
        }
        changes = find_changes(source, entries, carriers, now=now, backlog=False)
        overrides = self.store.labels.overrides()
        return DryRun(
            result=result,
            changes={change.entry.id: change.kind for change in changes},
            labels={
                entry.id: self.labeller.label(entry, [source.id], overrides.get(entry.id))
                for entry in entries
            },
        )

    async def _poll_one(
        self, source: Source, state: SourceState, fetch: Fetcher, isolation: Isolation, turn: asyncio.Lock
    ) -> PollOutcome:
        now = isolation.now

        async def last_poll() -> tuple[ListedItem, ...]:
            async with turn:
                return await in_thread(self._last_listed, source, now)

        try:
            whole = must_read_whole(state, now, self.config.settings.timezone)
            result = await read_source(source, state, fetch, now, self.parser, last_poll, whole=whole)
            async with turn:
                return await in_thread(self._save_and_clear, source, result, isolation)
        except AggregatorError:
            raise
        except Exception as bug:  # a bug in one kind must not stop the other sources
            async with turn:
                return await in_thread(self._set_aside, source, bug, isolation)

    def _save_and_clear(self, source: Source, result: PollResult, isolation: Isolation) -> PollOutcome:
        outcome = self._save(source, result, isolation.now)
        if outcome.failure is None:
            isolation.clear(FaultKind.SOURCE, source.id)
        return outcome

    def _last_listed(self, source: Source, now: datetime) -> tuple[ListedItem, ...]:
        names = self.store.names.names_in_last_poll(source.id, before=now)
        entries = [carrier.entry for carrier in self.store.carriers.last_listed(source.id)]
        return tuple(
            ListedItem(
                names=names[entry.id] | names_of(entry), published=entry.published, updated=entry.updated
            )
            for entry in entries
            if entry.id in names
        )

    def _set_aside(self, source: Source, bug: Exception, isolation: Isolation) -> PollOutcome:
        """Store the bug as the reason why the source could not be read, and poll it later and later."""
        fault = isolation.set_aside(FaultKind.SOURCE, source.id, bug)
        failed = unexpected_failure(source, fault)
        try:
            self._save(source, failed, isolation.now)
        except AggregatorError:
            raise
        except Exception as again:
            isolation.set_aside(FaultKind.SOURCE, source.id, again)
        return PollOutcome(source=source.id, failure=failed, bug=fault.error)

    def _save(self, source: Source, result: PollResult, now: datetime) -> PollOutcome:
        """Save changes, validators and next poll in one transaction: a crash loses and repeats nothing."""
        changes: tuple[Change, ...] = ()
        broken = BrokenDocuments()
        with self.store.transaction() as transaction:
            before = transaction.sources.state(source.id)
            body = self.config.bodies[source.body].url if source.body in self.config.bodies else ""
            other = self._other_feed(source, result, before, body, now, transaction)
            result = other_feed_failure(source, other) if other else result
            after = state_after(result, source, before, now, _next_poll(source, result, before, now))
            if other:
                after = replace(after, questions=(other,))
            if isinstance(result, SourceReading) and not is_polled(before, now):
                result = self._with_known_bodies(source, result)
                saved = save_reading(source, result, before, now, transaction, self.labeller, body)
                changes = saved.changes
                if saved.stand_in:
                    # Its validators must not be kept either: they are those of something else.
                    result = saved.stand_in
                    after = state_after(result, source, before, now, _next_poll(source, result, before, now))
                after = replace(after, removals_to_confirm=saved.pending_removals, questions=saved.questions)
                broken = saved.broken
            if isinstance(result, Unchanged):
                listed = transaction.carriers.last_listed_ids(source.id)
                transaction.carriers.mark_seen(source.id, listed, now)
                # What the server says is unchanged is what was read, not what stood in its place.
                transaction.carriers.set_pending_revisions(source.id, dict.fromkeys(listed))
            if ended := ended_outage(source, before, after):
                transaction.sources.save_outage(ended)
            transaction.sources.save_state(after)
        set_documents_aside(self.store, broken, now)
        outcome = _outcome(source, result, changes)
        log.poll_finished(outcome.source, outcome.failure, new=outcome.new, revised=outcome.revised)
        return outcome

    def _other_feed(
        self,
        source: Source,
        result: PollResult,
        before: SourceState,
        body_address: str,
        now: datetime,
        store: Transaction,
    ) -> IdentityQuestion | None:
        if not isinstance(result, SourceReading) or is_polled(before, now):
            return None
        return find_other_feed(source, result.entries, result.feed_metadata, before, body_address, now, store)

    def _with_known_bodies(self, source: Source, reading: SourceReading) -> SourceReading:
        """The reading with unknown bodies replaced by the source's body."""
        # Another instance may know bodies that our register does not have.
        bodies = self.config.bodies
        entries = (
            replace(entry, body=source.body) if entry.relayed and entry.body not in bodies else entry
            for entry in reading.entries
        )
        return replace(reading, entries=tuple(entries))


def _state_of(states: Mapping[str, SourceState], source: Source) -> SourceState:
    return states.get(source.id, SourceState(source=source.id))


def _next_poll(source: Source, result: PollResult, before: SourceState, now: datetime) -> datetime:
    failed = result if isinstance(result, Failed) else None
    failures = before.failures + 1 if failed else 0
    # Not random: the same poll must give the same next poll time, so that a repeated run changes nothing.
    jitter = zlib.crc32(f"{source.id} {now.isoformat()}".encode()) / 2**32
    return next_poll_at(source, now=now, failures=failures, failed=failed, jitter=jitter)


def _shrunk(result: PollResult) -> Failed | None:
    return result.shrunk if isinstance(result, SourceReading) else None


def _outcome(source: Source, result: PollResult, changes: Iterable[Change]) -> PollOutcome:
    kinds = Counter(change.kind for change in changes)
    return PollOutcome(
        source=source.id,
        failure=result if isinstance(result, Failed) else _shrunk(result),
        new=kinds[ChangeKind.NEW],
        revised=kinds[ChangeKind.REVISED] + kinds[ChangeKind.RESTORED],
        removed=kinds[ChangeKind.WITHDRAWN],
        rejected=len(result.rejects) if isinstance(result, SourceReading) else 0,
    )
