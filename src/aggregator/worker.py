"""What the scheduler calls: everything that is due now, one call at a time."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from aggregator import log
from aggregator.clock import Clock
from aggregator.errors import DeliveryError, PublishError, StoreError
from aggregator.fetch import Fetch
from aggregator.pipeline import Pipeline
from aggregator.pipeline.alerting import Alerting
from aggregator.pipeline.announcing import announce
from aggregator.pipeline.hooking import Hooks
from aggregator.pipeline.mailroom import Postman
from aggregator.store import Store

JOB: Final = "job"
"""The lock that whoever writes holds, so that two processes take turns."""

SEARCH: Final = "search"
"""The lock for making the search index, which takes long and keeps nobody from polling."""

INDEX_EVERY: Final = timedelta(hours=1)
"""No search index is younger than this when it is made anew."""

LATE: Final = timedelta(hours=1)
"""So long after its due time a source counts as late: the look at what is due has stopped."""


async def post(postman: Postman, hooks: Hooks, fetch: Fetch) -> None:
    """Send what letters and posts to webhooks are due; what is not let through is tried again."""
    for what, work in (("letters", postman.work), ("posts", partial(hooks.work, fetch))):
        try:
            counts = await work()
        except (StoreError, DeliveryError) as error:
            log.happened(f"{what} wait", reason=str(error))
            continue
        if counts:
            log.happened(what, **{state.replace(" ", "_"): count for state, count in counts.items()})


class Worker:
    """What the scheduler calls: everything that is due now, one call at a time."""

    def __init__(self, pipeline: Pipeline, store: Store, clock: Clock, fetch: Fetch) -> None:
        self._pipeline = pipeline
        self._store = store
        self._clock = clock
        self._fetch = fetch
        self._turn = asyncio.Lock()
        self._published = False
        self._unindexed = False
        self._indexed: datetime | None = None

    async def work(self) -> None:
        """Poll what is due, issue letters, publish. If another process is at it, we look again soon."""
        async with self._turn:
            try:
                with self._store.reserved(JOB):
                    await self._work()
            except StoreError as error:
                log.happened("waiting", reason=str(error))

    async def _work(self) -> None:
        now, pipeline = self._clock(), self._pipeline
        if not self._published:
            pipeline.reclassify()
        due = pipeline.due(now)
        outcomes = await pipeline.poll(due, self._fetch, now)
        pipeline.join_documents()
        letters = pipeline.issue_letters(now)
        if outcomes:
            pipeline.note(now, outcomes)
        alerts = Alerting(pipeline.config, self._store).look(now)
        if outcomes or letters or alerts or not self._published:
            written = pipeline.publish(now)
            self._published = True
            self._unindexed |= bool(written.changed or written.removed) or self._indexed is None
            await announce(pipeline.config.settings.site, written.changed, self._fetch)
            log.happened("published", changed=len(written.changed), removed=len(written.removed))

    async def index(self) -> None:
        """Make the search index anew if the pages have changed and the last one is not too young."""
        now = self._clock()
        if not self._unindexed or (self._indexed and now - self._indexed < INDEX_EVERY):
            return
        self._unindexed, self._indexed = False, now
        try:
            with self._store.reserved(SEARCH):
                log.happened("indexed", pages=await self._pipeline.index())
        except (PublishError, StoreError) as error:
            log.happened("not indexed", reason=str(error))

    def health(self) -> dict[str, object]:
        """Facts for a health check: all is well while sources are asked when they are due."""
        now, pipeline = self._clock(), self._pipeline
        states = self._store.sources.states()
        late = [s.id for s in pipeline.pollable() if s.id in states and _late(states[s.id].due, now)]
        failing = [s.id for s in pipeline.pollable() if s.id in states and states[s.id].failure]
        return {"ok": not late, "late": late, "failing": failing}


def _late(due: datetime | None, now: datetime) -> bool:
    return due is not None and now - due > LATE
