"""Tells which of several items of one answer counts when they share a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from aggregator.model import Entry, Reject
from aggregator.normalise.identity import entry_id
from aggregator.values.web_addresses import split_address

# An entry, and the name of its item in messages.
NamedEntry = tuple[str, Entry]

# Characters of a title in a message.
MAX_TITLE: Final = 200
NO_DATE: Final = datetime.min.replace(tzinfo=UTC)


def settle_repeated(found: Iterable[NamedEntry]) -> tuple[list[Entry], list[Reject]]:
    """Return each document once, and rejects for items that are not shown although they say something else.

    Items that differ in id, title and the place on the page to which they link are documents of their own. Of
    the others the one updated last counts, and of equal ones the first.
    """
    pages: dict[str, list[NamedEntry]] = {}
    for name, entry in found:
        pages.setdefault(entry.key, []).append((name, entry))
    entries: list[Entry] = []
    rejects: list[Reject] = []
    for items in pages.values():
        for group in _apart(items):
            newest = max(group, key=lambda named: _age(named[1]))
            entries.append(newest[1])
            rejects += [_reject(name, entry, newest) for name, entry in group if _is_other(entry, newest[1])]
    return entries, rejects


def _apart(items: Sequence[NamedEntry]) -> Iterable[Sequence[NamedEntry]]:
    """The items of one page by their places on it, if each place has something of its own."""
    places: dict[str, list[NamedEntry]] = {}
    for name, entry in items:
        places.setdefault(split_address(entry.url).fragment, []).append((name, entry))
    firsts = [group[0][1] for group in places.values()]
    ids = {entry.native_id or entry.url for entry in firsts}
    titles = {entry.title.casefold() for entry in firsts}
    if min(len(ids), len(titles)) < len(places) or len(places) == 1:
        return [items]
    return [
        [(name, _with_place(entry, place)) for name, entry in group] if place else group
        for place, group in places.items()
    ]


def _with_place(entry: Entry, place: str) -> Entry:
    """The entry with a key of its own. One from another instance keeps its id."""
    key = f"{entry.key}#{place}"
    return replace(entry, key=key, id=entry.id if entry.relayed else entry_id(key))


def _is_other(one: Entry, other: Entry) -> bool:
    """Whether an item says something else than another at the same address: title and id are not the same."""
    same_id = one.native_id is not None and one.native_id == other.native_id
    return not same_id and one.title.casefold() != other.title.casefold()


def _reject(name: str, entry: Entry, newest: NamedEntry) -> Reject:
    why = f"it has the address of {newest[0]}, which is newer (title: {entry.title[:MAX_TITLE]})"
    return Reject(item_name=name, why=why)


def _age(entry: Entry) -> datetime:
    moment = entry.updated or entry.published
    return moment.at if moment else NO_DATE
