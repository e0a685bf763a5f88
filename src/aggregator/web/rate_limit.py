"""How often one client, and all of them together, may act."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv6Network, ip_address

REMEMBERED = 10_000
"""Clients; when there are more, those that acted first are forgotten."""


@dataclass
class Limit:
    """At most `each` acts of one client, and `all` of everybody, in `span`. Kept in memory only."""

    each: int = 30
    all: int = 600
    span: timedelta = timedelta(hours=1)
    _acts: dict[str, deque[datetime]] = field(default_factory=dict)
    _everybody: deque[datetime] = field(default_factory=deque)

    def allows(self, client: str, now: datetime) -> bool:
        """Whether the client may act at `now`; if so, it has."""
        client = _household(client)
        theirs = self._acts.pop(client, deque[datetime]())
        for acts in (theirs, self._everybody):
            while acts and acts[0] <= now - self.span:
                acts.popleft()
        allowed = len(theirs) < self.each and len(self._everybody) < self.all
        if allowed:
            theirs.append(now)
            self._everybody.append(now)
        self._acts[client] = theirs
        while len(self._acts) > REMEMBERED:
            del self._acts[next(iter(self._acts))]
        return allowed


def _household(client: str) -> str:
    """The client by the network that a provider gives to one customer: of IPv6 a /64 at least (RFC 6177)."""
    try:
        address = ip_address(client)
    except ValueError:
        return client
    return str(IPv6Network((address, 64), strict=False)) if address.version == 6 else client
