"""Finds removed documents: only after two polls, hours apart, and never a large part of a source at once.

A feed that drops an old item proves no removal, nor does a failed poll. What counts is a statement of the
publisher (withdrawn, gone, redirected), an address that answers that nothing is there, or a complete listing
without the document.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from aggregator.model import Carrier, Change, ChangeKind, PendingRemoval, Removal, RemovalKind

# A second poll confirms a removal after this time. Maintenance pages, slips of an editor and half-done
# deployments seldom last longer.
CONFIRM_AFTER: Final = timedelta(hours=3)

# If more than one in so many documents go at once, it is a fault or a clear-out: the operator decides.
MASS_REMOVAL_SHARE: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Removals:
    """The removals that one poll of a source found."""

    # The confirmed ones, as WITHDRAWN.
    changes: tuple[Change, ...] = ()
    # Those seen for the first time, by document id; None for a document that is there again.
    pending: Mapping[str, PendingRemoval | None] = field(default_factory=dict)
    # Ids of documents that went all at once.
    awaiting_operator: tuple[str, ...] = ()


def find_removals(
    carriers: Sequence[Carrier],
    listed: Collection[str],
    stated_removals: Mapping[str, Removal],
    *,
    complete: bool,
    now: datetime,
) -> Removals:
    """Which of the documents that a source carries (`carriers`) are gone, by the poll at `now`.

    `listed` are the ids that the poll found; `stated_removals` those that the publisher says were removed. If
    the listing is `complete`, documents that it leaves out are missing.
    """
    # What the publisher states goes before a mere absence: the second dict of the union wins.
    missing = Removal(kind=RemovalKind.MISSING)
    present = {carrier.entry.id: carrier for carrier in carriers if not carrier.removal}
    gone = {id: missing for id in present if complete and id not in listed} | {
        id: removal for id, removal in stated_removals.items() if id in present
    }
    pending = {id for id, carrier in present.items() if carrier.pending_removal}
    returned: dict[str, PendingRemoval | None] = dict.fromkeys((pending & set(listed)) - gone.keys())
    # A single document may well go, even from a source with two or three.
    if len(gone) > 1 and len(gone) * MASS_REMOVAL_SHARE > len(present):
        return Removals(pending=returned, awaiting_operator=tuple(sorted(gone)))
    removals = {id: _pending_removal(present[id], removal, now) for id, removal in gone.items()}
    confirmed = {id for id, removal in removals.items() if now - removal.since >= CONFIRM_AFTER}
    return Removals(
        changes=tuple(withdraw(present[id], removals[id].removal, now) for id in sorted(confirmed)),
        pending=returned | {id: removal for id, removal in removals.items() if id not in confirmed},
    )


def withdraw(carrier: Carrier, removal: Removal, now: datetime) -> Change:
    """The change that withdraws a carrier's document; the rest of the entry stays as last read."""
    return Change(
        kind=ChangeKind.WITHDRAWN,
        entry=replace(carrier.entry, removal=removal),
        seen_at=now,
        backlog=carrier.backlog,
        parts=("removed",),
        note=removal.note,
    )


def _pending_removal(carrier: Carrier, removal: Removal, now: datetime) -> PendingRemoval:
    since = carrier.pending_removal.since if carrier.pending_removal else now
    return PendingRemoval(since=since, removal=removal)
