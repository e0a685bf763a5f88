"""Decides what a poll found out: what is new, what changed in substance, what is only told again.

A source is compared with its own last word, never with another source's: GOV.UK's two feeds cut and title
the same document differently, and neither is a revision of the other. What others told counts only if they
told it before this instant, so the order of the polls of one run does not matter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from aggregator.classify.comparison import PARTS, comparable_moment, is_later
from aggregator.model import Carrier, Change, ChangeKind, Entry, Moment, Source
from aggregator.model.kinds import KINDS

RESTAMPED: Final = "updated"
"""The one date that does count, for a source with `updated_means_change`: GOV.UK's `public_timestamp` moves for
major updates only (alphagov/search-api, docs/using-the-search-api.md)."""

EVERY: Final = frozenset({*PARTS, RESTAMPED})
WORDLESS: Final = EVERY - {"text", "attachments"}
"""What can be compared when another address answers than last time: Citizen Space's interface tells the whole
overview of a consultation, its finder a sentence."""


def find_changes(
    source: Source,
    entries: Iterable[Entry],
    carriers: Mapping[str, Sequence[Carrier]],
    *,
    now: datetime,
    backlog: bool,
    other_address: bool = False,
) -> tuple[Change, ...]:
    """What `entries` of one poll of `source` change, given all carriers of the same documents.

    `backlog` says that this is the first poll of the source that could be read. Entries that say what the
    source said before give no change at all. Documents that were taken away are `find_removals`' matter,
    unless nobody knew them before. `another_way` says that another address of the source answered than last
    time (a fallback, or the first one again), which may tell less of the same documents.
    """
    comparable = WORDLESS if other_address else EVERY
    found = (_change(source, e, carriers.get(e.id, ()), now, backlog, comparable) for e in entries)
    return tuple(change for change in found if change is not None)


def _change(
    source: Source,
    entry: Entry,
    carriers: Sequence[Carrier],
    now: datetime,
    backlog: bool,
    comparable: Collection[str],
) -> Change | None:
    mine = next((carrier for carrier in carriers if carrier.source == source.id), None)
    others = [told for c in carriers if c.source != source.id and (told := c.entry_before(now))]
    if mine is None:
        return Change(kind=ChangeKind.NEW, entry=entry, seen_at=now, backlog=backlog)
    if entry.removal:
        return None
    entry = _completed(entry, mine.entry)
    entry = replace(entry, published=_settled(entry, mine, others))
    parts = tuple(part for part in _differing(source, mine.entry, entry) if part in comparable)
    if not parts and is_later(entry.updated, mine.entry.updated):
        # A mere re-stamp: else the document would come up as the newest, and nothing of it has changed.
        entry = replace(entry, updated=mine.entry.updated)
    return _compared(parts, entry, mine, others, now)


def _compared(
    parts: tuple[str, ...], entry: Entry, mine: Carrier, others: Sequence[Entry], now: datetime
) -> Change | None:
    if entry == mine.entry:
        return None
    kind = ChangeKind.REVISED
    if mine.removal:
        kind, parts = ChangeKind.RESTORED, (*parts, "restored")
    elif not parts or (mine.entry.partial and not entry.partial) or _already_told(parts, entry, others):
        kind, parts = ChangeKind.RESTATED, ()
    note = _note(mine.entry, entry) if parts else ""
    return Change(kind=kind, entry=entry, seen_at=now, backlog=mine.backlog, parts=parts, note=note)


def _completed(entry: Entry, before: Entry) -> Entry:
    """A list's line says less than the document's own page: what it leaves out has not gone."""
    if not entry.partial or before.partial:
        return entry
    return replace(
        before,
        title=entry.title,
        updated=entry.updated or before.updated,
        opens=entry.opens or before.opens,
        closes=entry.closes or before.closes,
        publisher_type=entry.publisher_type or before.publisher_type,
        removal=None,
    )


def _settled(entry: Entry, mine: Carrier, others: Sequence[Entry]) -> Moment | None:
    """The publication date, which never moves once anybody told one."""
    if mine.entry.published is None and any(other.published for other in others):
        return None
    return mine.entry.published or entry.published


def _differing(source: Source, before: Entry, after: Entry) -> tuple[str, ...]:
    parts = [
        name for name, part in PARTS.items() if not part.same(part.value_of(before), part.value_of(after))
    ]
    stamped = source.updated_means_change or KINDS[source.kind].updated_means_change
    if stamped and is_later(after.updated, before.updated):
        parts.append(RESTAMPED)
    return tuple(parts)


def _already_told(parts: Iterable[str], entry: Entry, others: Sequence[Entry]) -> bool:
    """Whether everything that changed is what another carrier already says: this one only catches up.

    A carrier that never told of a part does not say that it has gone.
    """
    return all(any(_tells(part, other, entry) for other in others) for part in parts)


def _tells(name: str, other: Entry, entry: Entry) -> bool:
    """Whether `other` tells of the part what `entry` does."""
    if name == RESTAMPED:
        return entry.updated is not None and comparable_moment(entry.updated) == comparable_moment(
            other.updated
        )
    part = PARTS[name]
    told = part.value_of(other)
    return bool(told) and part.same(told, part.value_of(entry))


def _note(before: Entry, after: Entry) -> str:
    """The publisher's newest words for a change, if they were not there before."""
    fresh = [note.text for note in after.notes if note not in before.notes]
    return fresh[0] if fresh else ""
