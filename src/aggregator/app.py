"""Assembles the program from settings and options: services over one store, and jobs that need several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from aggregator.clock import fixed_clock, wall_clock
from aggregator.config import Settings, find_file, load_config
from aggregator.config.sources_editor import SourcesFile
from aggregator.deliver import week_of
from aggregator.deliver.mail.tokens import read_key
from aggregator.due_work import JOB_LOCK, SEARCH_INDEX_LOCK, Services
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.model import DeliveryStatus, Digest, Failed, Source
from aggregator.model.faults import Fault
from aggregator.publish.output_folder import WriteResult, published_at
from aggregator.publish.search_index import build_search_index, has_search_index
from aggregator.services.alerts.rules import OperatorRules, SubscriberRules
from aggregator.services.alerts.webhooks import WebhookSender
from aggregator.services.clock_check import accept_clock, is_settled, refuse_future
from aggregator.services.mailing.mailer import Mailer, outbox_folder
from aggregator.services.polling import PollOutcome, Progress
from aggregator.services.polling.autodiscovery import ProbeResult, discover
from aggregator.services.polling.fetchers import FetcherContext, live_fetcher, recorded_fetcher, replay_polls
from aggregator.services.publishing.snapshot import build_digest, sources_with_state
from aggregator.services.publishing.websub import notify_hubs
from aggregator.services.subscriptions.admin import SubscriberAdmin
from aggregator.services.subscriptions.service import choice_options
from aggregator.store import MakeStore, lost_store, open_store
from aggregator.tasks import hold, in_thread
from aggregator.values.web_addresses import authority_of

# Time between two requests to a host that is not in sources.yaml.
DEFAULT_PAUSE: Final = timedelta(seconds=5)

# How long the copy of the store from before a migration is kept: as long as an address that has left.
COPIES_KEPT_FOR: Final = timedelta(days=28)

# How long a command waits for another process that polls or publishes from the same store.
LOCK_TIMEOUT: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """Result of a run of the main job."""

    outcomes: tuple[PollOutcome, ...]
    # Ids of the sources that cannot be read at present, whether polled in this run or not.
    failing: tuple[str, ...]
    written: WriteResult
    digests: tuple[Digest, ...]
    # The number of alerts found; they are sent with the mail that is due.
    alerts: int = 0
    # What was set aside in this run, because of a bug in this program.
    faults: tuple[Fault, ...] = ()

    @property
    def has_bug(self) -> bool:
        """Whether a poll or another part crashed because of a bug in this program."""
        return bool(self.faults) or any(outcome.bug for outcome in self.outcomes)


@dataclass(frozen=True, kw_only=True)
class App(Services):
    """The services over one store, with the jobs that need several of them."""

    # The recording to read instead of the network.
    replay: Path | None = None

    def refuse_future(self) -> None:
        """Raise ConfigError if `--at` would issue a digest before its time. A recording has its own time."""
        settings = self.config.settings
        if not (self.is_clock_real or settings.is_demonstration):
            refuse_future(self.clock(), wall_clock(), settings.timezone)

    def locked(self) -> AbstractContextManager[None]:
        """A context in which no other process polls or publishes. Raises StoreError after LOCK_TIMEOUT."""
        return self.store.job_lock(JOB_LOCK, wait=LOCK_TIMEOUT)

    async def run_once(self, progress: Progress) -> RunReport:
        """The main job: poll every source, issue the digests that are due, publish."""
        outcomes, alerts, sources = list[PollOutcome](), 0, self.poller.enabled_sources()
        async with hold(self.locked()):
            known = await in_thread(self._begin)
            for now, fetcher in self._polls():
                async with fetcher as fetch:
                    polled, found = await self.poll(sources, fetch, now, progress)
                await in_thread(self.poller.record_run, now, polled)
                outcomes, alerts = [*outcomes, *polled], alerts + found
            digests, written = await in_thread(self._issue_and_publish, self.clock())
        await self.notify_hubs_of(written)
        states = self.store.sources.states()
        failing = tuple(s.id for s in sources if s.id in states and states[s.id].failure)
        return RunReport(
            outcomes=tuple(outcomes),
            failing=failing,
            digests=digests,
            written=written,
            alerts=alerts,
            faults=tuple(one for one in self.store.faults.all() if one not in known),
        )

    def _begin(self) -> set[Fault]:
        """Check clock and folder, and label again if the vocabulary has changed; return the known faults."""
        self.refuse_future()
        self.check_clock()
        self.publisher.refuse_folder()
        known = set(self.store.faults.all())
        self.labelling.relabel(self.clock())
        return known

    def _issue_and_publish(self, now: datetime) -> tuple[tuple[Digest, ...], WriteResult]:
        return self.issue_digests_due(now), self.publisher.publish(now)

    async def poll_only(self, sources: Sequence[Source], progress: Progress) -> tuple[PollOutcome, ...]:
        """Poll `sources` without publishing."""
        async with hold(self.locked()):
            await in_thread(self.check_clock)
            now = self.clock()
            async with self.open_fetcher() as fetch:
                outcomes, _ = await self.poll(sources, fetch, now, progress)
            await in_thread(self.poller.record_run, now, outcomes)
        return outcomes

    def publish(self, *, with_loss: bool = False) -> WriteResult:
        """Publish the store as it is now, also `with_loss` of many documents. Raises PublishError."""
        with self.locked():
            self.check_clock()
            now = self.clock()
            self.poller.merge_documents(now)
            self.labelling.relabel(now)
            return self.publisher.publish(now, with_loss=with_loss)

    def accept_clock(self) -> None:
        """Take the clock as right, and set right what lies in the future."""
        with self.locked():
            accept_clock(self.store, self.clock())

    async def rebuild_search_index(self) -> int:
        """Build the search index of output/; returns its number of pages. Raises PublishError."""
        async with hold(self.store.job_lock(SEARCH_INDEX_LOCK, wait=LOCK_TIMEOUT)):
            return await build_search_index(self.config.settings.output_folder)

    async def retract(self, document_id: str, why: str) -> None:
        """Remove a document for good from the store, output/ and the search index. Raises PublishError."""
        await in_thread(self.store.documents.retract, document_id, why, self.clock())
        await in_thread(self.publish)
        if has_search_index(self.config.settings.output_folder):
            await self.rebuild_search_index()

    async def notify_hubs_of(self, written: WriteResult) -> None:
        """Notify the WebSub hubs of the settings of changed feeds; never for a recording."""
        settings = self.config.settings
        if settings.websub_hubs and not settings.is_demonstration:
            async with self.open_fetcher() as fetch:
                await notify_hubs(settings.site, written.changed, fetch)

    def get_digest(self, period: str | None) -> Digest:
        """The digest of a week (`2024-W04`) or day (`2024-01-24`): as issued, else a draft, not stored.

        `None` is the open week. Raises ConfigError for anything else.
        """
        wanted = period or week_of(self.clock(), self.config.settings.timezone)
        sources = sources_with_state(self.config, self.store)
        try:
            return self.store.digests.get(wanted) or build_digest(
                self.config,
                self.store,
                sources,
                wanted,
                now=self.clock(),
                load_documents=self.store.documents.all,
            )
        except ValueError as error:
            raise ConfigError((ConfigIssue(f"digest {wanted}", 0, str(error)),)) from error

    async def issue_digests(self) -> tuple[Digest, ...]:
        """Issue the digest of every closed week and day that has none, and publish; returns those issued."""
        issued = await in_thread(self._issue)
        # Publish before sending: a digest links to its page, which has to be there when the mail arrives.
        has_unpublished = await in_thread(self.publisher.has_unpublished_digests, self.clock())
        if issued or has_unpublished:
            await self.notify_hubs_of(await in_thread(self.publish))
        return issued

    def _issue(self) -> tuple[Digest, ...]:
        self.refuse_future()
        with self.locked():
            self.check_clock()
            return self.issue_digests_due(self.clock())

    async def send_due(self) -> Counter[DeliveryStatus]:
        """Issue and publish digests, then send due mail and webhooks; counts deliveries by status.

        Raises DeliveryError when the mail server cannot be used, and ConfigError when mail is switched on but
        not set up.
        """
        await self.issue_digests()
        counts = await self.mailer.send_due(wait=LOCK_TIMEOUT)
        if not self.config.settings.is_demonstration:
            async with self.open_fetcher() as fetch:
                await self.webhook_sender.send_due(fetch, wait=LOCK_TIMEOUT)
        return counts

    async def discover(self, address: str) -> tuple[ProbeResult, ...] | Failed:
        """The sources that can be read at an address or that it links to."""
        pauses = [s.pause for s in self.config.sources if authority_of(s.address) == authority_of(address)]
        async with self.open_fetcher() as fetch:
            return await discover(address, fetch, max(pauses, default=DEFAULT_PAUSE), self.parser)

    @property
    def webhook_sender(self) -> WebhookSender:
        """Sends alerts to webhooks."""
        return WebhookSender(self.config, self.store, self.clock)

    @property
    def operator_rules(self) -> OperatorRules:
        """Edits the operator's alert rules."""
        return OperatorRules(self.alert_matcher, find_file(self.config.settings, self.replay, "alerts.yaml"))

    @property
    def subscriber_rules(self) -> SubscriberRules:
        """Edits subscribers' own alert rules."""
        return SubscriberRules(self.alert_matcher)

    @property
    def mailer(self) -> Mailer:
        """Sends digests and alerts by mail."""
        return Mailer(self.config, self.store, self.clock, self.replay)

    @property
    def subscriber_admin(self) -> SubscriberAdmin:
        """Administers subscribers. Raises DeliveryError if the key that signs links cannot be read."""
        settings = self.config.settings
        key = read_key(settings.path(settings.secret_file))
        return SubscriberAdmin(
            self.store, key, outbox_folder(settings, self.replay), choice_options(self.config)
        )

    @property
    def sources_file(self) -> SourcesFile:
        """Edits sources.yaml."""
        return SourcesFile(self.config.settings.path("sources.yaml"), self.config.bodies)

    def open_fetcher(self) -> FetcherContext:
        """What answers requests: the network and this project's folders, or a recording's last poll."""
        if self.replay:
            return recorded_fetcher(self.config, self.replay)
        return live_fetcher(self.config, self.store, self.clock)

    def _polls(self) -> Iterator[tuple[datetime, FetcherContext]]:
        if self.replay:
            return replay_polls(self.config, self.replay, self.clock())
        return iter([(self.clock(), self.open_fetcher())])


@contextmanager
def open_app(
    settings: Settings, *, at: datetime | None = None, replay: Path | None = None, new: bool = False
) -> Iterator[App]:
    """Open the program over the store of `settings`; with `replay` that must be a store of its own.

    `at` fixes the clock. `new` makes a new store where one was lost. Raises ConfigError and StoreError.
    """
    config = load_config(settings, replay=replay)
    url = settings.store_url
    if not (settings.is_demonstration or new):
        _refuse_lost_folder(settings, Path(url.removeprefix("sqlite:///")))
    with open_store(url, make=_may_make_store(replay, new=new)) as store:
        is_clock_real = not (at or replay)
        if is_clock_real and is_settled(store.instants.runs(), now := wall_clock()):
            store.drop_old_copies(now - COPIES_KEPT_FOR, now)
        clock = fixed_clock(at) if at else wall_clock
        yield App(config=config, store=store, clock=clock, replay=replay, is_clock_real=is_clock_real)


def _refuse_lost_folder(settings: Settings, file: Path) -> None:
    """Raise ConfigError if output/ was published from a store that is gone with its folder and its mark."""
    # A folder that is there without a mark may have published from a recording only.
    if not file.parent.exists() and published_at(settings.output_folder):
        raise lost_store(file)


def _may_make_store(replay: Path | None, *, new: bool) -> MakeStore:
    if replay:
        return MakeStore.ALWAYS
    return MakeStore.ANEW if new else MakeStore.FIRST_TIME
