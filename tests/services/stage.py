"""A pipeline on a stage: real rooms, a real store; the network, the folder and the clock are the test's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any

from aggregator.clock import wall_clock
from aggregator.config import Config
from aggregator.config.settings import Settings, load_settings
from aggregator.due_work import Services
from aggregator.errors import Cause
from aggregator.model import (
    Body,
    Document,
    Failed,
    Fetched,
    FetchResult,
    NotModified,
    FetchedPart,
    Request,
    Source,
    SourceState,
    Vocabulary,
)
from aggregator.services.polling import PollOutcome, Poller
from aggregator.store import Store
from tests.support.builders import make_body

default_settings: Callable[[], Settings] = cache(load_settings)
"""Read once: it takes longer than a poll."""

EMPTY = Vocabulary()
Served = bytes | Failed | int | tuple[FetchedPart, ...] | Fetched


def missing(url: str, status: int) -> Failed:
    """What fetch makes of 404 and 410."""
    cause = Cause.GONE if status == 410 else Cause.STATUS
    return Failed(url=url, cause=cause, detail=str(status), hint="", status=status)


@dataclass
class Net:
    """Answers each address with what the test put there: bytes, a status, files of a folder; else 500."""

    served: dict[str, Served] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    content_type: str = "application/atom+xml"

    async def __call__(self, request: Request) -> FetchResult:
        self.asked.append(request.url)
        served = self.served.get(request.url, 500)
        if isinstance(served, Failed | Fetched):
            return served
        if served == 304:
            return NotModified(url=request.url)
        if isinstance(served, int):
            return missing(request.url, served)
        parts, payload = ((), served) if isinstance(served, bytes) else (served, b"")
        return Fetched(
            url=request.url,
            final_url=request.url,
            status=200,
            headers={"content-type": self.content_type},
            payload=payload,
            parts=parts,
        )


@dataclass
class Stage:
    """Sources to poll over a store."""

    store: Store
    sources: tuple[Source, ...]
    bodies: Mapping[str, Body] = field(default_factory=lambda: {"cabinet-office": make_body()})
    net: Net = field(default_factory=Net)

    @property
    def poller(self) -> Poller:
        config = Config(
            settings=default_settings(), bodies=self.bodies, sources=self.sources, vocabulary=EMPTY
        )
        return Services(config=config, store=self.store, clock=wall_clock).poller

    def poll(
        self, at: datetime, served: Mapping[str, Served] | None = None, only: Collection[str] = ()
    ) -> dict[str, PollOutcome]:
        """Poll every source (or `only` these) at `at` with `served` in the network, and end the run."""
        self.net.served |= served or {}
        outcomes = self.poll_only(at, *only)
        self.poller.merge_documents()
        return outcomes

    def poll_only(self, at: datetime, *ids: str) -> dict[str, PollOutcome]:
        """Poll some of the sources at `at`, or all; the others may be polled at it, too."""
        sources = [one for one in self.poller.enabled_sources() if not ids or one.id in ids]
        outcomes = asyncio.run(self.poller.poll(sources, self.net, at))
        return {outcome.source: outcome for outcome in outcomes}

    def state(self, id: str) -> SourceState:
        return self.store.sources.state(id)

    def held(self) -> dict[str, Document]:
        """What is held, by title."""
        return {holding.entry.title: holding for holding in self.store.documents.all()}

    def change_source(self, **changes: Any) -> None:
        """Change the first source."""
        self.sources = (replace(self.sources[0], **changes), *self.sources[1:])
