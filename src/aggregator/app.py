"""Puts the parts together: from settings and options to a pipeline with its store, clock and fetch."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from aggregator import VERSION
from aggregator.clock import Clock, fixed_clock, wall_clock
from aggregator.config import Config, Settings, file_of, load
from aggregator.config.sources_file import SourcesFile
from aggregator.deliver import letter, week_of
from aggregator.deliver.tokens import read_key
from aggregator.errors import ConfigError, Mistake
from aggregator.fetch import Fetch, Routed
from aggregator.fetch.folder import FolderFetch
from aggregator.fetch.http import HttpFetch
from aggregator.fetch.mailbox import MailboxFetch
from aggregator.fetch.replay import Replay, polls
from aggregator.model import (
    Board,
    Digest,
    Failed,
    Holding,
    LetterState,
    Mark,
    Source,
    SourceLine,
)
from aggregator.model.addresses import authority_of
from aggregator.pipeline import Outcome, Pipeline, Progress, Tried
from aggregator.pipeline.alerting import Alerting
from aggregator.pipeline.announcing import announce
from aggregator.pipeline.boarding import board_at
from aggregator.pipeline.desk import choosable
from aggregator.pipeline.discovering import Found, discover
from aggregator.pipeline.edition import letter_of, source_lines
from aggregator.pipeline.enrolling import Enrolment
from aggregator.pipeline.hooking import Hooks
from aggregator.pipeline.mailroom import Postman, outbox_folder, where_letters_go
from aggregator.pipeline.moving import merge_sources, rename_source
from aggregator.pipeline.rulebook import Rulebook
from aggregator.publish.folder import Written
from aggregator.store import Store, open_store
from aggregator.worker import JOB, SEARCH

PRODUCT: Final = "uk-open-government-updates"
"""The name by which robots.txt files can speak to us (RFC 9309, 2.2.1)."""

BETWEEN_POLLS: Final = timedelta(days=1)
"""A recording's last poll stands at the instant of the run, each earlier one a day before the next."""


PAUSE: Final = timedelta(seconds=5)
"""Between requests to a host of which sources.yaml says nothing."""

TURN: Final = timedelta(minutes=5)
"""How long a command waits for another process that is at work on the same store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a run of the main job came to."""

    outcomes: tuple[Outcome, ...]
    failing: tuple[str, ...]
    """The sources that cannot be read as things stand, polled now or not."""
    written: Written
    letters: tuple[Digest, ...]
    alerts: int = 0
    """How many alerts were found; they go out with the letters that are due."""

    @property
    def broken(self) -> bool:
        """Whether the program itself is at fault somewhere."""
        return any(outcome.bug for outcome in self.outcomes)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The program, put together over one store."""

    config: Config
    store: Store
    clock: Clock
    replay: Path | None = None

    @property
    def pipeline(self) -> Pipeline:
        """The job."""
        return Pipeline(self.config, self.store)

    async def run(self, progress: Progress) -> Report:
        """The main job: poll every source, issue what letters are due, publish."""
        pipeline, outcomes, alerts = self.pipeline, list[Outcome](), 0
        with self.store.reserved(JOB, wait=TURN):
            pipeline.reclassify()
            for now, fetch in self._rounds():
                async with fetch as ask:
                    polled = await pipeline.poll(pipeline.pollable(), ask, now, progress)
                pipeline.join_documents()
                pipeline.note(now, polled)
                alerts += len(self.alerting.look(now))
                outcomes += polled
            now = self.clock()
            letters = pipeline.issue_letters(now)
            written = pipeline.publish(now)
        await self.announce(written)
        return self._report(pipeline, outcomes, letters, written, alerts)

    async def poll(self, sources: Sequence[Source], progress: Progress) -> tuple[Outcome, ...]:
        """Poll `sources` and publish nothing."""
        now = self.clock()
        with self.store.reserved(JOB, wait=TURN):
            async with self.fetch() as ask:
                outcomes = await self.pipeline.poll(sources, ask, now, progress)
            self.pipeline.join_documents()
            self.pipeline.note(now, outcomes)
            self.alerting.look(now)
        return outcomes

    def publish(self) -> Written:
        """Make output/ what the store says now."""
        with self.store.reserved(JOB, wait=TURN):
            self.pipeline.join_documents()
            self.pipeline.reclassify()
            return self.pipeline.publish(self.clock())

    async def search_index(self) -> int:
        """Make the search index of output/ anew; how many pages it holds. Raises PublishError."""
        with self.store.reserved(SEARCH, wait=TURN):
            return await self.pipeline.index()

    async def retract(self, entry_id: str, why: str) -> None:
        """Take a document out of the store, of output/ and of the search index. Raises PublishError."""
        self.store.retract(entry_id, why, self.clock())
        self.publish()
        if self.pipeline.is_indexed:
            await self.search_index()

    async def announce(self, written: Written) -> None:
        """Tell the hubs of the settings which feeds have changed; nobody, for a recording."""
        if self.config.settings.hubs and not self.replay:
            async with self._live() as ask:
                await announce(self.config.settings.site, written.changed, ask)

    def export(self, folder: Path) -> Written:
        """The whole record as tables in `folder`. Raises PublishError."""
        return self.pipeline.export(folder, self.clock())

    def check(self) -> tuple[str, ...]:
        """The paths at which output/ is not what the store says now; writes nothing there."""
        with self.store.reserved(JOB, wait=TURN):
            return self.pipeline.check(self.clock())

    def reclassify(self, progress: Callable[[int, int], None]) -> int:
        """Label what is stored by the vocabulary of now; how many documents have other labels than before."""
        with self.store.reserved(JOB, wait=TURN):
            return self.pipeline.reclassify(progress)

    def mark(self, id: str, mark: Mark | None) -> Holding:
        """Keep the operator's correction of a document, or take it back. Raises ConfigError."""
        with self.store.reserved(JOB, wait=TURN):
            held = self.pipeline.mark(id, mark)
        if held is None:
            what = "nothing with this id is held; `aggregator entries --json` shows the ids"
            raise ConfigError((Mistake(f"document {id}", 0, what),))
        return held

    def letter(self, name: str | None) -> Digest:
        """A week's or a day's letter: as issued, or else as a draft. Nothing is kept of it.

        None: the open week's. Raises ConfigError for a name that is neither a week's nor a day's.
        """
        now, zone = self.clock(), self.config.settings.zone
        wanted = name or week_of(now, zone)
        lines = self.source_lines()
        try:
            return self.store.digest(wanted) or letter_of(
                self.config, self.store, lines, wanted, holdings=self.store.holdings
            )
        except ValueError as error:
            raise ConfigError((Mistake(f"letter {wanted}", 0, str(error)),)) from error

    async def issue_letters(self) -> tuple[Digest, ...]:
        """Freeze the letter of every week and day that has closed and has none yet, and publish; gives those.

        A letter says where it stands on the web, and there it has to be when it arrives.
        """
        with self.store.reserved(JOB, wait=TURN):
            issued = self.pipeline.issue_letters(self.clock())
        if issued:
            await self.announce(self.publish())
        return issued

    async def send_letters(self) -> Counter[LetterState]:
        """Issue, publish and plan what is missing, hand over what is due, and count the letters.

        Raises DeliveryError when the mail server cannot be used, and ConfigError when mail is switched on
        and not set up.
        """
        await self.issue_letters()
        counts = await self.postman.work(wait=TURN)
        if not self.replay:
            async with self._live() as ask:
                await self.hooks.work(ask, wait=TURN)
        return counts

    @property
    def hooks(self) -> Hooks:
        """Whoever posts alerts to webhooks; of a recording nothing is posted."""
        return Hooks(self.config, self.store, self.clock)

    @property
    def alerting(self) -> Alerting:
        """Whoever looks for what the rules of alerts ask for."""
        return Alerting(self.config, self.store)

    @property
    def rulebook(self) -> Rulebook:
        """Whoever adds and removes the rules of alerts."""
        return Rulebook(self.alerting, file_of(self.config.settings, self.replay, "alerts.yaml"))

    @property
    def postman(self) -> Postman:
        """Whoever sends the letters."""
        return Postman(self.config, self.store, self.clock, self.replay)

    @property
    def enrolment(self) -> Enrolment:
        """Who gets letters, as the operator takes them in. Raises DeliveryError without a key."""
        settings = self.config.settings
        key = read_key(settings.path(settings.secret_file))
        return Enrolment(self.store, key, outbox_folder(settings, self.replay), choosable(self.config))

    def where_letters_go(self) -> str:
        """A sentence that says where letters go, as things are set."""
        return where_letters_go(self.config.settings, self.replay)

    def letter_text(self, digest: Digest) -> str:
        """A letter as text."""
        made = letter(digest, self.config.settings.site, self.config.bodies)
        return next(one.payload.decode() for one in made if one.media_type.startswith("text/plain"))

    def board(self, *, as_seen: bool) -> Board:
        """The board at the clock's instant; with `as_seen` from nothing that we saw later."""
        return board_at(self.config, self.store, self.clock(), as_seen=as_seen)

    def source_lines(self) -> tuple[SourceLine, ...]:
        """Every source with what is known of it."""
        return source_lines(self.config, self.store)

    async def try_source(self, id: str) -> Tried:
        """Ask one source and say what each room makes of it; writes nothing."""
        source = next(source for source in self.config.sources if source.id == id)
        async with self.fetch() as ask:
            return await self.pipeline.try_out(source, ask, self.clock())

    async def discover(self, address: str) -> tuple[Found, ...] | Failed:
        """What can be read at an address, or is named there; asked with the pause that its host has here."""
        pauses = [s.pause for s in self.config.sources if authority_of(s.address) == authority_of(address)]
        async with self.fetch() as ask:
            return await discover(address, ask, max(pauses, default=PAUSE))

    @property
    def sources_file(self) -> SourcesFile:
        """The project's sources.yaml, to be edited."""
        return SourcesFile(self.config.settings.path("sources.yaml"), self.config.bodies)

    def rename_source(self, old: str, new: str) -> int:
        """Give a source a new id; how many documents it carries. Raises ConfigError."""
        with self.store.reserved(JOB, wait=TURN):
            return rename_source(self.sources_file, self.store, old, new)

    def merge_sources(self, old: str, into: str) -> int:
        """Give a source's documents to another and switch it off; how many they are. Raises ConfigError."""
        with self.store.reserved(JOB, wait=TURN):
            return merge_sources(self.sources_file, self.store, old, into)

    def fetch(self) -> contextlib.AbstractAsyncContextManager[Fetch]:
        """What answers requests: the network and this project's folders, or a recording's last poll."""
        if self.replay:
            return self._recorded(self.replay, max(polls(self.replay)))
        return self._live()

    def _rounds(self) -> Iterator[tuple[datetime, contextlib.AbstractAsyncContextManager[Fetch]]]:
        now = self.clock()
        if not self.replay:
            yield now, self._live()
            return
        numbers = polls(self.replay)
        for later, number in reversed(list(enumerate(reversed(numbers)))):
            yield now - BETWEEN_POLLS * later, self._recorded(self.replay, number)

    @asynccontextmanager
    async def _live(self) -> AsyncIterator[Fetch]:
        settings = self.config.settings
        web = HttpFetch(
            user_agent=user_agent(settings),
            memory=self.store.robots,
            clock=self.clock,
            allowed_hosts=frozenset(settings.own_hosts),
        )
        async with web:
            yield Routed(FolderFetch(settings.home), self._mailboxes(), web)

    def _mailboxes(self) -> MailboxFetch:
        settings, boxes = self.config.settings, dict[str, Path | None]()
        for source in self.config.sources:
            if source.mail:
                password = source.mail.password_file
                named = settings.path(password) if password else None
                boxes |= dict.fromkeys((source.address, *source.fallbacks), named)
        return MailboxFetch(settings.home, boxes, allowed_hosts=frozenset(settings.own_hosts))

    @asynccontextmanager
    async def _recorded(self, folder: Path, poll: int) -> AsyncIterator[Fetch]:
        replay = Replay(folder, poll)
        yield Routed(FolderFetch(self.config.settings.home), replay, replay)

    def _report(
        self,
        pipeline: Pipeline,
        outcomes: list[Outcome],
        letters: tuple[Digest, ...],
        written: Written,
        alerts: int,
    ) -> Report:
        states = self.store.states()
        failing = tuple(s.id for s in pipeline.pollable() if s.id in states and states[s.id].failure)
        return Report(
            outcomes=tuple(outcomes), failing=failing, letters=letters, written=written, alerts=alerts
        )


def user_agent(settings: Settings) -> str:
    """Who asks, for the publishers' logs: name, version, page and contact."""
    known = [part for part in (settings.operator, settings.contact) if part]
    return f"{PRODUCT}/{VERSION} (+{settings.base_url}{''.join(f'; {part}' for part in known)})"


@contextmanager
def open_app(settings: Settings, *, at: datetime | None = None, replay: Path | None = None) -> Iterator[App]:
    """The program over the store of `settings`, or over a store of its own for a recording.

    Recorded answers never mix with what the network said. Raises ConfigError and StoreError.
    """
    config = load(settings, replay=replay)
    url = (
        f"sqlite:///{settings.path(f'data/replay-{replay.resolve().name}.db')}"
        if replay
        else settings.store_url
    )
    with open_store(url) as store:
        yield App(config=config, store=store, clock=fixed_clock(at) if at else wall_clock, replay=replay)
