"""Turns a publisher's items into entries: absolute addresses, dates in UTC, safe HTML, permanent ids. Pure.

In:      Source, the address that answered, RawEntry
Out:     NormalisedPage, with Entry and Reject
To add:  a form of date: DATE_FORMS in `dates.py`; a tracking parameter: `trackers.py`
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from aggregator.model import Entry, RawEntry, Reject, Removal, Source
from aggregator.normalise.entry import build_entry, stated_removal
from aggregator.normalise.identity import MEETING_PREFIX, entry_id
from aggregator.normalise.urls import has_page_number

NO_DATE: Final = datetime.min.replace(tzinfo=UTC)


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
    share a page but neither id nor title are several documents. Never raises, whatever the publisher wrote.
    """
    found: list[Entry] = []
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
            found.append(entry)
    documents: dict[str, Entry] = {}
    for entry in keep_apart(found):
        if entry.key not in documents or _age(entry) > _age(documents[entry.key]):
            documents[entry.key] = entry
    return NormalisedPage(
        entries=_without_shared_names(documents.values()), rejects=tuple(rejects), removals=removals
    )


def keep_apart(entries: Sequence[Entry]) -> list[Entry]:
    """The entries, with a key of its own for each that shares a page with others and is another document.

    The oldest keeps the page's key. What has the same id or title as another one is that document again.
    """
    by_page: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda entry: (_age(entry), entry.native_id or "")):
        by_page.setdefault(entry.key, []).append(entry)
    keys: dict[int, str] = {}
    for page, several in by_page.items():
        distinct: list[Entry] = []
        for entry in several:
            same = next((one for one in distinct if not _is_other(one, entry)), None)
            distinct += [] if same else [entry]
            first = distinct[0] in (same, entry)
            keys[id(entry)] = page if first else f"{page}#{(same or entry).native_id}"
    keyed = ((entry, keys[id(entry)]) for entry in entries)
    return [e if key == e.key else replace(e, key=key, id=entry_id(key)) for e, key in keyed]


def _is_other(one: Entry, other: Entry) -> bool:
    """Whether two entries of one page are two documents: neither id nor title says that they are one."""
    if one.relayed or other.relayed or has_page_number(one.url):
        return False
    ids = (one.native_id, other.native_id)
    return all(ids) and ids[0] != ids[1] and one.title.casefold() != other.title.casefold()


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


def _age(entry: Entry) -> datetime:
    moment = entry.updated or entry.published
    return moment.at if moment else NO_DATE
