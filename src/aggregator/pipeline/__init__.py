"""Calls each room in turn. No decisions of its own; every call may be made twice without harm.

fetch → parse → normalise        `asking.ask`: one source, nothing written
classify → store                 `Pipeline.poll`: what changed, validators and due time in ONE transaction
observe, deliver                 `edition.gather`: the board and the letters
publish → output/                `Pipeline.publish`
"""

from __future__ import annotations

import asyncio
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Final

from aggregator import log
from aggregator.classify import Labeller, find_changes
from aggregator.config import Config
from aggregator.config.opml import write_opml
from aggregator.errors import AggregatorError
from aggregator.fetch import Fetch
from aggregator.fetch.politeness import next_due
from aggregator.model import (
    Artifact,
    Change,
    ChangeKind,
    Deferred,
    Digest,
    Entry,
    Failed,
    Holding,
    Labels,
    Mark,
    Rhythm,
    Source,
    SourceState,
)
from aggregator.pipeline.asking import Answer, Reading, Unchanged, ask
from aggregator.pipeline.edition import gather
from aggregator.pipeline.issuing import issue_letters, letter_files
from aggregator.pipeline.joining import join_documents
from aggregator.pipeline.keeping import Kept, accept_removals, keep_reading
from aggregator.pipeline.states import asked_already, due_already, outage_over, state_after
from aggregator.publish import artifacts, exports
from aggregator.publish.folder import Written, differing, published_at, write
from aggregator.publish.search import FOLDER as INDEX
from aggregator.publish.search import index_pages
from aggregator.store import Store

__all__ = ["Outcome", "Pipeline", "Progress", "Tried"]

BATCH: Final = 500
"""How many documents are labelled anew in one transaction: others wait for no longer than that takes."""


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
    """What each room made of a source that was only tried."""

    answer: Answer
    changes: Mapping[str, ChangeKind]
    labels: Mapping[str, Labels]


Progress = Callable[[Outcome], None]


@dataclass(frozen=True)
class Pipeline:
    """The whole job over one store. `now` is the instant that a call stands for."""

    config: Config
    store: Store

    # ---------------------------------------------------------------- polling
    def pollable(self) -> tuple[Source, ...]:
        """The sources that are switched on."""
        return tuple(s for s in self.config.sources if s.enabled)

    def due(self, now: datetime) -> tuple[Source, ...]:
        """The sources whose next poll is due."""
        states = self.store.states()
        return tuple(s for s in self.pollable() if due_already(self._known(states, s), now))

    def next_due(self) -> datetime | None:
        """When the next source is due; None when one is due that was never asked, or when there is none."""
        states = self.store.states()
        moments = [self._known(states, source).due for source in self.pollable()]
        return None if None in moments else min((m for m in moments if m), default=None)

    async def poll(
        self, sources: Sequence[Source], fetch: Fetch, now: datetime, progress: Progress = lambda _: None
    ) -> tuple[Outcome, ...]:
        """Ask `sources` at once (fetch takes turns within a host) and keep what changed, each as it answers.

        A source that was already asked at `now` is left alone: a run that was broken off goes on where it
        stopped, and the same instant twice is once.
        """
        self.join_documents(before=now)
        states = self.store.states()
        waiting = [s for s in sources if not asked_already(self._known(states, s), now)]

        async def one(source: Source) -> Outcome:
            outcome = await self._poll_one(source, self._known(states, source), fetch, now)
            progress(outcome)
            return outcome

        return tuple(await asyncio.gather(*(one(source) for source in waiting)))

    async def _poll_one(self, source: Source, state: SourceState, fetch: Fetch, now: datetime) -> Outcome:
        try:
            listed = self.store.last_names(source.id)
            return self._keep(source, await ask(source, state, fetch, now, listed), now)
        except AggregatorError:
            raise
        except Exception as bug:
            log.broke(source.id)
            return Outcome(source=source.id, bug=repr(bug))

    def _known(self, states: dict[str, SourceState], source: Source) -> SourceState:
        return states.get(source.id, SourceState(source=source.id))

    def _keep(self, source: Source, answer: Answer, now: datetime) -> Outcome:
        """Changes, validators and next poll time in one transaction: a crash loses and repeats nothing."""
        kept = Kept()
        with self.store.writing() as transaction:
            before = transaction.state(source.id)
            after = self._state(source, answer, before, now)
            if isinstance(answer, Reading) and not asked_already(before, now):
                answer = self._placed(source, answer)
                kept = keep_reading(source, answer, before, now, transaction, self._labeller)
                after = replace(after, held=kept.held)
            if isinstance(answer, Unchanged):
                transaction.seen(source.id, transaction.listed(source.id), now)
            if ended := outage_over(source, before, after):
                transaction.keep_outage(ended)
            transaction.keep(after)
        outcome = _outcome(source, answer, kept.changes)
        log.polled(outcome.source, outcome.failure, new=outcome.new, revised=outcome.revised)
        return outcome

    def join_documents(self, *, before: datetime | None = None) -> None:
        """Make one document of those that share a name; what was told before an instant, or all of it.

        To be called when the polls of an instant are done, before anything is told to anybody. Until then
        each is kept as if the others had not been made, so that their order changes nothing.
        """
        if not self.store.shares_names(before):
            return
        with self.store.writing() as transaction:
            silenced = join_documents(transaction, self._labeller, before)
        if silenced:
            self.store.forget()

    def _placed(self, source: Source, reading: Reading) -> Reading:
        """What another instance files under a body that is not known here belongs to the source's own."""
        bodies = self.config.bodies
        entries = (
            replace(entry, body=source.body) if entry.second_hand and entry.body not in bodies else entry
            for entry in reading.entries
        )
        return replace(reading, entries=tuple(entries))

    def accept_removals(self, source: str, now: datetime) -> int:
        """The operator's word that what vanished from a source all at once is gone; gives how many."""
        with self.store.writing() as transaction:
            state = transaction.state(source)
            count = accept_removals(source, state.held, now, transaction, self._labeller)
            transaction.keep(replace(state, held=()))
        return count

    def _state(self, source: Source, answer: Answer, before: SourceState, now: datetime) -> SourceState:
        failed = answer if isinstance(answer, Failed) else None
        failures = before.failures + 1 if failed else 0
        jitter = zlib.crc32(f"{source.id} {now.isoformat()}".encode()) / 2**32
        due = next_due(source, now=now, failures=failures, failed=failed, jitter=jitter)
        return state_after(answer, source, before, now, due)

    @cached_property
    def _labeller(self) -> Labeller:
        sources = {source.id: source for source in self.config.sources}
        return Labeller(self.config.vocabulary, sources, self.config.bodies)

    async def try_out(self, source: Source, fetch: Fetch, now: datetime) -> Tried:
        """Ask one source as if for the first time and compare with the store; writes nothing."""
        answer = await ask(source, SourceState(source=source.id), fetch, now)
        entries = answer.entries if isinstance(answer, Reading) else ()
        held = {e.id: h.carriers for e in entries if (h := self.store.holding(e.id))}
        changes = find_changes(source, entries, held, now=now, backlog=False)
        marks = self.store.marks()
        return Tried(
            answer=answer,
            changes={change.entry.id: change.kind for change in changes},
            labels={e.id: self._labeller.label(e, [source.id], marks.get(e.id)) for e in entries},
        )

    # ---------------------------------------------------------------- what follows a poll
    def reclassify(self, progress: Callable[[int, int], None] = lambda done, all: None) -> int:
        """Label what was labelled by an older vocabulary; touches no date, so nothing looks new or changed.

        In batches, each kept whole: broken off, it goes on where it stopped. `progress` gets how many are
        done and how many there are. Gives how many documents got other labels than before.
        """
        waiting, done, changed = self.store.unlabelled(self._labeller.fingerprint), 0, 0
        while done < waiting:
            batch = self._reclassify_batch()
            if batch is None:
                break
            done, changed = done + batch[0], changed + batch[1]
            progress(done, waiting)
        return changed

    def _reclassify_batch(self) -> tuple[int, int] | None:
        """How many documents were labelled anew, and how many of them otherwise; None when none is left."""
        by = self._labeller.fingerprint
        with self.store.writing() as transaction:
            held = transaction.to_label(by, BATCH)
            label = self._labeller.with_marks(transaction.marks(one.entry.id for one in held))
            fresh = {one.entry.id: label(one.entry, [c.source for c in one.carriers]) for one in held}
            transaction.label(fresh, by)
        changed = sum(fresh[one.entry.id] != one.labels for one in held)
        return (len(held), changed) if held else None

    def mark(self, entry_id: str, mark: Mark | None) -> Holding | None:
        """Keep the operator's correction of a document, or take it back (None), and label it by that.

        Gives the document as it stands then; None when nobody holds it.
        """
        with self.store.writing() as transaction:
            held = transaction.holding(entry_id)
            if held is None:
                return None
            transaction.mark(held.entry.id, mark)
            labels = self._labeller.label(held.entry, [c.source for c in held.carriers], mark)
            transaction.label({held.entry.id: labels}, self._labeller.fingerprint)
        return replace(held, labels=labels)

    def explain(self, entry: Entry) -> Labels:
        """What the vocabulary makes of an entry that no source carries."""
        return self._labeller.label(entry, ())

    def note(self, now: datetime, outcomes: Sequence[Outcome]) -> None:
        """Keep what the run of this instant came to, counted in the store itself.

        The count holds only until a source is polled again. So a run that asked nobody (`outcomes` is empty:
        its polls were all done before it was broken off) is counted only if nobody counted it yet.
        """
        if outcomes or now not in {run.at for run in self.store.runs()}:
            self.store.note_run(self.store.count_run(now))

    def issue_letters(self, now: datetime) -> tuple[Digest, ...]:
        """Freeze the letter of every week and day that has closed and has none yet; gives those."""
        return issue_letters(self.config, self.store, now)

    def publish(self, now: datetime) -> Written:
        """Make output/ what the store says at `now`; a file whose bytes did not change is not touched."""
        return write(self.config.settings.output_folder, self._files(now), now)

    def export(self, folder: Path, now: datetime) -> Written:
        """The whole record as tables in `folder`, which holds nothing else of ours."""
        return write(folder, exports(gather(self.config, self.store, now)), now)

    def check(self, now: datetime) -> tuple[str, ...]:
        """The paths at which output/ is not what the store says; writes nothing.

        Pages tell how many days are left, so it is held against the instant for which it was made; one that
        was never finished, against `now`.
        """
        folder = self.config.settings.output_folder
        return differing(folder, self._files(published_at(folder) or now))

    def _files(self, now: datetime) -> tuple[Artifact | Deferred, ...]:
        edition = gather(self.config, self.store, now)
        days = (digest for digest in self.store.digests(Rhythm.DAILY) if digest.count)
        letters = letter_files((*edition.digests, *days), edition)
        listed = write_opml(edition.site.title, self.config.sources, self.config.bodies)
        sources = Artifact(path="sources.opml", media_type="text/x-opml", payload=listed)
        return (*artifacts(edition), *letters, sources)

    async def index(self) -> int:
        """Make the search index of what is published anew; how many pages it holds. Raises PublishError."""
        return await index_pages(self.config.settings.output_folder)

    @property
    def is_indexed(self) -> bool:
        """Whether a search index was ever made of what is published."""
        return (self.config.settings.output_folder / INDEX).is_dir()


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
