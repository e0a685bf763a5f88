"""Limits requests to a host: one at a time, a pause in between, and none while the host is to be left
alone."""

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

# How long a host is not tried again after a failed connection. So a run without a network ends quickly, and a
# host that drops every packet costs one time-out instead of one for each of its sources.
UNREACHABLE_FOR: Final = timedelta(seconds=60)
# How long a host is left alone after a 429 without Retry-After.
DEFAULT_BACK_OFF: Final = timedelta(seconds=60)


@dataclass(slots=True)
class _Host:
    """The state of one host. Times are in seconds of the event loop's clock."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    # When the last request that reached the host ended.
    last_reached_at: float = -math.inf
    back_off_until: float = -math.inf
    # Until when it is not tried, and the error, by port: one may be closed and another open.
    unreachable: dict[int, tuple[float, FetchError]] = field(default_factory=dict)


class RateLimiter:
    """Gives out slots for requests to hosts. Its state is in memory only."""

    def __init__(self, *, sleep: Sleep = asyncio.sleep, monotonic: Callable[[], float] | None = None) -> None:
        """Tests replace `sleep` and `monotonic` (a clock in seconds; None for the event loop's)."""
        self._sleep = sleep
        self._now = monotonic or (lambda: asyncio.get_running_loop().time())
        self._hosts: defaultdict[str, _Host] = defaultdict(_Host)

    @asynccontextmanager
    async def slot(self, origin: Origin, pause: timedelta) -> AsyncIterator[None]:
        """Wait until no other request to this host runs and `pause` has passed since the last one.

        Raises `FetchError` at once if the host asked us to wait, or could not be reached a moment ago.
        """
        host = self._hosts[origin.host]
        async with host.lock:
            self._refuse_if_blocked(host, origin)
            remaining = host.last_reached_at + pause.total_seconds() - self._now()
            if remaining > 0:
                await self._sleep(remaining)
            try:
                yield
            except BaseException as error:
                self._record_end(host, origin, error)
                raise
            self._record_end(host, origin, None)

    def back_off(self, origin: Origin, wait: timedelta | None) -> None:
        """Send nothing to this host, on any port, for `wait` (None: the host did not say how long)."""
        wait = DEFAULT_BACK_OFF if wait is None else wait
        self._hosts[origin.host].back_off_until = self._now() + wait.total_seconds()

    def _refuse_if_blocked(self, host: _Host, origin: Origin) -> None:
        now = self._now()
        if now < host.back_off_until:
            raise _backing_off_error(origin, timedelta(seconds=math.ceil(host.back_off_until - now)))
        until, why = host.unreachable.get(origin.port, (now, None))
        if why is not None and now < until:
            raise why.copy()

    def _record_end(self, host: _Host, origin: Origin, error: BaseException | None) -> None:
        # Every other end may have reached the host, also a cancelled request or a bug of ours.
        if isinstance(error, FetchError) and not error.reached:
            host.unreachable[origin.port] = (self._now() + UNREACHABLE_FOR.total_seconds(), error)
        else:
            host.last_reached_at = self._now()


def _backing_off_error(origin: Origin, remaining: timedelta) -> FetchError:
    detail = f"{origin.host} asked to be left alone for {remaining.total_seconds():g} seconds more"
    hint = "nothing to do: it is asked again after that; if it goes on, raise `pause` of its sources"
    return FetchError(Cause.THROTTLED, detail, hint, reached=False, retry_after=remaining)
