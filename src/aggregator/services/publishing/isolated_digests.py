"""Builds the digests that are due, so that a document or digest that is broken stops no other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, partial

from aggregator.config import Config
from aggregator.model import Digest, Document, SourceWithState
from aggregator.model.faults import FaultKind
from aggregator.services.isolation import Isolation
from aggregator.services.publishing.left_out import LeftOut
from aggregator.services.publishing.snapshot import build_digest, sources_with_state
from aggregator.services.publishing.without_culprits import build_without_culprits
from aggregator.store import Store


def build_digests(config: Config, store: Store, periods: Iterable[str], now: datetime) -> tuple[Digest, ...]:
    """Build the digests of these weeks and days that can be composed and are not set aside."""
    builder = _Builder(config, store, now, Isolation(store, now))
    waiting = builder.isolation.waiting(FaultKind.DIGEST)
    built: list[Digest] = []
    for period in periods:
        if period not in waiting:
            with builder.isolation.guard(FaultKind.DIGEST, period):
                built.append(builder.build(period))
    return tuple(built)


@dataclass
class _Builder:
    """Builds the digests of one run."""

    config: Config
    store: Store
    now: datetime
    isolation: Isolation
    left_out: LeftOut = field(default_factory=LeftOut)

    def __post_init__(self) -> None:
        # Also those whose pause is over: whether they work again is found when they are published.
        faults = self.store.faults.all()
        self.left_out = LeftOut(hidden=frozenset(f.key for f in faults if f.kind is FaultKind.DOCUMENT))

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """Every document, read once."""
        return self.store.documents.all()

    @cached_property
    def sources(self) -> tuple[SourceWithState, ...]:
        """Every source, read once."""
        return sources_with_state(self.config, self.store)

    def build(self, period: str) -> Digest:
        """Build one digest. A document that breaks it is set aside, and has its stand-in there."""

        def set_aside(id: str, error: Exception) -> None:
            self.isolation.set_aside(FaultKind.DOCUMENT, id, error)

        digest, self.left_out = build_without_culprits(
            partial(self._build, period), lambda: self.documents, self.left_out, set_aside
        )
        return digest

    def _build(self, period: str, left_out: LeftOut) -> Digest:
        draft = build_digest(
            self.config,
            self.store,
            self.sources,
            period,
            now=self.now,
            load_documents=lambda: left_out.counted(self.documents),
            left_out=left_out,
        )
        return replace(draft, issued_at=self.now)
