"""Finds out how a site can be read: fetches a page, then the feeds that it may have, with few requests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from aggregator.errors import Cause, SourceError
from aggregator.fetch import Fetcher
from aggregator.model import Failed, Fetched, FetchResult, Request, Scope, Source
from aggregator.parse import reader_for
from aggregator.parse.autodiscovery import Candidate
from aggregator.parse.html.dom import ACCEPT
from aggregator.services.polling.parse_jobs import FindCandidates, ReadAnswer
from aggregator.services.polling.parser import Parser

# Requests in all, without robots.txt: enough for the feeds that a page names, and no burden for the
# publisher.
MAX_REQUESTS: Final = 8

# Causes that show that there is nothing to read. After any other failure there may still be something.
NOTHING_TO_READ: Final = frozenset(
    {Cause.NOT_A_FEED, Cause.EMPTY, Cause.BROKEN_FEED, Cause.LAYOUT, Cause.ENDED, Cause.GONE}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResult:
    """A candidate and what was found there, or why nothing was."""

    candidate: Candidate
    item_count: int | None = None
    # The feed's own title, or the one that the page gives it.
    title: str = ""
    # If `item_count` is None, too, the candidate was not fetched: the requests were used up.
    failure: Failed | None = None

    @property
    def ruled_out(self) -> bool:
        """Whether it is certain that there is nothing to read."""
        failure = self.failure
        return failure is not None and (failure.cause in NOTHING_TO_READ or failure.status == 404)


async def discover(
    address: str, fetch: Fetcher, pause: timedelta, parser: Parser
) -> tuple[ProbeResult, ...] | Failed:
    """What can be read at `address` or at the feeds of that page, the likeliest first; Failed if it is
    unreachable.

    Sends at most MAX_REQUESTS requests, one after another. `fetch` keeps the pause of each host.
    """
    first = await fetch(Request(url=address, pause=pause, accept=ACCEPT))
    if not isinstance(first, Fetched):
        return _failed(first, address)
    try:
        candidates = await parser.run(FindCandidates(first))
    except SourceError as error:
        return _source_failure(address, error)
    results: list[ProbeResult] = []
    requests = 1
    for candidate in candidates:
        is_first = candidate.address in {first.url, first.final_url}
        fetched = replace(first, url=candidate.address) if is_first else None
        if fetched is None and requests == MAX_REQUESTS:
            results.append(ProbeResult(candidate=candidate, title=candidate.title))
            continue
        requests += fetched is None
        results.append(await _probe(candidate, fetched, fetch, pause, parser))
    return tuple(results)


async def _probe(
    candidate: Candidate,
    fetched: Fetched | None,
    fetch: Fetcher,
    pause: timedelta,
    parser: Parser,
) -> ProbeResult:
    kind, source = reader_for(candidate.kind), _source(candidate, pause)
    result = fetched or await fetch(kind.request(source, candidate.address))
    if not isinstance(result, Fetched):
        return ProbeResult(
            candidate=candidate, title=candidate.title, failure=_failed(result, candidate.address)
        )
    try:
        page = (await parser.run(ReadAnswer(source, result))).parsed
    except SourceError as error:
        return ProbeResult(
            candidate=candidate, title=candidate.title, failure=_source_failure(candidate.address, error)
        )
    return ProbeResult(
        candidate=candidate, item_count=len(page.entries), title=page.feed_metadata.title or candidate.title
    )


def _source(candidate: Candidate, pause: timedelta) -> Source:
    """A source for the candidate. The kinds need one, but it is not in sources.yaml."""
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


def _failed(result: FetchResult, address: str) -> Failed:
    if isinstance(result, Failed):
        return result
    hint = "this is a fault of the server; try again later"
    return Failed(
        url=address, cause=Cause.STATUS, detail="304 Not Modified to a request without validators", hint=hint
    )


def _source_failure(address: str, error: SourceError) -> Failed:
    return Failed(url=address, cause=error.cause, detail=error.detail, hint=error.hint)
