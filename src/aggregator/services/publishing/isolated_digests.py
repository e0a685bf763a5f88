"""Builds the digests that are due, so that a document or digest that is broken stops no other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from aggregator.config import Config
from aggregator.errors import AggregatorError
from aggregator.model import Digest, Document, SourceWithState
from aggregator.model.faults import FaultKind
from aggregator.services.isolation import Isolation
from aggregator.services.publishing.culprits import TrialResult, find_culprits, most_culprits
from aggregator.services.publishing.isolated_files import MAX_FOUND
from aggregator.services.publishing.left_out import LeftOut
from aggregator.services.publishing.snapshot import build_digest, sources_with_state
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
        while True:
            try:
                return self._build(period, self.left_out)
            except AggregatorError:
                raise
            except Exception as error:
                culprits = self._culprits(period)
                if not culprits:
                    raise
                for id in sorted(culprits - self.left_out.ids):
                    self.isolation.set_aside(FaultKind.DOCUMENT, id, error)
                self.left_out = self.left_out.without(culprits)

    def _build(self, period: str, left_out: LeftOut) -> Digest:
        return build_digest(
            self.config,
            self.store,
            self.sources,
            period,
            load_documents=lambda: left_out.counted(self.documents),
            issued_at=self.now,
            left_out=left_out,
        )

    def _culprits(self, period: str) -> frozenset[str]:
        ordered = sorted(self.documents, key=lambda document: (document.first_seen, document.entry.id))
        ids = [one.entry.id for one in ordered]

        def attempt(kept: frozenset[str]) -> TrialResult:
            try:
                self._build(period, self.left_out.only(kept, ids))
            except AggregatorError:
                raise
            except Exception:
                return TrialResult.FAILS
            return TrialResult.WORKS

        most = most_culprits(len(ids)) - len(self.left_out.ids)
        candidates = [id for id in ids if id not in self.left_out.dropped]
        return find_culprits(candidates, attempt, min(most, MAX_FOUND))
