"""Puts the parts together: from settings and options to the services over one store, and their jobs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from aggregator.clock import fixed_clock, wall_clock
from aggregator.config import Settings, file_of, load
from aggregator.config.sources_editor import SourcesFile
from aggregator.deliver import week_of
from aggregator.deliver.mail.tokens import read_key
from aggregator.due_work import JOB, SEARCH, Services
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.model import DeliveryStatus, Digest, Failed, Source
from aggregator.publish.output_folder import Written
from aggregator.publish.search_index import index_pages, is_indexed
from aggregator.services.alerts.rules import OwnRules, Rulebook
from aggregator.services.alerts.webhooks import Hooks
from aggregator.services.mailing.mailer import Mailer, outbox_folder
from aggregator.services.polling import Outcome, Progress
from aggregator.services.polling.autodiscovery import Found, discover
from aggregator.services.polling.fetchers import Fetching, live_fetch, recorded_fetch, recorded_rounds
from aggregator.services.publishing.issue_digests import issue_letters
from aggregator.services.publishing.snapshot import letter_of, source_lines
from aggregator.services.publishing.websub import announce
from aggregator.services.subscriptions.admin import Enrolment
from aggregator.services.subscriptions.service import choosable
from aggregator.store import open_store
from aggregator.values.web_addresses import authority_of

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


@dataclass(frozen=True, kw_only=True)
class App(Services):
    """The services over one store, with the jobs for which several of them are needed."""

    replay: Path | None = None

    def alone(self) -> AbstractContextManager[None]:
        """Poll or publish in the `with` while no other process does. Raises StoreError after five minutes."""
        return self.store.reserved(JOB, wait=TURN)

    async def run(self, progress: Progress) -> Report:
        """The main job: poll every source, issue the digests that are due, publish."""
        outcomes, alerts, sources = list[Outcome](), 0, self.poller.pollable()
        with self.alone():
            self.labelling.relabel()
            for now, fetching in self._rounds():
                async with fetching as fetch:
                    polled, found = await self.poll(sources, fetch, now, progress)
                self.poller.record_run(now, polled)
                outcomes, alerts = [*outcomes, *polled], alerts + found
            now = self.clock()
            letters = issue_letters(self.config, self.store, now)
            written = self.publisher.publish(now)
        await self.announce(written)
        states = self.store.sources.states()
        failing = tuple(s.id for s in sources if s.id in states and states[s.id].failure)
        return Report(
            outcomes=tuple(outcomes), failing=failing, letters=letters, written=written, alerts=alerts
        )

    async def poll_only(self, sources: Sequence[Source], progress: Progress) -> tuple[Outcome, ...]:
        """Poll `sources` and publish nothing."""
        with self.alone():
            now = self.clock()
            async with self.fetch() as fetch:
                outcomes, _ = await self.poll(sources, fetch, now, progress)
            self.poller.record_run(now, outcomes)
        return outcomes

    def publish(self) -> Written:
        """Make output/ what the store says now."""
        with self.alone():
            self.poller.join_documents()
            self.labelling.relabel()
            return self.publisher.publish(self.clock())

    async def search_index(self) -> int:
        """Make the search index of output/ anew; how many pages it holds. Raises PublishError."""
        with self.store.reserved(SEARCH, wait=TURN):
            return await index_pages(self.config.settings.output_folder)

    async def retract(self, entry_id: str, why: str) -> None:
        """Take a document out of the store, of output/ and of the search index. Raises PublishError."""
        self.store.documents.retract(entry_id, why, self.clock())
        self.publish()
        if is_indexed(self.config.settings.output_folder):
            await self.search_index()

    async def announce(self, written: Written) -> None:
        """Tell the hubs of the settings which feeds have changed; nobody, for a recording."""
        if self.config.settings.hubs and not self.replay:
            async with self.fetch() as fetch:
                await announce(self.config.settings.site, written.changed, fetch)

    def digest(self, name: str | None) -> Digest:
        """A week's or a day's digest: as issued, or else as a draft, which is not stored.

        None: the open week's. Raises ConfigError for a name that is neither a week's nor a day's.
        """
        wanted = name or week_of(self.clock(), self.config.settings.zone)
        lines = source_lines(self.config, self.store)
        try:
            return self.store.digests.one(wanted) or letter_of(
                self.config, self.store, lines, wanted, holdings=self.store.documents.all
            )
        except ValueError as error:
            raise ConfigError((ConfigIssue(f"letter {wanted}", 0, str(error)),)) from error

    async def issue_digests(self) -> tuple[Digest, ...]:
        """Freeze the digest of every week and day that has closed and has none yet, and publish; gives those.

        A digest links to its page on the web, which has to be there when the mail arrives.
        """
        with self.alone():
            issued = issue_letters(self.config, self.store, self.clock())
        if issued:
            await self.announce(self.publish())
        return issued

    async def send_due(self) -> Counter[DeliveryStatus]:
        """Issue, publish and plan what is missing, send what is due, and count the deliveries.

        Raises DeliveryError when the mail server cannot be used, and ConfigError when mail is switched on
        and not set up.
        """
        await self.issue_digests()
        counts = await self.postman.work(wait=TURN)
        if not self.replay:
            async with self.fetch() as fetch:
                await self.hooks.work(fetch, wait=TURN)
        return counts

    async def discover(self, address: str) -> tuple[Found, ...] | Failed:
        """What can be read at an address, or is named there; asked with the pause that its host has here."""
        pauses = [s.pause for s in self.config.sources if authority_of(s.address) == authority_of(address)]
        async with self.fetch() as fetch:
            return await discover(address, fetch, max(pauses, default=PAUSE))

    @property
    def hooks(self) -> Hooks:
        """Sends alerts to webhooks; of a recording nothing is sent."""
        return Hooks(self.config, self.store, self.clock)

    @property
    def rulebook(self) -> Rulebook:
        """Adds and removes alert rules."""
        return Rulebook(self.alerting, file_of(self.config.settings, self.replay, "alerts.yaml"))

    @property
    def own_rules(self) -> OwnRules:
        """The alert rules that subscribers keep for themselves."""
        return OwnRules(self.alerting)

    @property
    def postman(self) -> Mailer:
        """Sends digests and alerts by mail."""
        return Mailer(self.config, self.store, self.clock, self.replay)

    @property
    def enrolment(self) -> Enrolment:
        """Administers the subscribers. Raises DeliveryError without a key."""
        settings = self.config.settings
        key = read_key(settings.path(settings.secret_file))
        return Enrolment(self.store, key, outbox_folder(settings, self.replay), choosable(self.config))

    @property
    def sources_file(self) -> SourcesFile:
        """The project's sources.yaml, to be edited."""
        return SourcesFile(self.config.settings.path("sources.yaml"), self.config.bodies)

    def fetch(self) -> Fetching:
        """What answers requests: the network and this project's folders, or a recording's last poll."""
        if self.replay:
            return recorded_fetch(self.config, self.replay)
        return live_fetch(self.config, self.store, self.clock)

    def _rounds(self) -> Iterator[tuple[datetime, Fetching]]:
        if self.replay:
            return recorded_rounds(self.config, self.replay, self.clock())
        return iter([(self.clock(), self.fetch())])


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
