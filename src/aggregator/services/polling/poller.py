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
from aggregator.fetch import Fetch
from aggregator.fetch.http.poll_times import next_due
from aggregator.model import Change, ChangeKind, Failed, Labels, Source, SourceState
from aggregator.services.polling.merge_documents import join_documents
from aggregator.services.polling.read_source import Answer, Reading, Unchanged, ask
from aggregator.services.polling.save_reading import accept_removals, keep_reading
from aggregator.services.polling.source_state import asked_already, due_already, outage_over, state_after
from aggregator.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
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
class Tried:
    """What each stage made of a source that was only tried."""

    answer: Answer
    changes: Mapping[str, ChangeKind]
    labels: Mapping[str, Labels]


Progress = Callable[[Outcome], None]


@dataclass(frozen=True)
class Poller:
    """Polls the sources of one store. `now` is the instant that a call stands for."""

    config: Config
    store: Store
    labeller: Labeller

    def pollable(self) -> tuple[Source, ...]:
        """The sources that are switched on."""
        return tuple(s for s in self.config.sources if s.enabled)

    def due(self, now: datetime) -> tuple[Source, ...]:
        """The sources whose next poll is due."""
        states = self.store.sources.states()
        return tuple(s for s in self.pollable() if due_already(_state_of(states, s), now))

    async def poll(
        self, sources: Sequence[Source], fetch: Fetch, now: datetime, progress: Progress = lambda _: None
    ) -> tuple[Outcome, ...]:
        """Ask `sources` at once (fetch takes turns within a host) and save what changed, each as it answers.

        A source that was already asked at `now` is left alone: a run that was broken off goes on where it
        stopped, and the same instant twice is once.
        """
        self.join_documents(before=now)
        states = self.store.sources.states()
        waiting = [s for s in sources if not asked_already(_state_of(states, s), now)]

        async def one(source: Source) -> Outcome:
            outcome = await self._poll_one(source, _state_of(states, source), fetch, now)
            progress(outcome)
            return outcome

        return tuple(await asyncio.gather(*(one(source) for source in waiting)))

    def join_documents(self, *, before: datetime | None = None) -> None:
        """Merge documents that share a name: those that did so before an instant, or all.

        Call it when the polls of an instant are done, before anything is published or sent. Until then each
        is stored as if the others had not been made, so that their order changes nothing.
        """
        if self.store.names.shared(before):
            with self.store.writing() as transaction:
                join_documents(transaction, self.labeller, before)

    def record_run(self, now: datetime, outcomes: Sequence[Outcome]) -> None:
        """Record what the run of this instant came to, counted in the store itself.

        The count holds only until a source is polled again. So a run that asked nobody (`outcomes` is empty:
        its polls were all done before it was broken off) is counted only if nobody counted it yet.
        """
        if outcomes or now not in {run.at for run in self.store.runs.all()}:
            self.store.runs.note(self.store.runs.count(now))

    def accept_removals(self, source: str, now: datetime) -> int:
        """Accept that what vanished from a source all at once is gone; gives how many documents that is."""
        with self.store.writing() as transaction:
            state = transaction.sources.state(source)
            count = accept_removals(source, state.held, now, transaction, self.labeller)
            transaction.sources.keep(replace(state, held=()))
        return count

    async def try_out(self, source: Source, fetch: Fetch, now: datetime) -> Tried:
        """Ask one source as if for the first time and compare with the store; writes nothing."""
        answer = await ask(source, SourceState(source=source.id), fetch, now)
        entries = answer.entries if isinstance(answer, Reading) else ()
        held = {e.id: h.carriers for e in entries if (h := self.store.documents.one(e.id))}
        changes = find_changes(source, entries, held, now=now, backlog=False)
        marks = self.store.labels.marks()
        return Tried(
            answer=answer,
            changes={change.entry.id: change.kind for change in changes},
            labels={e.id: self.labeller.label(e, [source.id], marks.get(e.id)) for e in entries},
        )

    async def _poll_one(self, source: Source, state: SourceState, fetch: Fetch, now: datetime) -> Outcome:
        try:
            listed = self.store.names.last(source.id, before=now)
            return self._save(source, await ask(source, state, fetch, now, listed), now)
        except AggregatorError:
            raise
        except Exception as bug:
            log.broke(source.id)
            return Outcome(source=source.id, bug=repr(bug))

    def _save(self, source: Source, answer: Answer, now: datetime) -> Outcome:
        """Changes, validators and next poll time in one transaction: a crash loses and repeats nothing."""
        changes: tuple[Change, ...] = ()
        with self.store.writing() as transaction:
            before = transaction.sources.state(source.id)
            after = state_after(answer, source, before, now, _next_poll(source, answer, before, now))
            if isinstance(answer, Reading) and not asked_already(before, now):
                answer = self._with_known_bodies(source, answer)
                saved = keep_reading(source, answer, before, now, transaction, self.labeller)
                changes, after = saved.changes, replace(after, held=saved.held)
            if isinstance(answer, Unchanged):
                transaction.carriers.mark_seen(source.id, transaction.carriers.listed(source.id), now)
            if ended := outage_over(source, before, after):
                transaction.sources.keep_outage(ended)
            transaction.sources.keep(after)
        outcome = _outcome(source, answer, changes)
        log.polled(outcome.source, outcome.failure, new=outcome.new, revised=outcome.revised)
        return outcome

    def _with_known_bodies(self, source: Source, reading: Reading) -> Reading:
        """What another instance files under a body that is not known here belongs to the source's own."""
        bodies = self.config.bodies
        entries = (
            replace(entry, body=source.body) if entry.second_hand and entry.body not in bodies else entry
            for entry in reading.entries
        )
        return replace(reading, entries=tuple(entries))


def _state_of(states: Mapping[str, SourceState], source: Source) -> SourceState:
    return states.get(source.id, SourceState(source=source.id))


def _next_poll(source: Source, answer: Answer, before: SourceState, now: datetime) -> datetime:
    failed = answer if isinstance(answer, Failed) else None
    failures = before.failures + 1 if failed else 0
    jitter = zlib.crc32(f"{source.id} {now.isoformat()}".encode()) / 2**32
    return next_due(source, now=now, failures=failures, failed=failed, jitter=jitter)


def _outcome(source: Source, answer: Answer, changes: Iterable[Change]) -> Outcome:
    kinds = Counter(change.kind for change in changes)
    return Outcome(
        source=source.id,
        failure=answer if isinstance(answer, Failed) else None,
        new=kinds[ChangeKind.NEW],
        revised=kinds[ChangeKind.REVISED] + kinds[ChangeKind.RESTORED],
        removed=kinds[ChangeKind.WITHDRAWN],
        rejected=len(answer.rejects) if isinstance(answer, Reading) else 0,
    )
