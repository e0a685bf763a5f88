"""Spares the hosts: one request at a time, a pause between two, and none that cannot or may not arrive."""

from __future__ import annotations

import asyncio
import math
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from aggregator.errors import Cause
from aggregator.fetch.errors import FetchError
from aggregator.fetch.http.origins import Origin

Sleep = Callable[[float], Awaitable[None]]

# How long a host that could not be connected to is not tried again: a run without a network ends quickly,
# and a host that swallows every packet costs one time-out instead of one for each of its sources.
UNREACHABLE_FOR: Final = timedelta(seconds=60)
# How long a host rests that answered 429 without saying for how long.
DEFAULT_BACK_OFF: Final = timedelta(seconds=60)


@dataclass(slots=True)
class _Host:
    """What we know of one host, by the clock of the event loop."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    left_at: float = -math.inf
    """When the last request that reached the host ended."""
    rests_until: float = -math.inf
    unreached: dict[int, tuple[float, FetchError]] = field(default_factory=dict)
    """Until when and why, by port, since one may be closed and another open."""


class RateLimiter:
    """The hosts that were asked while this runs; nothing of it is kept when the program ends."""

    def __init__(self, *, sleep: Sleep = asyncio.sleep, monotonic: Callable[[], float] | None = None) -> None:
        """`sleep` and `monotonic` (seconds; the event loop's own time if None) are for tests to replace."""
        self._sleep = sleep
        self._now = monotonic or (lambda: asyncio.get_running_loop().time())
        self._hosts: defaultdict[str, _Host] = defaultdict(_Host)

    @asynccontextmanager
    async def slot(self, whom: Origin, pause: timedelta) -> AsyncIterator[None]:
        """Wait until it is our turn at this host and `pause` has passed since it was last reached.

        Raises `NoAnswer` at once when the host asked us to rest, or was out of reach a moment ago.
        """
        host = self._hosts[whom.host]
        async with host.turn:
            self._refuse(host, whom)
            remaining = host.left_at + pause.total_seconds() - self._now()
            if remaining > 0:
                await self._sleep(remaining)
            try:
                yield
            except BaseException as error:
                self._leave(host, whom, error)
                raise
            self._leave(host, whom, None)

    def back_off(self, whom: Origin, wanted: timedelta | None) -> None:
        """Leave the whole host alone for as long as it wants (None: it did not say)."""
        rest = DEFAULT_BACK_OFF if wanted is None else wanted
        self._hosts[whom.host].rests_until = self._now() + rest.total_seconds()

    def _refuse(self, host: _Host, whom: Origin) -> None:
        now = self._now()
        if now < host.rests_until:
            raise _resting(whom, timedelta(seconds=math.ceil(host.rests_until - now)))
        until, why = host.unreached.get(whom.port, (now, None))
        if why is not None and now < until:
            raise why.copy()

    def _leave(self, host: _Host, whom: Origin, error: BaseException | None) -> None:
        """A request that was given up, or failed by a fault of ours, may have reached the host."""
        if isinstance(error, FetchError) and not error.reached:
            host.unreached[whom.port] = (self._now() + UNREACHABLE_FOR.total_seconds(), error)
        else:
            host.left_at = self._now()


def _resting(whom: Origin, remaining: timedelta) -> FetchError:
    detail = f"{whom.host} asked to be left alone for {remaining.total_seconds():g} seconds more"
    hint = "nothing to do: it is asked again after that; if it goes on, raise `pause` of its sources"
    return FetchError(Cause.THROTTLED, detail, hint, reached=False, retry_after=remaining)
