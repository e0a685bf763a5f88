"""Tells WebSub hubs which feeds have changed, so that whoever subscribed there hears at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from aggregator import log
from aggregator.errors import Cause
from aggregator.fetch import Fetch
from aggregator.model import Failed, Request, Site

FEEDS: Final = (".atom", ".json", ".rss")
MOST: Final = 50
"""How many feeds one message names."""


async def announce(site: Site, changed: Iterable[str], fetch: Fetch) -> None:
    """One message to each hub for each 50 feeds among the changed paths; archive pages are no topics.

    WebSub leaves to hubs how a publisher speaks to them; `hub.mode=publish` with `hub.url` is what hubs
    understand since PubSubHubbub 0.4, 7.1. A hub that cannot be told is logged: it will ask us by itself.
    """
    feeds = [path for path in changed if path.endswith(FEEDS) and not path.startswith("archive/")]
    for hub in site.hubs:
        for paths in _batches(feeds):
            await _tell(hub, [site.base_url + path for path in paths], fetch)


def _batches(feeds: list[str]) -> Iterable[list[str]]:
    return (feeds[start : start + MOST] for start in range(0, len(feeds), MOST))


async def _tell(hub: str, topics: list[str], fetch: Fetch) -> None:
    form = (("hub.mode", "publish"), *(("hub.url", topic) for topic in topics))
    answer = await fetch(Request(url=hub, pause=timedelta(0), form=form))
    # Most hubs answer 204, with nothing in it.
    if isinstance(answer, Failed) and answer.cause is not Cause.EMPTY:
        log.happened("hub not told", hub=hub, reason=str(answer))
    else:
        log.happened("hub told", hub=hub, feeds=len(topics))
