"""Limits how often one client, and all of them together, may send forms."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv6Network, ip_address
from threading import Lock

# Clients to remember; beyond that, those that were active longest ago are forgotten.
MAX_CLIENTS = 10_000


@dataclass
class RateLimit:
    """At most `each` requests of one client, and `all` of all clients, in `span`. Stored in memory only."""

    each: int = 30
    all: int = 600
    span: timedelta = timedelta(hours=1)
    _requests: dict[str, deque[datetime]] = field(default_factory=dict)
    _all_requests: deque[datetime] = field(default_factory=deque)
    # Requests are answered in threads.
    _lock: Lock = field(default_factory=Lock)

    def allow(self, client: str, now: datetime) -> bool:
        """Whether the client may send a request at `now`; if so, it is counted."""
        with self._lock:
            return self._allow(_network(client), now)

    def _allow(self, client: str, now: datetime) -> bool:
        # Popped and put back, so that the dictionary is in order of activity: the first is the oldest.
        own_requests = self._requests.pop(client, deque[datetime]())
        for requests in (own_requests, self._all_requests):
            while requests and requests[0] <= now - self.span:
                requests.popleft()
        allowed = len(own_requests) < self.each and len(self._all_requests) < self.all
        if allowed:
            own_requests.append(now)
            self._all_requests.append(now)
        self._requests[client] = own_requests
        while len(self._requests) > MAX_CLIENTS:
            del self._requests[next(iter(self._requests))]
        return allowed


def _network(client: str) -> str:
    """The client's network: for IPv6 its /64, the least that a provider gives one customer (RFC 6177)."""
    try:
        address = ip_address(client)
    except ValueError:
        return client
    return str(IPv6Network((address, 64), strict=False)) if address.version == 6 else client
