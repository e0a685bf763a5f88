"""What a change makes of what one source has told of one document."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.model import Carrier, Change, ChangeKind, Revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One source's word on one document, and when it last told something that moved `carrier.entry`."""

    carrier: Carrier
    told_at: datetime


def listen(told: Telling | None, change: Change) -> Telling:
    """`told` after `change`. The first word is revision 1, whatever kind of change brings it.

    A repeat is harmless: a revision that is there already is not counted again, and what was told before
    the latest word does not undo it.
    """
    if told is None:
        return _begin(change)
    revised = change.kind is ChangeKind.REVISED and not _is_there(told.carrier, change)
    if not revised and change.seen_at < told.told_at:
        return told
    carrier = replace(told.carrier, entry=change.entry)
    return Telling(carrier=_revise(carrier, change) if revised else carrier, told_at=change.seen_at)


def _begin(change: Change) -> Telling:
    bare = Carrier(entry=change.entry, first_seen=change.seen_at, backlog=change.backlog, revisions=())
    return Telling(carrier=_revise(bare, change), told_at=change.seen_at)


def _revise(carrier: Carrier, change: Change) -> Carrier:
    revision = Revision(
        entry=change.entry,
        number=len(carrier.revisions) + 1,
        seen_at=change.seen_at,
        parts=change.parts,
    )
    return replace(carrier, revisions=(*carrier.revisions, revision))


def _is_there(carrier: Carrier, change: Change) -> bool:
    said = (change.seen_at, change.parts, change.entry)
    return any((known.seen_at, known.parts, known.entry) == said for known in carrier.revisions)
