"""Reads and obeys robots.txt (RFC 9309). It is fetched once a day for each origin and cached in between."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from protego import Protego

from aggregator.errors import Cause
from aggregator.fetch.errors import FetchError
from aggregator.fetch.http.origins import origin_of
from aggregator.fetch.http.responses import HttpResponse, retry_after
from aggregator.model import RobotsTxt
from aggregator.tasks import in_thread

# Fetches an address, with at least that pause at its host, and follows redirects. Raises `FetchError`.
FetchRobots = Callable[[str, timedelta], Awaitable[HttpResponse]]

# RFC 9309, 2.4: a copy should not be used for longer, unless robots.txt is unreachable.
FRESH_FOR: Final = timedelta(days=1)
# How long an unreachable robots.txt is not fetched again while the program runs.
RETRY_AFTER: Final = timedelta(hours=1)
# RFC 9309, 2.5: at least 500 KiB must be read. The rest is ignored.
MAX_BYTES: Final = 500 * 1024
MAX_CRAWL_DELAY: Final = timedelta(seconds=60)


class RobotsCache(Protocol):
    """Stores a copy of each origin's robots.txt between runs. An origin is written `https://www.gov.uk`."""

    def get(self, origin: str) -> RobotsTxt | None:
        """The stored copy, however old."""
        ...

    def put(self, origin: str, copy: RobotsTxt) -> None:
        """Store `copy` in place of the one before."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    """The rules for an origin until an instant, or the refusal of every request."""

    until: datetime
    parsed: Protego | None = None
    refusal: FetchError | None = None


class RobotsChecker:
    """Allows or refuses requests by the robots.txt of their origin."""

    def __init__(
        self, *, fetch_robots: FetchRobots, cache: RobotsCache, product: str, clock: Callable[[], datetime]
    ) -> None:
        """`product` is our product token: the name in our User-Agent (RFC 9309, 2.2.1)."""
        self._fetch_robots = fetch_robots
        self._cache = cache
        self._product = product
        self._clock = clock
        self._rules: dict[str, _Rules] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def admit(self, url: str, pause: timedelta) -> timedelta:
        """The pause to keep at the host of `url`: `pause` or the Crawl-delay (60 s at most), the larger one.

        Raises `FetchError`: ROBOTS if robots.txt forbids `url`; another cause if robots.txt cannot be
        reached.
        """
        rules = await self._rules_of(str(origin_of(url)), pause)
        if rules.refusal:
            raise rules.refusal.copy()
        if rules.parsed is None:
            return pause
        self._check_allowed(url, rules.parsed)
        return max(pause, self._crawl_delay(rules.parsed))

    async def _rules_of(self, origin: str, pause: timedelta) -> _Rules:
        """The rules of an origin. One request loads them; concurrent requests to the same origin wait."""
        async with self._locks[origin]:
            rules = self._rules.get(origin)
            if rules is not None and self._clock() < rules.until:
                return rules
            self._rules[origin] = await self._load_rules(origin, pause)
            return self._rules[origin]

    def _check_allowed(self, url: str, parsed: Protego) -> None:
        if not parsed.can_fetch(url, self._product):
            raise FetchError(
                Cause.ROBOTS,
                f"the robots.txt of its host forbids {url} to {self._product}",
                "use another address of this publisher, or ask it to let this program in",
            )

    def _crawl_delay(self, parsed: Protego) -> timedelta:
        return timedelta(seconds=min(parsed.crawl_delay(self._product) or 0, MAX_CRAWL_DELAY.total_seconds()))

    async def _load_rules(self, origin: str, pause: timedelta) -> _Rules:
        """The rules of a fresh cached copy, else of a new one; of a stale copy if robots.txt is
        unreachable."""
        now = self._clock()
        cached = await in_thread(self._cache.get, origin)
        if cached and cached.fetched_at <= now < cached.fetched_at + FRESH_FOR:
            return await in_thread(_parse, cached, until=cached.fetched_at + FRESH_FOR)
        try:
            new = await self._fetch(origin, pause)
        except FetchError as error:
            if cached:
                return await in_thread(_parse, cached, until=now + RETRY_AFTER)
            if error.cause is not Cause.ROBOTS:
                raise
            return _Rules(until=now + RETRY_AFTER, refusal=error)
        await in_thread(self._cache.put, origin, new)
        return await in_thread(_parse, new, until=now + FRESH_FOR)

    async def _fetch(self, origin: str, pause: timedelta) -> RobotsTxt:
        now = self._clock()
        try:
            response = await self._fetch_robots(f"{origin}/robots.txt", pause)
        except FetchError as error:
            if error.cause not in (Cause.REDIRECTS, Cause.BAD_ADDRESS):
                raise
            # After five redirects robots.txt counts as unavailable, and all is allowed (RFC 9309, 2.3.1.2).
            return RobotsTxt(fetched_at=now, status=404, text="")
        if not 200 <= response.status < 500 or response.status == 429:
            raise _refusal_of(response)
        text = response.payload.decode("utf-8-sig", errors="replace")
        return RobotsTxt(fetched_at=now, status=response.status, text=text)


def _parse(copy: RobotsTxt, *, until: datetime) -> _Rules:
    return _Rules(until=until, parsed=Protego.parse(copy.text))


def _refusal_of(response: HttpResponse) -> FetchError:
    """The refusal when robots.txt cannot be read: a server error forbids everything (RFC 9309, 2.3.1.4)."""
    # Other 4xx mean "no rules, all allowed", but 429 says nothing about rules.
    if response.status == 429:
        detail = f"{response.url} answered 429: the host asks to slow down"
        return FetchError(Cause.THROTTLED, detail, "ask less often", retry_after=retry_after(response))
    detail = f"{response.url} answered {response.status}, so nothing may be asked there (RFC 9309)"
    return FetchError(Cause.ROBOTS, detail, "the publisher's server has a fault: it is asked again later")
