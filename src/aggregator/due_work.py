"""What the scheduler calls: everything that is due now, one call at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import Final

from aggregator import log
from aggregator.classify import Labeller
from aggregator.clock import Clock
from aggregator.config import Config
from aggregator.errors import DeliveryError, PublishError, StoreError
from aggregator.fetch import Fetch
from aggregator.model import Source
from aggregator.publish.search_index import index_pages
from aggregator.services.alerts.matching import Alerting
from aggregator.services.alerts.webhooks import Hooks
from aggregator.services.mailing.mailer import Mailer
from aggregator.services.polling import Outcome, Poller, Progress
from aggregator.services.polling.labelling import Labelling
from aggregator.services.publishing.issue_digests import issue_letters
from aggregator.services.publishing.publisher import Publisher
from aggregator.services.publishing.websub import announce
from aggregator.store import Store

JOB: Final = "job"
"""The lock of whoever polls or publishes, so that two processes take turns."""

SEARCH: Final = "search"
"""The lock for making the search index, which takes long and keeps nobody from polling."""

INDEX_EVERY: Final = timedelta(hours=1)
"""No search index is younger than this when it is made anew."""

LATE: Final = timedelta(hours=1)
"""So long after its due time a source counts as late: the look at what is due has stopped."""


@dataclass(frozen=True, kw_only=True)
class Services:
    """The services over one store, each made when it is first needed."""

    config: Config
    store: Store
    clock: Clock

    @cached_property
    def poller(self) -> Poller:
        """Polls sources."""
        return Poller(self.config, self.store, self.labeller)

    @cached_property
    def labelling(self) -> Labelling:
        """Labels documents anew, and keeps corrections."""
        return Labelling(self.store, self.labeller)

    @cached_property
    def labeller(self) -> Labeller:
        """What the vocabulary makes of a document."""
        sources = {source.id: source for source in self.config.sources}
        return Labeller(self.config.vocabulary, sources, self.config.bodies)

    @cached_property
    def publisher(self) -> Publisher:
        """Publishes."""
        return Publisher(self.config, self.store)

    @property
    def alerting(self) -> Alerting:
        """Finds what alert rules ask for. Not kept: subscribers change their rules meanwhile."""
        return Alerting(self.config, self.store)

    async def poll(
        self, sources: Sequence[Source], fetch: Fetch, now: datetime, progress: Progress = lambda _: None
    ) -> tuple[tuple[Outcome, ...], int]:
        """Poll `sources` and do what has to follow; gives each outcome and how many alerts were found.

        Nothing may be published or sent between a poll and this: until documents that share a name are
        merged, one document can be two.
        """
        outcomes = await self.poller.poll(sources, fetch, now, progress)
        self.poller.join_documents()
        return outcomes, len(self.alerting.look(now))


async def send_due(postman: Mailer, hooks: Hooks, fetch: Fetch) -> None:
    """Send the mail and webhooks that are due; what is not accepted is tried again."""
    for what, work in (("letters", postman.work), ("posts", partial(hooks.work, fetch))):
        try:
            counts = await work()
        except (StoreError, DeliveryError) as error:
            log.happened(f"{what} wait", reason=str(error))
            continue
        if counts:
            log.happened(what, **{state.replace(" ", "_"): count for state, count in counts.items()})


class DueWork:
    """Everything that is due now, one call at a time."""

    def __init__(self, services: Services, fetch: Fetch) -> None:
        self._services = services
        self._fetch = fetch
        self._turn = asyncio.Lock()
        self._published = False
        self._unindexed = False
        self._indexed: datetime | None = None

    async def work(self) -> None:
        """Poll what is due, issue digests, publish. If another process is at it, we look again soon."""
        async with self._turn:
            try:
                with self._services.store.reserved(JOB):
                    await self._work()
            except StoreError as error:
                log.happened("waiting", reason=str(error))

    async def _work(self) -> None:
        services, now = self._services, self._services.clock()
        if not self._published:
            services.labelling.relabel()
        outcomes, alerts = await services.poll(services.poller.due(now), self._fetch, now)
        if outcomes:
            services.poller.record_run(now, outcomes)
        digests = issue_letters(services.config, services.store, now)
        if outcomes or digests or alerts or not self._published:
            written = services.publisher.publish(now)
            self._published = True
            self._unindexed |= bool(written.changed or written.removed) or self._indexed is None
            await announce(services.config.settings.site, written.changed, self._fetch)
            log.happened("published", changed=len(written.changed), removed=len(written.removed))

    async def index(self) -> None:
        """Make the search index anew if the pages have changed and the last one is not too young."""
        services, now = self._services, self._services.clock()
        if not self._unindexed or (self._indexed and now - self._indexed < INDEX_EVERY):
            return
        self._unindexed, self._indexed = False, now
        try:
            with services.store.reserved(SEARCH):
                log.happened("indexed", pages=await index_pages(services.config.settings.output_folder))
        except (PublishError, StoreError) as error:
            log.happened("not indexed", reason=str(error))

    def health(self) -> dict[str, object]:
        """Facts for a health check: all is well while sources are asked when they are due."""
        now, states = self._services.clock(), self._services.store.sources.states()
        read = [states[s.id] for s in self._services.poller.pollable() if s.id in states]
        late = [state.source for state in read if state.due and now - state.due > LATE]
        return {"ok": not late, "late": late, "failing": [state.source for state in read if state.failure]}
