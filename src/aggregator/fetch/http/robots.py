"""Reads robots.txt and obeys it (RFC 9309): asked once a day for each origin, kept in between."""

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

# Asks an address, with at least that pause at its host, and follows redirects. Raises `NoAnswer`.
FetchRobots = Callable[[str, timedelta], Awaitable[HttpResponse]]

# RFC 9309, 2.4: a copy should not be used for longer, unless robots.txt cannot be reached.
FRESH_FOR: Final = timedelta(days=1)
# How long a robots.txt that could not be read is not asked again while the program runs.
RETRY_AFTER: Final = timedelta(hours=1)
# RFC 9309, 2.5: at least 500 KiB must be read; what comes after is ignored.
MAX_BYTES: Final = 500 * 1024
MAX_CRAWL_DELAY: Final = timedelta(seconds=60)


class RobotsCache(Protocol):
    """Keeps a copy of each origin's robots.txt from run to run; an origin is written `https://www.gov.uk`."""

    def get(self, origin: str) -> RobotsTxt | None:
        """The copy last put, however old."""
        ...

    def put(self, origin: str, copy: RobotsTxt) -> None:
        """Keep `copy` in place of the one before."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    """What holds for an origin until an instant: the rules of a text, or nothing allowed and why."""

    until: datetime
    text: Protego | None = None
    shut: FetchError | None = None


class RobotsChecker:
    """Admits requests, or not, by the robots.txt of the origin that they ask."""

    def __init__(
        self, *, fetch_robots: FetchRobots, cache: RobotsCache, product: str, clock: Callable[[], datetime]
    ) -> None:
        """`product` is our product token: the name in our User-Agent (RFC 9309, 2.2.1)."""
        self._ask = fetch_robots
        self._memory = cache
        self._product = product
        self._clock = clock
        self._rules: dict[str, _Rules] = {}
        self._reading: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def admit(self, url: str, pause: timedelta) -> timedelta:
        """The pause to keep at the host of `url`: the larger of `pause` and its Crawl-delay (60 s at most).

        Raises `NoAnswer`: ROBOTS when it forbids us, or why robots.txt could not be reached.
        """
        rules = await self._rules_of(str(origin_of(url)), pause)
        if rules.shut:
            raise rules.shut.copy()
        return max(pause, self._delay(url, rules.text)) if rules.text else pause

    async def _rules_of(self, whom: str, pause: timedelta) -> _Rules:
        """The rules in hand; one request reads them, and the others of its origin wait for it."""
        async with self._reading[whom]:
            rules = self._rules.get(whom)
            if rules is not None and self._clock() < rules.until:
                return rules
            self._rules[whom] = await self._recall(whom, pause)
            return self._rules[whom]

    def _delay(self, url: str, text: Protego) -> timedelta:
        if not text.can_fetch(url, self._product):
            raise FetchError(
                Cause.ROBOTS,
                f"the robots.txt of its host forbids {url} to {self._product}",
                "use another address of this publisher, or ask it to let this program in",
            )
        return timedelta(seconds=min(text.crawl_delay(self._product) or 0, MAX_CRAWL_DELAY.total_seconds()))

    async def _recall(self, whom: str, pause: timedelta) -> _Rules:
        """The rules of the kept copy while it is fresh, else of a new one, else of the old one after all."""
        now = self._clock()
        kept = self._memory.get(whom)
        if kept and kept.fetched_at <= now < kept.fetched_at + FRESH_FOR:
            return _read(kept, until=kept.fetched_at + FRESH_FOR)
        try:
            new = await self._fetch(whom, pause)
        except FetchError as why:
            if kept:
                return _read(kept, until=now + RETRY_AFTER)
            if why.cause is not Cause.ROBOTS:
                raise
            return _Rules(until=now + RETRY_AFTER, shut=why)
        self._memory.put(whom, new)
        return _read(new, until=now + FRESH_FOR)

    async def _fetch(self, whom: str, pause: timedelta) -> RobotsTxt:
        now = self._clock()
        try:
            answer = await self._ask(f"{whom}/robots.txt", pause)
        except FetchError as why:
            if why.cause not in (Cause.REDIRECTS, Cause.BAD_ADDRESS):
                raise
            # Not there within five hops: as if there were none (RFC 9309, 2.3.1.2).
            return RobotsTxt(fetched_at=now, status=404, text="")
        if not 200 <= answer.status < 500 or answer.status == 429:
            raise _shut(answer)
        text = answer.payload.decode("utf-8-sig", errors="replace")
        return RobotsTxt(fetched_at=now, status=answer.status, text=text)


def _read(copy: RobotsTxt, *, until: datetime) -> _Rules:
    return _Rules(until=until, text=Protego.parse(copy.text))


def _shut(answer: HttpResponse) -> FetchError:
    """No rules could be had: a fault of the server forbids everything (RFC 9309, 2.3.1.4).

    429 is no word about rules either, though its number lies among those that would allow everything.
    """
    if answer.status == 429:
        detail = f"{answer.url} answered 429: the host asks to slow down"
        return FetchError(Cause.THROTTLED, detail, "ask less often", retry_after=retry_after(answer))
    detail = f"{answer.url} answered {answer.status}, so nothing may be asked there (RFC 9309)"
    return FetchError(Cause.ROBOTS, detail, "the publisher's server has a fault: it is asked again later")
