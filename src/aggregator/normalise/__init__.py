"""Turns a publisher's items into entries: absolute addresses, dates in UTC, safe HTML, permanent ids. Pure.

In:      Source, the address that answered, RawEntry
Out:     NormalisedPage, with Entry and Reject
To add:  a form of date: DATE_FORMS in `dates.py`; a tracking parameter: `trackers.py`
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from aggregator.model import Entry, RawEntry, Reject, Removal, Source
from aggregator.normalise.entry import build_entry, stated_removal
from aggregator.normalise.identity import MEETING_PREFIX
from aggregator.normalise.repeated_items import Item, settle_repeated


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalisedPage:
    """The entries and rejects of one page, in its order; each document is in it once."""

    entries: tuple[Entry, ...]
    rejects: tuple[Reject, ...]
    # The removals that the publisher states, by document key; such items may have lost their title.
    removals: Mapping[str, Removal] = field(default_factory=dict)

    @property
    def entry_names(self) -> frozenset[str]:
        """Every name of the entries."""
        return frozenset(name for entry in self.entries for name in entry.all_names)


def normalise(source: Source, fetched_url: str, raws: Iterable[RawEntry], *, now: datetime) -> NormalisedPage:
    """Turn the items of a response from `fetched_url` into entries, and reject unusable ones with the reason.

    Of several items about one document the one updated last counts, and of equal ones the first. Items that
    share a page but neither id, title nor link are several documents. Never raises, whatever the publisher
    wrote.
    """
    found: list[Item] = []
    rejects: list[Reject] = []
    removals: dict[str, Removal] = {}
    for raw in raws:
        removal = stated_removal(source, fetched_url, raw, now)
        if removal:
            removals[removal[0]] = removal[1]
        entry = build_entry(source, fetched_url, raw, now)
        if isinstance(entry, Reject):
            # An item that only states a removal needs no title, so it is no reject.
            rejects += [entry] * (removal is None)
        else:
            found.append(Item(name=raw.item_name, link=raw.link or "", entry=entry))
    entries, repeated = settle_repeated(found)
    return NormalisedPage(
        entries=_without_shared_names(entries), rejects=(*rejects, *repeated), removals=removals
    )


def _without_shared_names(entries: Collection[Entry]) -> tuple[Entry, ...]:
    """The entries without names that several of them share: some feeds give every item the same guid.

    Several pages about one meeting are several papers; without a page of its own an item may be one of them.
    """
    uses = Counter(
        (name, entry.language)
        for entry in entries
        for name in entry.names
        if entry.url or not name.startswith(MEETING_PREFIX)
    )
    return tuple(
        replace(entry, names=tuple(name for name in entry.names if uses[name, entry.language] <= 1))
        for entry in entries
    )
