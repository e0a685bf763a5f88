"""How often one client, and all of them together, may act."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

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
