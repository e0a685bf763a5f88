"""Asks for what a source names: over the network, from a folder of this project, or from a recording.

In: a `Request` (address, pause, validators). Out: `Fetched`, `NotModified` or `Failed`; a failure is a value
with its true cause, and only a bug of ours is raised. Four ways to answer, each a `Fetch`: `http.HttpFetch`,
`folder.FolderFetch`, `mailbox.MailboxFetch`, `replay.Replay`. `politeness` says when to ask next.
To add a way to answer: one file here with a class that can be called as `Fetch`, and one line in `Routed`,
which chooses by the address. Whatever goes over HTTP goes through `http`, and mail through `imap`: the guard
stands there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from aggregator.model import FetchResult, Request
from aggregator.model.kinds import MAILBOXES


class Fetcher(Protocol):
    """Answers one request; several may be asked at once."""

    async def __call__(self, request: Request) -> FetchResult:
        """What came back; never raises for what a publisher or the network does."""
        ...


@dataclass(frozen=True, slots=True)
class Router:
    """Sends each request to whoever answers its kind of address."""

    folders: Fetcher
    mailboxes: Fetcher
    web: Fetcher

    async def __call__(self, request: Request) -> FetchResult:
        """The answer of whoever is asked."""
        if request.url.startswith(MAILBOXES):
            return await self.mailboxes(request)
        return await (self.web if "://" in request.url else self.folders)(request)
