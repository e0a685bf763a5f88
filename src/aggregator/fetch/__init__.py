"""Fetches what a source's address names: over the network, from a folder of this project, or from a
recording.

In: a `Request` (address, pause, validators). Out: `Fetched`, `NotModified` or `Failed`. A failure is a value
with its real cause; only our own bugs are raised. There are four fetchers: `HttpFetcher`, `FolderFetcher`,
`MailboxFetcher` and `ReplayFetcher`. `http/poll_times.py` computes when a source is polled next.

To add a fetcher, write a class here that can be called as a `Fetcher`, and one line in `Router`, which
chooses by the address. All HTTP goes through `http/client.py` and all IMAP through `mailbox/imap.py`, because
both check addresses with the guard.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from aggregator.model import FetchResult, Request
from aggregator.model.kinds import MAILBOXES


class Fetcher(Protocol):
    """Fetches one request. May be called concurrently."""

    async def __call__(self, request: Request) -> FetchResult:
        """The result. Never raises for a fault of a publisher or of the network."""
        ...


@dataclass(frozen=True, slots=True)
class Router:
    """Passes each request to the fetcher for its kind of address."""

    folders: Fetcher
    mailboxes: Fetcher
    web: Fetcher

    async def __call__(self, request: Request) -> FetchResult:
        """The result of the fetcher for this address."""
        if request.url.startswith(MAILBOXES):
            return await self.mailboxes(request)
        return await (self.web if "://" in request.url else self.folders)(request)
