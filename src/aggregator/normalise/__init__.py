"""Puts a publisher's items into our words: one form, absolute addresses, dates in UTC, safe text. Pure.

In: Source, the address that answered, RawEntry. Out: Normalised, that is Entry and Reject.
To add a form of date: a word or a line in DATES of `dates`; a tracking parameter: TRACKERS of `urls`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from aggregator.model import Entry, RawEntry, Reject, Removal, Source
from aggregator.normalise.entry import build_entry, stated_removal
from aggregator.normalise.identity import MEETING

NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalised:
    """What became of a page's items, in the page's order; each document stands once."""

    entries: tuple[Entry, ...]
    rejects: tuple[Reject, ...]
    removals: Mapping[str, Removal] = field(default_factory=dict)
    """The documents that the publisher says were taken away, by key; they may have lost their title."""

    @property
    def names(self) -> frozenset[str]:
        """Every name by which the entries go."""
        return frozenset(name for entry in self.entries for name in entry.all_names)


def normalise(source: Source, fetched_url: str, raws: Iterable[RawEntry], *, now: datetime) -> Normalised:
    """Turn the items of an answer from `fetched_url` into entries; what cannot be used is rejected, with why.

    Of several items about one document the one updated last stands, and of equal ones the first. Never
    raises, whatever the publisher wrote.
    """
    documents: dict[str, Entry] = {}
    rejects: list[Reject] = []
    gone: dict[str, Removal] = {}
    for raw in raws:
        removal = stated_removal(source, fetched_url, raw, now)
        if removal:
            gone[removal[0]] = removal[1]
        entry = build_entry(source, fetched_url, raw, now)
        if isinstance(entry, Reject):
            rejects += [entry] * (removal is None)
        elif entry.key not in documents or _age(entry) > _age(documents[entry.key]):
            documents[entry.key] = entry
    return Normalised(entries=_told_apart(documents.values()), rejects=tuple(rejects), removals=gone)


def _told_apart(entries: Collection[Entry]) -> tuple[Entry, ...]:
    """A number that several items of one answer bear is no name: some feeds write one guid everywhere."""
    borne = Counter((name, entry.language) for entry in entries for name in entry.names)
    return tuple(
        replace(
            entry,
            names=tuple(
                name for name in entry.names if borne[name, entry.language] == 1 or name.startswith(MEETING)
            ),
        )
        for entry in entries
    )


def _age(entry: Entry) -> datetime:
    moment = entry.updated or entry.published
    return moment.at if moment else NEVER
