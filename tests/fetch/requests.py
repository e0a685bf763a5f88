"""Fetches from the test server as the program fetches from a publisher, but without waiting."""

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


class MemoryRobotsCache:
    """A robots.txt cache in a dict."""

    def __init__(self, **copies: RobotsTxt) -> None:
        self.copies: dict[str, RobotsTxt] = dict(copies)

    def get(self, origin: str) -> RobotsTxt | None:
        return self.copies.get(origin)

    def put(self, origin: str, copy: RobotsTxt) -> None:
        self.copies[origin] = copy


class FakeClock:
    """A clock that only sleeping moves, and the seconds slept."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.now = 0.0

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)

    def rate_limiter(self) -> RateLimiter:
        return RateLimiter(sleep=self.sleep, monotonic=lambda: self.now)


@asynccontextmanager
async def fetching(**changes: Any) -> AsyncIterator[HttpFetcher]:
    """An HttpFetcher that may fetch from 127.0.0.1 and never really sleeps."""
    options: dict[str, Any] = {
        "user_agent": AGENT,
        "robots_cache": MemoryRobotsCache(),
        "clock": lambda: NOON,
        "allowed_hosts": HERE,
        "rate_limiter": FakeClock().rate_limiter(),
    }
    async with HttpFetcher(**(options | changes)) as fetch:
        yield fetch


def fetch_all(*requests: Request | str, concurrently: bool = False, **changes: Any) -> list[FetchResult]:
    """The results of the requests, fetched by one HttpFetcher one after the other, or concurrently."""

    async def run() -> list[FetchResult]:
        async with fetching(**changes) as fetch:
            made = [Request(url=one) if isinstance(one, str) else one for one in requests]
            if concurrently:
                return await asyncio.gather(*(fetch(request) for request in made))
            return [await fetch(request) for request in made]

    return asyncio.run(run())


def fetch_result(request: Request | str, **changes: Any) -> FetchResult:
    """The result of one request."""
    return fetch_all(request, **changes)[0]


def fetched(request: Request | str, **changes: Any) -> Fetched:
    """The result of a request that succeeds."""
    result = fetch_result(request, **changes)
    assert isinstance(result, Fetched), result
    return result


def failure(request: Request | str, **changes: Any) -> Failed:
    """The failure of a request."""
    result = fetch_result(request, **changes)
    assert isinstance(result, Failed), result
    return result
