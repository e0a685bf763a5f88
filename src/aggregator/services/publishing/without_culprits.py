"""Builds one value of all documents, without those that break it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from aggregator.errors import AggregatorError
from aggregator.model import Document
from aggregator.services.publishing.culprits import MAX_FOUND, TrialResult, find_culprits, most_culprits
from aggregator.services.publishing.left_out import LeftOut

Built = TypeVar("Built")


def build_without_culprits(
    build: Callable[[LeftOut], Built],
    documents: Callable[[], Iterable[Document]],
    left_out: LeftOut,
    leave_out: Callable[[str, Exception], object],
) -> tuple[Built, LeftOut]:
    """Return what `build` returns, and what was left out of it; its exception if no document is to blame.

    `leave_out` is told each document that is to blame, once.
    """
    while True:
        try:
            return build(left_out), left_out
        except AggregatorError:
            raise
        except Exception as error:
            culprits = _culprits(build, documents(), left_out)
            if not culprits:
                raise
            for id in sorted(culprits - left_out.ids):
                leave_out(id, error)
            left_out = left_out.without(culprits)


def _culprits(
    build: Callable[[LeftOut], object], documents: Iterable[Document], left_out: LeftOut
) -> frozenset[str]:
    ordered = sorted(documents, key=lambda document: (document.first_seen, document.entry.id))
    ids = [document.entry.id for document in ordered]

    def attempt(kept: frozenset[str]) -> TrialResult:
        try:
            build(left_out.only(kept, ids))
        except AggregatorError:
            raise
        except Exception:
            return TrialResult.FAILS
        return TrialResult.WORKS

    most = most_culprits(len(ids)) - len(left_out.ids)
    candidates = [id for id in ids if id not in left_out.dropped]
    return find_culprits(candidates, attempt, min(most, MAX_FOUND))
