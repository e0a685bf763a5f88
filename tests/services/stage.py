"""A test bench for polling: real packages and a real store; network and clock are the test's."""

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
    FetchedPart,
    FetchResult,
    NotModified,
    Request,
    Source,
    SourceState,
    Vocabulary,
)
from aggregator.services.polling import Poller, PollOutcome
from aggregator.services.polling.parser import InProcessParser, Parser
from aggregator.store import Store
from tests.support.builders import make_body

default_settings: Callable[[], Settings] = cache(load_settings)
"""The default settings, read once: reading takes longer than a poll."""

EMPTY_VOCABULARY = Vocabulary()
FakeResponse = bytes | Failed | int | tuple[FetchedPart, ...] | Fetched


def http_failure(url: str, status: int) -> Failed:
    """The failure that `fetch` reports for this HTTP status."""
    cause = Cause.GONE if status == 410 else Cause.STATUS
    return Failed(url=url, cause=cause, detail=str(status), hint="", status=status)


@dataclass
class FakeNetwork:
    """Responds with what the test set for an address: bytes, a status, files of a folder; else with 500."""

    responses: dict[str, FakeResponse] = field(default_factory=dict)
    requested_urls: list[str] = field(default_factory=list)
    content_type: str = "application/atom+xml"

    async def __call__(self, request: Request) -> FetchResult:
        self.requested_urls.append(request.url)
        response = self.responses.get(request.url, 500)
        if isinstance(response, Failed | Fetched):
            return response
        if response == 304:
            return NotModified(url=request.url)
        if isinstance(response, int):
            return http_failure(request.url, response)
        parts, payload = ((), response) if isinstance(response, bytes) else (response, b"")
        return Fetched(
            url=request.url,
            final_url=request.url,
            status=200,
            headers={"content-type": self.content_type},
            payload=payload,
            parts=parts,
        )


@dataclass
class PollingBench:
    """Polls sources into a store."""

    store: Store
    sources: tuple[Source, ...]
    bodies: Mapping[str, Body] = field(default_factory=lambda: {"cabinet-office": make_body()})
    network: FakeNetwork = field(default_factory=FakeNetwork)
    parser: Parser = field(default_factory=InProcessParser)

    @property
    def poller(self) -> Poller:
        config = Config(
            settings=default_settings(), bodies=self.bodies, sources=self.sources, vocabulary=EMPTY_VOCABULARY
        )
        poller = Services(config=config, store=self.store, clock=wall_clock).poller
        return replace(poller, parser=self.parser)

    def poll(
        self, at: datetime, responses: Mapping[str, FakeResponse] | None = None, only: Collection[str] = ()
    ) -> dict[str, PollOutcome]:
        """Poll all sources (or `only` these) at `at` with these responses, then merge documents."""
        self.network.responses |= responses or {}
        outcomes = self.poll_only(at, *only)
        self.poller.merge_documents()
        return outcomes

    def poll_only(self, at: datetime, *ids: str) -> dict[str, PollOutcome]:
        """Poll some of the sources at `at`, or all, without merging documents."""
        sources = [one for one in self.poller.enabled_sources() if not ids or one.id in ids]
        outcomes = asyncio.run(self.poller.poll(sources, self.network, at))
        return {outcome.source: outcome for outcome in outcomes}

    def state(self, id: str) -> SourceState:
        return self.store.sources.state(id)

    def documents_by_title(self) -> dict[str, Document]:
        """The stored documents, by title."""
        return {document.entry.title: document for document in self.store.documents.all()}

    def change_source(self, **changes: Any) -> None:
        """Change the first source."""
        self.sources = (replace(self.sources[0], **changes), *self.sources[1:])
