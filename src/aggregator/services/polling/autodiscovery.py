"""Finds out how a site can be read: asks a page, then whatever the page leads to, a few requests in all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from aggregator.errors import Cause, SourceError
from aggregator.fetch import Fetcher
from aggregator.model import Failed, Fetched, FetchResult, Request, Scope, Source
from aggregator.parse import reader_for
from aggregator.parse.autodiscovery import Candidate, find_candidates
from aggregator.parse.html.dom import ACCEPT

# Requests in all, robots.txt apart: enough for every feed that a page names, and no burden to anybody.
MAX_REQUESTS: Final = 8

# What says that nothing is to be read at an address; after any other failure it may still be.
NOTHING_TO_READ: Final = frozenset(
    {Cause.NOT_A_FEED, Cause.EMPTY, Cause.BROKEN_FEED, Cause.LAYOUT, Cause.ENDED, Cause.GONE}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResult:
    """A place that was asked: what came back, or why nothing did."""

    candidate: Candidate
    items: int | None = None
    title: str = ""
    """The feed's own name, or the page's for it."""
    failure: Failed | None = None
    """With `items` None as well: it was not asked, the requests were used up."""

    @property
    def ruled_out(self) -> bool:
        """Whether it turned out that nothing is to be read there."""
        failed = self.failure
        return failed is not None and (failed.cause in NOTHING_TO_READ or failed.status == 404)


async def discover(address: str, fetch: Fetcher, pause: timedelta) -> tuple[ProbeResult, ...] | Failed:
    """What can be read at `address` or is named there, the likeliest first; Failed when it cannot be asked.

    Asks at most MOST_ASKED times in all, one after another; `fetch` keeps the pause to each host.
    """
    first = await fetch(Request(url=address, pause=pause, accept=ACCEPT))
    if not isinstance(first, Fetched):
        return _failed(first, address)
    try:
        candidates = find_candidates(first)
    except SourceError as error:
        return _source_failure(address, error)
    found: list[ProbeResult] = []
    asked = 1
    for candidate in candidates:
        here = candidate.address in {first.url, first.final_url}
        known = replace(first, url=candidate.address) if here else None
        if known is None and asked == MAX_REQUESTS:
            found.append(ProbeResult(candidate=candidate, title=candidate.title))
            continue
        asked += known is None
        found.append(await _try(candidate, known, fetch, pause))
    return tuple(found)


async def _try(candidate: Candidate, known: Fetched | None, fetch: Fetcher, pause: timedelta) -> ProbeResult:
    kind, source = reader_for(candidate.kind), _source(candidate, pause)
    answer = known or await fetch(kind.request(source, candidate.address))
    if not isinstance(answer, Fetched):
        return ProbeResult(
            candidate=candidate, title=candidate.title, failure=_failed(answer, candidate.address)
        )
    try:
        page = kind.read(source, answer)
    except SourceError as error:
        return ProbeResult(
            candidate=candidate, title=candidate.title, failure=_source_failure(candidate.address, error)
        )
    return ProbeResult(
        candidate=candidate, items=len(page.entries), title=page.feed_metadata.title or candidate.title
    )


def _source(candidate: Candidate, pause: timedelta) -> Source:
    """A source that nobody has written down yet, as the kinds want one."""
    return Source(
        id="discovered",
        body="discovered",
        kind=candidate.kind,
        title=candidate.title,
        address=candidate.address,
        every=timedelta(days=1),
        pause=pause,
        licence="unknown",
        scope=Scope.RELEVANT,
        verified=False,
    )


def _failed(answer: FetchResult, address: str) -> Failed:
    if isinstance(answer, Failed):
        return answer
    hint = "this is a fault of the server; try again later"
    return Failed(url=address, cause=Cause.STATUS, detail="'not changed' to a first question", hint=hint)


def _source_failure(address: str, error: SourceError) -> Failed:
    return Failed(url=address, cause=error.cause, detail=error.detail, hint=error.hint)
