"""Builds the fetchers: for the network, the project's folders and mailboxes, or for a recording."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from aggregator import VERSION
from aggregator.clock import Clock
from aggregator.config import Config, Settings
from aggregator.fetch import Fetcher, Router
from aggregator.fetch.http.client import HttpFetcher, HttpLimits
from aggregator.fetch.http.payload import MEGABYTE
from aggregator.fetch.local.folder import FolderFetcher
from aggregator.fetch.local.replay import ReplayFetcher, recorded_polls
from aggregator.fetch.mailbox.fetcher import MailboxFetcher
from aggregator.store import Store

# Our product token, by which a robots.txt can name us (RFC 9309, 2.2.1).
PRODUCT: Final = "uk-open-government-updates"

# The last poll of a recording is at the instant of the run, each earlier one a day before the next.
REPLAY_INTERVAL: Final = timedelta(days=1)

FetcherContext = AbstractAsyncContextManager[Fetcher]


@asynccontextmanager
async def live_fetcher(config: Config, store: Store, clock: Clock) -> AsyncIterator[Fetcher]:
    """A fetcher for the network, the project's folders and the mailboxes of its sources."""
    settings = config.settings
    web = HttpFetcher(
        user_agent=user_agent(settings),
        robots_cache=store.robots_txt,
        clock=clock,
        allowed_hosts=frozenset(settings.allowed_hosts),
        limits=HttpLimits(max_bytes=settings.answer_megabytes * MEGABYTE),
    )
    async with web:
        yield Router(FolderFetcher(settings.home), _mailboxes(config), web)


@asynccontextmanager
async def recorded_fetcher(config: Config, folder: Path, poll: int | None = None) -> AsyncIterator[Fetcher]:
    """A fetcher for the recording in `folder`, as at one of its polls (None: the last)."""
    replay = ReplayFetcher(folder, max(recorded_polls(folder)) if poll is None else poll)
    yield Router(FolderFetcher(config.settings.home), replay, replay)


def replay_polls(config: Config, folder: Path, now: datetime) -> Iterator[tuple[datetime, FetcherContext]]:
    """Each poll of a recording with its instant, the oldest first. The last one is at `now`."""
    numbers = recorded_polls(folder)
    for later, number in reversed(list(enumerate(reversed(numbers)))):
        yield now - REPLAY_INTERVAL * later, recorded_fetcher(config, folder, number)


def user_agent(settings: Settings) -> str:
    """The User-Agent, for publishers' logs: name, version, page and contact."""
    contacts = [part for part in (settings.operator, settings.contact) if part]
    return f"{PRODUCT}/{VERSION} (+{settings.base_url}{''.join(f'; {part}' for part in contacts)})"


def _mailboxes(config: Config) -> MailboxFetcher:
    settings, password_files = config.settings, dict[str, Path | None]()
    for source in config.sources:
        if source.mail:
            password = source.mail.password_file
            file = settings.path(password) if password else None
            password_files |= dict.fromkeys((source.address, *source.fallbacks), file)
    return MailboxFetcher(settings.home, password_files, allowed_hosts=frozenset(settings.allowed_hosts))
