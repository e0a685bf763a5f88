"""Polls sources and saves what changed, each source in one transaction."""

from __future__ import annotations

import asyncio
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator import log
from aggregator.classify import Labeller, find_changes
from aggregator.config import Config
from aggregator.errors import AggregatorError
from aggregator.fetch import Fetcher
from aggregator.fetch.http.poll_times import next_poll_at
from aggregator.model import Change, ChangeKind, Failed, Labels, Source, SourceState
from aggregator.services.polling.merge_documents import merge_documents
from aggregator.services.polling.read_source import PollResult, SourceReading, Unchanged, read_source
from aggregator.services.polling.save_reading import accept_removals, save_reading
from aggregator.services.polling.source_state import ended_outage, is_due, is_polled, state_after
from aggregator.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class PollOutcome:
    """What one poll of a source came to."""

    source: str
    failure: Failed | None = None
    bug: str | None = None
    """Our own fault: an exception that nobody expected. The other sources went on."""
    new: int = 0
    revised: int = 0
    removed: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """What each stage made of a source that was only tried."""

    result: PollResult
    changes: Mapping[str, ChangeKind]
    labels: Mapping[str, Labels]


Progress = Callable[[PollOutcome], None]


@dataclass(frozen=True)
class Poller:
    """Polls the sources of one store. `now` is the instant that a call stands for."""

    config: Config
    store: Store
    labeller: Labeller

    def enabled_sources(self) -> tuple[Source, ...]:
        """The sources that are switched on."""
        return tuple(s for s in self.config.sources if s.enabled)

    def due_sources(self, now: datetime) -> tuple[Source, ...]:
        """The sources whose next poll is due."""
        states = self.store.sources.states()
        return tuple(s for s in self.enabled_sources() if is_due(_state_of(states, s), now))

    async def poll(
        self, sources: Sequence[Source], fetch: Fetcher, now: datetime, progress: Progress = lambda _: None
    ) -> tuple[PollOutcome, ...]:
        """Ask `sources` at once (fetch takes turns within a host) and save what changed, each as it answers.

        A source that was already asked at `now` is left alone: a run that was broken off goes on where it
        stopped, and the same instant twice is once.
        """
        self.merge_documents(before=now)
        states = self.store.sources.states()
        waiting = [s for s in sources if not is_polled(_state_of(states, s), now)]

        async def one(source: Source) -> PollOutcome:
            outcome = await self._poll_one(source, _state_of(states, source), fetch, now)
            progress(outcome)
            return outcome

        return tuple(await asyncio.gather(*(one(source) for source in waiting)))

    def merge_documents(self, *, before: datetime | None = None) -> None:
        """Merge documents that share a name: those that did so before an instant, or all.

        Call it when the polls of an instant are done, before anything is published or sent. Until then each
        is stored as if the others had not been made, so that their order changes nothing.
        """
        if self.store.names.duplicates(before):
            with self.store.transaction() as transaction:
                merge_documents(transaction, self.labeller, before)

    def record_run(self, now: datetime, outcomes: Sequence[PollOutcome]) -> None:
        """Record what the run of this instant came to, counted in the store itself.

        The count holds only until a source is polled again. So a run that asked nobody (`outcomes` is empty:
        its polls were all done before it was broken off) is counted only if nobody counted it yet.
        """
        if outcomes or now not in {run.at for run in self.store.runs.all()}:
            self.store.runs.save(self.store.runs.summarise(now))

    def accept_removals(self, source: str, now: datetime) -> int:
        """Accept that what vanished from a source all at once is gone; gives how many documents that is."""
        with self.store.transaction() as transaction:
            state = transaction.sources.state(source)
            count = accept_removals(source, state.removals_to_confirm, now, transaction, self.labeller)
            transaction.sources.save_state(replace(state, removals_to_confirm=()))
        return count

    async def dry_run(self, source: Source, fetch: Fetcher, now: datetime) -> DryRun:
        """Ask one source as if for the first time and compare with the store; writes nothing."""
        answer = await read_source(source, SourceState(source=source.id), fetch, now)
        entries = answer.entries if isinstance(answer, SourceReading) else ()
        held = {e.id: h.carriers for e in entries if (h := self.store.documents.get(e.id))}
        changes = find_changes(source, entries, held, now=now, backlog=False)
        marks = self.store.labels.overrides()
        return DryRun(
            result=answer,
            changes={change.entry.id: change.kind for change in changes},
            labels={e.id: self.labeller.label(e, [source.id], marks.get(e.id)) for e in entries},
        )

    async def _poll_one(
        self, source: Source, state: SourceState, fetch: Fetcher, now: datetime
    ) -> PollOutcome:
        try:
            listed = self.store.names.names_in_last_poll(source.id, before=now)
            return self._save(source, await read_source(source, state, fetch, now, listed), now)
        except AggregatorError:
            raise
        except Exception as bug:
            log.exception(source.id)
            return PollOutcome(source=source.id, bug=repr(bug))

    def _save(self, source: Source, answer: PollResult, now: datetime) -> PollOutcome:
        """Changes, validators and next poll time in one transaction: a crash loses and repeats nothing."""
        changes: tuple[Change, ...] = ()
        with self.store.transaction() as transaction:
            before = transaction.sources.state(source.id)
            after = state_after(answer, source, before, now, _next_poll(source, answer, before, now))
            if isinstance(answer, SourceReading) and not is_polled(before, now):
                answer = self._with_known_bodies(source, answer)
                saved = save_reading(source, answer, before, now, transaction, self.labeller)
                changes, after = saved.changes, replace(after, removals_to_confirm=saved.pending_removals)
            if isinstance(answer, Unchanged):
                transaction.carriers.mark_seen(
                    source.id, transaction.carriers.last_listed_ids(source.id), now
                )
            if ended := ended_outage(source, before, after):
                transaction.sources.save_outage(ended)
            transaction.sources.save_state(after)
        outcome = _outcome(source, answer, changes)
        log.poll_finished(outcome.source, outcome.failure, new=outcome.new, revised=outcome.revised)
        return outcome

    def _with_known_bodies(self, source: Source, reading: SourceReading) -> SourceReading:
        """What another instance files under a body that is not known here belongs to the source's own."""
        bodies = self.config.bodies
        entries = (
            replace(entry, body=source.body) if entry.relayed and entry.body not in bodies else entry
            for entry in reading.entries
        )
        return replace(reading, entries=tuple(entries))


def _state_of(states: Mapping[str, SourceState], source: Source) -> SourceState:
    return states.get(source.id, SourceState(source=source.id))


def _next_poll(source: Source, answer: PollResult, before: SourceState, now: datetime) -> datetime:
    failed = answer if isinstance(answer, Failed) else None
    failures = before.failures + 1 if failed else 0
    jitter = zlib.crc32(f"{source.id} {now.isoformat()}".encode()) / 2**32
    return next_poll_at(source, now=now, failures=failures, failed=failed, jitter=jitter)


def _outcome(source: Source, answer: PollResult, changes: Iterable[Change]) -> PollOutcome:
    kinds = Counter(change.kind for change in changes)
    return PollOutcome(
        source=source.id,
        failure=answer if isinstance(answer, Failed) else None,
        new=kinds[ChangeKind.NEW],
        revised=kinds[ChangeKind.REVISED] + kinds[ChangeKind.RESTORED],
        removed=kinds[ChangeKind.WITHDRAWN],
        rejected=len(answer.rejects) if isinstance(answer, SourceReading) else 0,
    )
