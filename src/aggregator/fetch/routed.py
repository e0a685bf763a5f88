"""Chooses who answers a request, by its kind of address."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.fetch import Fetch
from aggregator.model import FetchResult, Request
from aggregator.model.kinds import MAILBOXES


@dataclass(frozen=True, slots=True)
class Routed:
    """Sends each request to whoever answers its kind of address."""

    folders: Fetch
    mailboxes: Fetch
    web: Fetch

    async def __call__(self, request: Request) -> FetchResult:
        """The answer of whoever is asked."""
        if request.url.startswith(MAILBOXES):
            return await self.mailboxes(request)
        return await (self.web if "://" in request.url else self.folders)(request)
