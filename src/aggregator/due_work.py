"""The jobs that the scheduler runs: each does all that is due now."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import Any, Final

from aggregator import log
from aggregator.classify import Labeller
from aggregator.clock import Clock
from aggregator.config import Config
from aggregator.errors import AggregatorError, PublishError, StoreError
from aggregator.fetch import Fetcher
from aggregator.model import Digest, Source
from aggregator.model.faults import FaultKind
from aggregator.publish import WriteResult
from aggregator.publish.search_index import build_search_index
from aggregator.services.alerts.matching import AlertMatcher
from aggregator.services.alerts.webhooks import WebhookSender
from aggregator.services.clock_check import check_clock, refuse_wrong_clock
from aggregator.services.inbox.health import HealthCheck, HealthReport, JobOutcomes
from aggregator.services.inbox.operator_mail import OperatorMail
from aggregator.services.isolation import describe, guard_beside
from aggregator.services.mailing.mailer import Mailer
from aggregator.services.polling import Poller, PollOutcome, Progress
from aggregator.services.polling.labelling import Labelling
from aggregator.services.polling.parser import ParseLimits, Parser, shared_parser
from aggregator.services.publishing.issue_digests import issue_digests
from aggregator.services.publishing.publisher import Publisher
from aggregator.services.publishing.websub import notify_hubs
from aggregator.store import Store
from aggregator.tasks import hold, in_thread, stop_if_cancelled

# Name of the lock for polling and publishing: one process at a time does these.
JOB_LOCK: Final = "job"

# Name of the lock for building the search index. It takes long, so polling does not wait for it.
SEARCH_INDEX_LOCK: Final = "search"

# The least age of a search index before it is built anew.
INDEX_INTERVAL: Final = timedelta(hours=1)

Job = Callable[[], Awaitable[None]]

# The jobs of the scheduler, as health and the operator's mail name them.
WORK: Final = "polling and publishing"
MAIL: Final = "sending mail"
WEBHOOKS: Final = "sending webhooks"


@dataclass(frozen=True, kw_only=True)
class Services:
    """The services over one store, each made when first used."""

    config: Config
    store: Store
    clock: Clock
    # Not where `--at` or a recording gives the time: that is the operator's choice.
    is_clock_real: bool = True

    def check_clock(self) -> None:
        """Set right what a clock that ran ahead left. Raises StoreError if the clock seems to be behind."""
        if self.is_clock_real:
            check_clock(self.store, self.clock())

    @cached_property
    def poller(self) -> Poller:
        """Polls sources."""
        return Poller(self.config, self.store, self.labeller, self.parser)

    @property
    def parser(self) -> Parser:
        """Reads answers, in a process of its own."""
        settings = self.config.settings
        return shared_parser(ParseLimits(seconds=settings.parse_seconds, megabytes=settings.parse_memory))

    @cached_property
    def labelling(self) -> Labelling:
        """Labels documents again after a change of the vocabulary, and saves corrections."""
        return Labelling(self.store, self.labeller)

    @cached_property
    def labeller(self) -> Labeller:
        """Labels a document by the vocabulary."""
        sources = {source.id: source for source in self.config.sources}
        return Labeller(self.config.vocabulary, sources, self.config.bodies)

    @cached_property
    def publisher(self) -> Publisher:
        """Publishes the output folder."""
        return Publisher(self.config, self.store)

    @property
    def alert_matcher(self) -> AlertMatcher:
        """Finds the documents that match alert rules."""
        # A new one for each use: it reads the rules of subscribers, who may change them at any time.
        return AlertMatcher(self.config, self.store)

    def issue_digests_due(self, now: datetime) -> tuple[Digest, ...]:
        """Issue the digests that are due. Raises PublishError instead where `Publisher.publish` would."""
        self.publisher.refuse_folder()
        self.publisher.refuse_loss(now)
        return issue_digests(self.config, self.store, now)

    async def poll(
        self, sources: Sequence[Source], fetch: Fetcher, now: datetime, progress: Progress = lambda _: None
    ) -> tuple[tuple[PollOutcome, ...], int]:
        """Poll `sources`, merge documents and find alerts. Returns each outcome and the number of alerts."""
        outcomes = await self.poller.poll(sources, fetch, now, progress)
        return outcomes, await in_thread(self._after_polls, now)

    def _after_polls(self, now: datetime) -> int:
        # Before anything is published or sent: until documents that share a name are merged, one can be two.
        self.poller.merge_documents(now)
        stop_if_cancelled()
        return len(self.alert_matcher.find_alerts(now))


async def send_due(mailer: Mailer, webhook_sender: WebhookSender, fetch: Fetcher, jobs: JobOutcomes) -> None:
    """Send the mail and webhooks that are due; what is not accepted is tried again later."""
    for what, job, send in (
        ("mail", MAIL, mailer.send_due),
        ("webhooks", WEBHOOKS, partial(webhook_sender.send_due, fetch)),
    ):
        counts = Counter[str]()
        try:
            async with guard_beside(mailer.store, mailer.clock(), FaultKind.JOB, job):
                await in_thread(refuse_wrong_clock, mailer.store, mailer.clock())
                counts.update(await send())
                jobs.succeeded(job, mailer.clock())
        # One that cannot send now must not keep the other from sending.
        except AggregatorError as error:
            log.info(f"{what} not sent", reason=str(error))
            jobs.delayed(job, str(error))
            continue
        if counts:
            log.info(what, **{status.replace(" ", "_"): count for status, count in counts.items()})


class DueWork:
    """Does all that is due now, one run at a time."""

    def __init__(
        self, services: Services, fetch: Fetcher, config_issues: Callable[[], Sequence[str]] = tuple
    ) -> None:
        self._services = services
        self.jobs = JobOutcomes(started=services.clock())
        self._check = HealthCheck(services.config, services.store, self.jobs, config_issues)
        self._fetch = fetch
        self._lock = asyncio.Lock()
        self._published = False
        self._index_outdated = False
        self._indexed_at: datetime | None = None

    async def run(self) -> None:
        """Poll what is due, issue digests and publish. Does nothing while another process does so."""
        async with self._lock:
            try:
                async with hold(self._services.store.job_lock(JOB_LOCK)):
                    await self._run_locked()
            except (StoreError, PublishError) as error:
                log.info("waiting", reason=str(error))  # the next run is a minute away
                self.jobs.delayed(WORK, str(error))
            else:
                self.jobs.succeeded(WORK, self._services.clock())

    async def _run_locked(self) -> None:
        services, now = self._services, self._services.clock()
        due, retry = await in_thread(self._prepare, now)
        outcomes, alerts = await services.poll(due, self._fetch, now)
        changed = bool(outcomes or alerts or retry or not self._published)
        written = await in_thread(self._publish, now, outcomes, changed=changed)
        if written:
            self._published = True
            self._index_outdated |= bool(written.changed or written.removed) or self._indexed_at is None
            await notify_hubs(services.config.settings.site, written.changed, self._fetch)
            log.info("published", changed=len(written.changed), removed=len(written.removed))

    def _prepare(self, now: datetime) -> tuple[tuple[Source, ...], bool]:
        """The sources that are due, and whether something that is set aside is tried again."""
        services = self._services
        services.check_clock()
        retry = services.publisher.is_retry_due(now)
        # The first run: the vocabulary may have changed since the last start.
        if retry or not self._published:
            services.labelling.relabel(now)
        return services.poller.due_sources(now), retry

    def _publish(
        self, now: datetime, outcomes: Sequence[PollOutcome], *, changed: bool
    ) -> WriteResult | None:
        """Issue the digests that are due; publish if there are any, if one has no page, or after a change."""
        services = self._services
        if outcomes:
            services.poller.record_run(now, outcomes)
        digests = services.issue_digests_due(now)
        wanted = changed or digests or services.publisher.has_unpublished_digests(now)
        return services.publisher.publish(now) if wanted else None

    async def update_search_index(self) -> None:
        """Build the search index if pages have changed, at most once in INDEX_INTERVAL."""
        services, now = self._services, self._services.clock()
        if not self._index_outdated or (self._indexed_at and now - self._indexed_at < INDEX_INTERVAL):
            return
        self._index_outdated, self._indexed_at = False, now
        try:
            async with hold(services.store.job_lock(SEARCH_INDEX_LOCK)):
                pages = await build_search_index(services.config.settings.output_folder)
                log.info("search index built", pages=pages)
        except (PublishError, StoreError) as error:
            log.info("search index not built", reason=str(error))

    def guarded(self, name: str, job: Job) -> Callable[[], Coroutine[Any, Any, None]]:
        """`job`, whose unexpected exception becomes a fault, and so a problem of health, until it works."""

        async def run() -> None:
            services, worked = self._services, False
            try:
                async with guard_beside(services.store, services.clock(), FaultKind.JOB, name):
                    await job()
                    worked = True
            # Also when the fault itself cannot be stored. The scheduler starts the job again in a minute.
            except Exception as error:
                log.info("job failed", job=name, reason=describe(error))
                self.jobs.failed(name, str(error) if isinstance(error, AggregatorError) else describe(error))
            if worked:
                self.jobs.recovered(name)

        return run

    def now(self) -> datetime:
        """The present instant of the program's clock."""
        return self._services.clock()

    def report(self) -> HealthReport:
        """Whether the program does what it has to, and what waits for a person."""
        return self._check.report(self._services.clock())

    def health(self) -> dict[str, object]:
        """Facts for the health check: `ok` as long as the program does what it has to."""
        return self.report().facts()


async def tell_operator(work: DueWork, operator: OperatorMail) -> None:
    """Tell the operator by mail what broke or recovered."""
    health = await in_thread(work.report)
    await operator.report(health, work.now())
