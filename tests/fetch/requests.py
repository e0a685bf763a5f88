"""Asks the test server the way the program asks a publisher, without waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aggregator.fetch.http.client import HttpFetcher
from aggregator.fetch.http.rate_limit import RateLimiter
from aggregator.model import Failed, Fetched, FetchResult, Request, RobotsTxt
from tests.support.builders import NOON

AGENT = "updates-test/1.0 (+https://updates.example.org/; volunteer@example.org)"
HERE = frozenset({"127.0.0.1"})


class Memory:
    """Keeps the copies of robots.txt in a dict."""

    def __init__(self, **copies: RobotsTxt) -> None:
        self.copies: dict[str, RobotsTxt] = dict(copies)

    def get(self, origin: str) -> RobotsTxt | None:
        return self.copies.get(origin)

    def put(self, origin: str, copy: RobotsTxt) -> None:
        self.copies[origin] = copy


class Naps:
    """A clock of its own that only a nap moves, and the naps that were taken."""

    def __init__(self) -> None:
        self.taken: list[float] = []
        self.now = 0.0

    async def sleep(self, seconds: float) -> None:
        self.taken.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)

    def hosts(self) -> RateLimiter:
        return RateLimiter(sleep=self.sleep, monotonic=lambda: self.now)


@asynccontextmanager
async def fetching(**changes: Any) -> AsyncIterator[HttpFetcher]:
    """An HttpFetch that may ask 127.0.0.1 and never really naps."""
    options: dict[str, Any] = {
        "user_agent": AGENT,
        "robots_cache": Memory(),
        "clock": lambda: NOON,
        "allowed_hosts": HERE,
        "rate_limiter": Naps().hosts(),
    }
    async with HttpFetcher(**(options | changes)) as fetch:
        yield fetch


def ask_each(*requests: Request | str, at_once: bool = False, **changes: Any) -> list[FetchResult]:
    """What the requests brought, asked by one HttpFetch one after the other, or all at once."""

    async def run() -> list[FetchResult]:
        async with fetching(**changes) as fetch:
            asked = [Request(url=one) if isinstance(one, str) else one for one in requests]
            if at_once:
                return await asyncio.gather(*(fetch(request) for request in asked))
            return [await fetch(request) for request in asked]

    return asyncio.run(run())


def ask(request: Request | str, **changes: Any) -> FetchResult:
    """What one request brought."""
    return ask_each(request, **changes)[0]


def fetched(request: Request | str, **changes: Any) -> Fetched:
    """The whole answer that a request brought."""
    result = ask(request, **changes)
    assert isinstance(result, Fetched), result
    return result


def failure(request: Request | str, **changes: Any) -> Failed:
    """The failure that a request brought."""
    result = ask(request, **changes)
    assert isinstance(result, Failed), result
    return result
