"""Tells that an edit was seen at another source or in another language: subscribers are told of it once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from aggregator.classify.comparison import comparable_moment, is_later
from aggregator.model import Carrier, Change, ChangeKind, Entry

# An edit reaches the other language within this time.
SAME_EDIT: Final = timedelta(days=3)


def is_reported_already(
    parts: Collection[str], entry: Entry, own: Carrier, carriers: Collection[Carrier], now: datetime
) -> bool:
    """Return whether the edit that changed these parts was seen elsewhere already."""
    return bool(parts) and (
        _is_dated_as_elsewhere(entry, own, carriers, now)
        or _is_in_other_language(parts, entry, own, carriers, now)
    )


def _is_dated_as_elsewhere(entry: Entry, own: Carrier, carriers: Iterable[Carrier], now: datetime) -> bool:
    """Whether another source had an edit that its publisher dates to the same moment."""
    if not is_later(entry.updated, own.entry.updated):
        return False
    moment = comparable_moment(entry.updated)
    edits = (r for c in carriers if c.source != entry.source for r in c.revisions[1:] if r.seen_at < now)
    return any(comparable_moment(revision.entry.updated) == moment for revision in edits)


def _is_in_other_language(
    parts: Collection[str], entry: Entry, own: Carrier, carriers: Iterable[Carrier], now: datetime
) -> bool:
    """Whether another language had an edit of the same parts since this one last changed.

    Of two that are found at one instant, English counts, whichever was polled first.
    """
    for carrier in _in_other_languages(entry, carriers):
        for revision in carrier.revisions[1:]:
            is_new = own.unchanged_since < revision.seen_at and now - revision.seen_at <= SAME_EDIT
            before = revision.seen_at < now or (
                revision.seen_at == now and _rank(carrier.entry) < _rank(entry)
            )
            if is_new and before and set(parts) & set(revision.parts):
                return True
    return False


def reported_twice(
    changes: Iterable[Change], carriers: Mapping[str, Sequence[Carrier]]
) -> Iterator[tuple[str, str]]:
    """Yield document and source of revisions of the same instant that these changes tell in English."""
    for change in changes:
        if change.kind is not ChangeKind.REVISED:
            continue
        for carrier in _in_other_languages(change.entry, carriers.get(change.entry.id, ())):
            last = carrier.revisions[-1]
            at_once = last.number > 1 and last.seen_at == change.seen_at
            if at_once and _rank(change.entry) < _rank(last.entry) and set(change.parts) & set(last.parts):
                yield change.entry.id, carrier.source


def _in_other_languages(entry: Entry, carriers: Iterable[Carrier]) -> list[Carrier]:
    return [one for one in carriers if one.entry.language != entry.language and one.revisions]


def _rank(entry: Entry) -> tuple[bool, str]:
    return entry.language != "en", entry.language
