"""Tells which items of one answer that share a page are one document, and which of them counts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from difflib import SequenceMatcher
from typing import Final

from aggregator.model import Entry, Reject
from aggregator.normalise.identity import entry_id, key_at_place, place_on_page
from aggregator.normalise.urls import has_page_number

# Of the words of two items at one address, the share that an edit leaves.
MOST: Final = 0.75
COMPARED_WORDS: Final = 200
WORD: Final = re.compile(r"\w+")
NUMBER: Final = re.compile(r"\d+")
# Characters of a title in a message.
MAX_TITLE: Final = 200
NO_DATE: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An entry, with the name of its item in messages and the link as the publisher wrote it."""

    name: str
    link: str
    entry: Entry


def settle_repeated(found: Iterable[Item]) -> tuple[list[Entry], list[Reject]]:
    """Return each document once, and rejects for items that are not shown although they say something else.

    Items of one page that differ in id, title and link are documents of their own. Of the others the one
    updated last counts, and of equal ones the first.
    """
    pages: dict[str, list[Item]] = {}
    for item in found:
        pages.setdefault(item.entry.key, []).append(item)
    entries: list[Entry] = []
    rejects: list[Reject] = []
    for items in pages.values():
        groups = _groups(items)
        for group in groups:
            newest = max(group, key=lambda item: _age(item.entry))
            entry = _with_first_id(newest, group)
            entries.append(_with_place(entry, group) if len(groups) > 1 else entry)
            rejects += [_reject(item, newest) for item in group if _is_other(item.entry, newest.entry)]
    return entries, rejects


def _groups(items: Sequence[Item]) -> Sequence[Sequence[Item]]:
    """The items of one page, together with those that have a mark in common with them."""
    groups: list[list[Item]] = []
    by_mark: dict[tuple[str, str], list[Item]] = {}
    for item in items:
        marks = list(_marks(item))
        group, *others = {id(one): one for mark in marks if (one := by_mark.get(mark))}.values() or ([],)
        for other in others:
            group += other
        groups = [one for one in groups if not any(one is other for other in others)]
        groups += [] if group else [group]
        group.append(item)
        by_mark |= {mark: group for one in (group if others else [item]) for mark in _marks(one)}
    return groups


def _marks(item: Item) -> Iterator[tuple[str, str]]:
    """What makes two items of one page one document if both have it."""
    entry = item.entry
    yield "title", entry.title.casefold()
    if entry.native_id:
        yield "id", entry.native_id
    # Another instance gives each of its documents an id of its own.
    if not entry.relayed:
        yield "link", item.link
        # The events of one request, and the replies to one topic, are the document itself.
        yield "place", "" if has_page_number(entry.url) else place_on_page(entry) or ""


def _with_place(entry: Entry, group: Sequence[Item]) -> Entry:
    """The entry with a key of its own, unless one of its items stands for the whole page.

    One from another instance keeps its id.
    """
    places = [place_on_page(item.entry) for item in group]
    if not all(places):
        return entry
    key = key_at_place(entry.key, min(place for place in places if place))
    return replace(entry, key=key, id=entry.id if entry.relayed else entry_id(key))


def _with_first_id(newest: Item, group: Sequence[Item]) -> Entry:
    """The newest entry; with the id of the oldest form of it, by which the document may be known.

    Some software gives a corrected item an id of its own and keeps the old item beside it.
    """
    forms = [item for item in group if item.link == newest.link and _is_edit(item.entry, newest.entry)]
    oldest = min(reversed(forms), key=lambda item: _age(item.entry), default=newest)
    return replace(newest.entry, native_id=oldest.entry.native_id or newest.entry.native_id)


def _is_edit(one: Entry, other: Entry) -> bool:
    """Whether two items say nearly the same, and are not two numbers of a series."""
    numbers, others = (set(NUMBER.findall(entry.title)) for entry in (one, other))
    in_series = numbers - others and others - numbers
    alike = _shared(one.title, other.title) >= MOST and _shared(one.text, other.text) >= MOST
    return alike and not in_series


def _shared(one: str, other: str) -> float:
    """The share of the shorter text's words that the other one has in the same order."""
    words, others = (WORD.findall(text.casefold())[:COMPARED_WORDS] for text in (one, other))
    same = SequenceMatcher(None, words, others, autojunk=False).get_matching_blocks()
    return sum(block.size for block in same) / max(1, min(len(words), len(others)))


def _is_other(one: Entry, other: Entry) -> bool:
    """Whether an item says something else than another at the same address: title and id are not the same."""
    same_id = one.native_id is not None and one.native_id == other.native_id
    return not same_id and one.title.casefold() != other.title.casefold()


def _reject(item: Item, newest: Item) -> Reject:
    title = item.entry.title[:MAX_TITLE]
    why = f"it has the address of {newest.name}, which is newer (title: {title})"
    return Reject(item_name=item.name, why=why)


def _age(entry: Entry) -> datetime:
    moment = entry.updated or entry.published
    return moment.at if moment else NO_DATE
