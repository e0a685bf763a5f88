"""The jobs that the scheduler runs: each does all that is due now."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import Final

from aggregator import log
from aggregator.classify import Labeller
from aggregator.clock import Clock
from aggregator.config import Config
from aggregator.errors import AggregatorError, PublishError, StoreError
from aggregator.fetch import Fetcher
from aggregator.model import Source
from aggregator.model.faults import FaultKind
from aggregator.publish.search_index import build_search_index
from aggregator.services.alerts.matching import AlertMatcher
from aggregator.services.alerts.webhooks import WebhookSender
from aggregator.services.isolation import Isolation
from aggregator.services.mailing.mailer import Mailer
from aggregator.services.polling import Poller, PollOutcome, Progress
from aggregator.services.polling.labelling import Labelling
from aggregator.services.polling.parser import ParseLimits, Parser, shared_parser
from aggregator.services.publishing.issue_digests import issue_digests
from aggregator.services.publishing.publisher import Publisher
from aggregator.services.publishing.websub import notify_hubs
from aggregator.store import Store

# Name of the lock for polling and publishing: one process at a time does these.
JOB_LOCK: Final = "job"

# Name of the lock for building the search index. It takes long, so polling does not wait for it.
SEARCH_INDEX_LOCK: Final = "search"

# The least age of a search index before it is built anew.
INDEX_INTERVAL: Final = timedelta(hours=1)

# How long after its due time a source counts as late: then polling must have stopped.
LATE_AFTER: Final = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Services:
    """The services over one store, each made when first used."""

    config: Config
    store: Store
    clock: Clock

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

    async def poll(
        self, sources: Sequence[Source], fetch: Fetcher, now: datetime, progress: Progress = lambda _: None
    ) -> tuple[tuple[PollOutcome, ...], int]:
        """Poll `sources`, merge documents and find alerts. Returns each outcome and the number of alerts."""
        outcomes = await self.poller.poll(sources, fetch, now, progress)
        # Before anything is published or sent: until documents that share a name are merged, one can be two.
        self.poller.merge_documents()
        return outcomes, len(self.alert_matcher.find_alerts(now))


async def send_due(mailer: Mailer, webhook_sender: WebhookSender, fetch: Fetcher) -> None:
    """Send the mail and webhooks that are due; what is not accepted is tried again later."""
    for what, send in (("mail", mailer.send_due), ("webhooks", partial(webhook_sender.send_due, fetch))):
        counts = Counter[str]()
        try:
            with Isolation(mailer.store, mailer.clock()).guard(FaultKind.JOB, what):
                counts.update(await send())
        # One that cannot send now must not keep the other from sending.
        except AggregatorError as error:
            log.info(f"{what} not sent", reason=str(error))
            continue
        if counts:
            log.info(what, **{status.replace(" ", "_"): count for status, count in counts.items()})


class DueWork:
    """Does all that is due now, one run at a time."""

    def __init__(self, services: Services, fetch: Fetcher) -> None:
        self._services = services
        self._fetch = fetch
        self._lock = asyncio.Lock()
        self._published = False
        self._index_outdated = False
        self._indexed_at: datetime | None = None

    async def run(self) -> None:
        """Poll what is due, issue digests and publish. Does nothing while another process does so."""
        async with self._lock:
            try:
                with self._services.store.job_lock(JOB_LOCK):
                    await self._run_locked()
            except StoreError as error:
                log.info("waiting", reason=str(error))  # the next run is a minute away

    async def _run_locked(self) -> None:
        services, now = self._services, self._services.clock()
        if not self._published:  # the first run: the vocabulary may have changed since the last start
            services.labelling.relabel()
        outcomes, alerts = await services.poll(services.poller.due_sources(now), self._fetch, now)
        if outcomes:
            services.poller.record_run(now, outcomes)
        digests = issue_digests(services.config, services.store, now)
        if outcomes or digests or alerts or not self._published:
            written = services.publisher.publish(now)
            self._published = True
            self._index_outdated |= bool(written.changed or written.removed) or self._indexed_at is None
            await notify_hubs(services.config.settings.site, written.changed, self._fetch)
            log.info("published", changed=len(written.changed), removed=len(written.removed))

    async def update_search_index(self) -> None:
        """Build the search index if pages have changed, at most once in INDEX_INTERVAL."""
        services, now = self._services, self._services.clock()
        if not self._index_outdated or (self._indexed_at and now - self._indexed_at < INDEX_INTERVAL):
            return
        self._index_outdated, self._indexed_at = False, now
        try:
            with services.store.job_lock(SEARCH_INDEX_LOCK):
                pages = await build_search_index(services.config.settings.output_folder)
                log.info("search index built", pages=pages)
        except (PublishError, StoreError) as error:
            log.info("search index not built", reason=str(error))

    def health(self) -> dict[str, object]:
        """Facts for the health check: `ok` as long as sources are polled when they are due."""
        now, states = self._services.clock(), self._services.store.sources.states()
        read = [states[s.id] for s in self._services.poller.enabled_sources() if s.id in states]
        late = [state.source for state in read if state.due and now - state.due > LATE_AFTER]
        return {"ok": not late, "late": late, "failing": [state.source for state in read if state.failure]}
