"""Joins what several sources say of one edit of a document, so that it is told once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from aggregator.model import Carrier, Document, Revision


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedEdit:
    """A change of a document, as one source or several showed it at one instant."""

    # The first carrier that shows it, and its entry before.
    carrier: Carrier
    before: Revision
    # With the parts that changed in any of them.
    after: Revision
    # What the other sources had before and after.
    others: tuple[tuple[Revision, Revision], ...] = ()


def edits(document: Document) -> Iterator[JoinedEdit]:
    """Return the edits of a document, oldest first."""
    by_instant: dict[datetime, list[tuple[Carrier, Revision, Revision]]] = {}
    for carrier in document.carriers:
        for before, after in pairwise(carrier.revisions):
            by_instant.setdefault(after.seen_at, []).append((carrier, before, after))
    return (_joined(by_instant[at]) for at in sorted(by_instant))


def _joined(shown: Sequence[tuple[Carrier, Revision, Revision]]) -> JoinedEdit:
    carrier, before, after = shown[0]
    parts = tuple(dict.fromkeys(part for _, _, revision in shown for part in revision.parts))
    note = next((revision.note for _, _, revision in shown if revision.note), "")
    return JoinedEdit(
        carrier=carrier,
        before=before,
        after=replace(after, parts=parts, note=note),
        others=tuple((one, other) for _, one, other in shown[1:]),
    )
