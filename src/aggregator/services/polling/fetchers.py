"""Builds what answers requests: the network with this project's folders and mailboxes, or a recording."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from aggregator import VERSION
from aggregator.clock import Clock
from aggregator.config import Config, Settings
from aggregator.fetch import Fetch, Routed
from aggregator.fetch.http.client import HttpFetch
from aggregator.fetch.local.folder import FolderFetch
from aggregator.fetch.local.replay import Replay, polls
from aggregator.fetch.mailbox.fetcher import MailboxFetch
from aggregator.store import Store

PRODUCT: Final = "uk-open-government-updates"
"""The name by which robots.txt files can speak to us (RFC 9309, 2.2.1)."""

BETWEEN_POLLS: Final = timedelta(days=1)
"""A recording's last poll stands at the instant of the run, each earlier one a day before the next."""

Fetching = AbstractAsyncContextManager[Fetch]


@asynccontextmanager
async def live_fetch(config: Config, store: Store, clock: Clock) -> AsyncIterator[Fetch]:
    """What asks the network, this project's folders and the mailboxes of its sources."""
    settings = config.settings
    web = HttpFetch(
        user_agent=user_agent(settings),
        memory=store.robots,
        clock=clock,
        allowed_hosts=frozenset(settings.own_hosts),
    )
    async with web:
        yield Routed(FolderFetch(settings.home), _mailboxes(config), web)


@asynccontextmanager
async def recorded_fetch(config: Config, folder: Path, poll: int | None = None) -> AsyncIterator[Fetch]:
    """What answers from the recording in `folder`, as at one of its polls; by default at the last one."""
    replay = Replay(folder, max(polls(folder)) if poll is None else poll)
    yield Routed(FolderFetch(config.settings.home), replay, replay)


def recorded_rounds(config: Config, folder: Path, now: datetime) -> Iterator[tuple[datetime, Fetching]]:
    """Each poll of a recording with its instant, the oldest first; the last one's is `now`."""
    numbers = polls(folder)
    for later, number in reversed(list(enumerate(reversed(numbers)))):
        yield now - BETWEEN_POLLS * later, recorded_fetch(config, folder, number)


def user_agent(settings: Settings) -> str:
    """Who asks, for the publishers' logs: name, version, page and contact."""
    known = [part for part in (settings.operator, settings.contact) if part]
    return f"{PRODUCT}/{VERSION} (+{settings.base_url}{''.join(f'; {part}' for part in known)})"


def _mailboxes(config: Config) -> MailboxFetch:
    settings, boxes = config.settings, dict[str, Path | None]()
    for source in config.sources:
        if source.mail:
            password = source.mail.password_file
            named = settings.path(password) if password else None
            boxes |= dict.fromkeys((source.address, *source.fallbacks), named)
    return MailboxFetch(settings.home, boxes, allowed_hosts=frozenset(settings.own_hosts))
