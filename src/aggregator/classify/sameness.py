"""Decides which documents are one, and which of their ids stays."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from aggregator.model import Entry

Group = tuple[str, ...]
"""The ids of one document: the one that stays first."""


def find_same(
    shared: Iterable[Collection[str]],
    held: Mapping[str, tuple[datetime, Entry]],
    retracted: Collection[str],
) -> tuple[Group, ...]:
    """The documents that are one, since they share names: for each name `shared` holds those that do.

    The elder id stays: it has been published for longest. Of those first seen at one instant it is the same
    in whatever order their sources were polled. What was retracted stays so, whatever else it is called.
    """

    def elder(id: str) -> tuple[bool, datetime, tuple[bool, bool, str, str]]:
        first_seen, entry = held[id]
        return id not in retracted, first_seen, entry.rank

    return tuple(sorted(tuple(sorted(group, key=elder)) for group in _connected(shared, held)))


def _connected(shared: Iterable[Collection[str]], held: Collection[str]) -> set[frozenset[str]]:
    groups: dict[str, frozenset[str]] = {}
    for ids in shared:
        known = [id for id in ids if id in held]
        joined = frozenset(known).union(*(groups[id] for id in known if id in groups))
        groups |= dict.fromkeys(joined, joined)
    return {group for group in groups.values() if len(group) > 1}
