"""Notifies WebSub hubs of the feeds that have changed, so that their subscribers get them at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from aggregator import log
from aggregator.errors import Cause
from aggregator.fetch import Fetcher
from aggregator.model import Failed, Request, Site

FEED_SUFFIXES: Final = (".atom", ".json", ".rss")
FEEDS_PER_REQUEST: Final = 50


async def notify_hubs(site: Site, changed: Iterable[str], fetch: Fetcher) -> None:
    """Notify each hub of the feeds among the changed paths, in requests of 50; archive pages are left out.

    A hub that cannot be notified is logged: it will ask us by itself.
    """
    feeds = [path for path in changed if path.endswith(FEED_SUFFIXES) and not path.startswith("archive/")]
    for hub in site.websub_hubs:
        for paths in _batches(feeds):
            await _notify(hub, [site.base_url + path for path in paths], fetch)


def _batches(feeds: list[str]) -> Iterable[list[str]]:
    return (feeds[start : start + FEEDS_PER_REQUEST] for start in range(0, len(feeds), FEEDS_PER_REQUEST))


async def _notify(hub: str, topics: list[str], fetch: Fetcher) -> None:
    # WebSub does not say how a publisher notifies its hub. Hubs accept this since PubSubHubbub 0.4, 7.1.
    form = (("hub.mode", "publish"), *(("hub.url", topic) for topic in topics))
    answer = await fetch(Request(url=hub, pause=timedelta(0), form=form))
    # Most hubs answer 204, with nothing in it.
    if isinstance(answer, Failed) and answer.cause is not Cause.EMPTY:
        log.info("hub not notified", hub=hub, reason=str(answer))
    else:
        log.info("hub notified", hub=hub, feeds=len(topics))
