"""Decides what was taken away: only after two looks, hours apart, and never a whole source at once.

A feed that drops an old item says nothing, and a poll that failed says nothing: what counts is the
publisher's own word (withdrawn, gone, redirected), an address that answers that there is nothing, or a
complete listing without it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from aggregator.model import Carrier, Change, ChangeKind, PendingRemoval, Removal, RemovalKind

LOOKS_APART: Final = timedelta(hours=3)
"""A maintenance page, a slip of an editor or a half-done deployment seldom lasts longer."""

MOST: Final = 5
"""More than one in so many documents at once is a fault or a clearance: the operator decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removals:
    """What a look at a source's documents found."""

    changes: tuple[Change, ...] = ()
    """Sure now: WITHDRAWN."""
    pending: Mapping[str, PendingRemoval | None] = field(default_factory=dict)
    """First looks, by document; None where one is there again."""
    awaiting_operator: tuple[str, ...] = ()


def find_removals(
    carried: Sequence[Carrier],
    listed: Collection[str],
    taken: Mapping[str, Removal],
    *,
    complete: bool,
    now: datetime,
) -> Removals:
    """What became of the documents that a source carries (`carried`), given what this poll saw.

    `listed` are the ids that are there, `taken` those that the publisher says are not; a `complete` listing
    counts what it leaves out as missing.
    """
    missing = Removal(kind=RemovalKind.MISSING)
    standing = {carrier.entry.id: carrier for carrier in carried if not carrier.removal}
    absent = {id: missing for id in standing if complete and id not in listed} | {
        id: removal for id, removal in taken.items() if id in standing
    }
    doubted = {id for id, carrier in standing.items() if carrier.pending_removal}
    back: dict[str, PendingRemoval | None] = dict.fromkeys((doubted & set(listed)) - absent.keys())
    if len(absent) > 1 and len(absent) * MOST > len(standing):
        return Removals(pending=back, awaiting_operator=tuple(sorted(absent)))
    looks = {id: _look(standing[id], removal, now) for id, removal in absent.items()}
    sure = {id for id, look in looks.items() if now - look.since >= LOOKS_APART}
    return Removals(
        changes=tuple(withdraw(standing[id], looks[id].removal, now) for id in sorted(sure)),
        pending=back | {id: look for id, look in looks.items() if id not in sure},
    )


def withdraw(carrier: Carrier, removal: Removal, now: datetime) -> Change:
    """The change that says so. Everything else of the entry stays as it was last read."""
    return Change(
        kind=ChangeKind.WITHDRAWN,
        entry=replace(carrier.entry, removal=removal),
        seen_at=now,
        backlog=carrier.backlog,
        parts=("removed",),
        note=removal.note,
    )


def _look(carrier: Carrier, removal: Removal, now: datetime) -> PendingRemoval:
    since = carrier.pending_removal.since if carrier.pending_removal else now
    return PendingRemoval(since=since, removal=removal)
