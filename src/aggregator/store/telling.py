"""What a change makes of what one source has told of one document."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from aggregator.model import Carrier, Change, ChangeKind, Revision

SUBSTANCE: Final = frozenset({ChangeKind.REVISED, ChangeKind.WITHDRAWN, ChangeKind.RESTORED})
"""The kinds of change that make a revision of a document that is known."""

STANDING: Final = frozenset({ChangeKind.WITHDRAWN, ChangeKind.RESTORED})
"""Those that say whether the document is there."""


def listen(told: Carrier | None, change: Change) -> Carrier:
    """`told` after `change`. The first word is revision 1, whatever kind of change brings it.

    A repeat is harmless: a revision that is there already is not counted again, and what was told before
    the latest word does not undo it.
    """
    if told is None:
        return _begin(change)
    revised = change.kind in SUBSTANCE and not _is_there(told, change)
    if not revised and change.seen_at < told.since:
        return told
    carrier = _moved(told, change)
    if change.kind in STANDING:
        carrier = replace(carrier, removed=change.entry.removal, vanishing=None)
    return _revise(carrier, change) if revised else carrier


def _moved(told: Carrier, change: Change) -> Carrier:
    """With the entry that the change tells, and what was told before its instant kept beside."""
    if change.seen_at == told.since:
        return replace(told, entry=change.entry)
    return replace(told, entry=change.entry, told_at=change.seen_at, before=told.entry)


def _begin(change: Change) -> Carrier:
    bare = Carrier(
        entry=change.entry,
        first_seen=change.seen_at,
        backlog=change.backlog,
        revisions=(),
        last_seen=change.seen_at,
        removed=change.entry.removal,
    )
    return _revise(bare, change)


def _revise(carrier: Carrier, change: Change) -> Carrier:
    revision = Revision(
        entry=change.entry,
        number=len(carrier.revisions) + 1,
        seen_at=change.seen_at,
        parts=change.parts,
        note=change.note,
        payload_sha256=change.payload_sha256,
    )
    before = carrier.revisions
    if before:
        before = (*before[:-1], replace(before[-1], last_seen=carrier.last_seen))
    return replace(carrier, revisions=(*before, revision))


def _is_there(carrier: Carrier, change: Change) -> bool:
    said = (change.seen_at, change.parts, change.entry)
    return any((known.seen_at, known.parts, known.entry) == said for known in carrier.revisions)
