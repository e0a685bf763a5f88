"""Compares a list with what the last poll listed: items that came and went unseen, lists that shrank."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from aggregator.classify.removals import CONFIRM_AFTER
from aggregator.classify.wording.typography import comparable_text
from aggregator.errors import Cause
from aggregator.model import Entry, Failed, Moment, SourceState

# So many times a list that is ordered by date may step back: where pinned items end, and one slip.
MAX_OUT_OF_ORDER: Final = 2

# So many polls must find a list short before it is believed, the last of them hours after the first.
LOOKS: Final = 3

# What a feed is ordered by.
DateOf = Callable[["ListedItem | Entry"], datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedItem:
    """A document that the last poll of a source listed, as the source dated it then."""

    names: frozenset[str]
    published: Moment | None = None
    updated: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What closes a gap: an older page with one of these names, or with something older than `newest`."""

    names: frozenset[str]
    newest: datetime | None
    # Pinned items stand on every page, so they close nothing.
    pinned: frozenset[str]
    date_of: DateOf

    def is_closed_by(self, entries: Sequence[Entry]) -> bool:
        """Whether these entries of an older page reach back to the last poll."""
        return any(self._reaches_back(entry) for entry in entries)

    def _reaches_back(self, entry: Entry) -> bool:
        names = names_of(entry)
        date = self.date_of(entry)
        older = bool(self.newest and date and date <= self.newest and not names & self.pinned)
        return bool(names & self.names) or older


def names_of(entry: Entry) -> frozenset[str]:
    """Return by what an item is known again: its names, or title with id or date if its link has moved."""
    title, date = comparable_text(entry.title), entry.published or entry.updated
    item = [f"item:{entry.native_id} {title}"] if entry.native_id else []
    item += [f"item:{date.at.isoformat()} {title}"] if date else []
    return frozenset((*entry.all_names, *item))


def find_gap(previous: Sequence[ListedItem], entries: Sequence[Entry]) -> Gap | None:
    """Return the gap between the last poll and this one, of which these are the entries; None without one.

    There is a gap when no item of the last poll is in the feed any more, or when its newest one is missing:
    an old item that is pinned stays however much was missed.
    """
    names = frozenset(name for entry in entries for name in names_of(entry))
    missing = [item for item in previous if names.isdisjoint(item.names)]
    known = frozenset(name for item in previous for name in item.names)
    new = [entry for entry in entries if known.isdisjoint(names_of(entry))]
    if not missing or not new:
        return None
    date_of = _date_by_which_it_is_ordered(entries)
    present = [item for item in previous if item not in missing]
    if present and not _only_pinned_are_left(previous, missing, entries, new, date_of):
        return None
    return Gap(
        names=frozenset(name for item in missing for name in item.names),
        newest=max(filter(None, map(date_of, missing)), default=None),
        pinned=frozenset(name for item in present for name in item.names),
        date_of=date_of,
    )


def _only_pinned_are_left(
    previous: Sequence[ListedItem],
    missing: Sequence[ListedItem],
    entries: Sequence[Entry],
    new: Sequence[Entry],
    date_of: DateOf,
) -> bool:
    # Of several with the newest date, one that is still there counts.
    dated = sorted(
        ((date, item not in missing, item) for item in previous if (date := date_of(item))),
        key=lambda row: row[:2],
        reverse=True,
    )
    newest_first = _newest_first(entries, date_of)
    if not dated or not newest_first:
        return False
    newest, *older = [item for _, _, item in dated]
    after_new = _names_after(newest_first, {entry.key for entry in new})
    if newest in missing:
        # One item that its publisher took away is no gap: what came before it still follows the new ones.
        return not (older and older[0] not in missing and older[0].names & after_new)
    # The newest may be pinned itself. In its place it would follow the new ones.
    stands_out = len(dated) > 1 and dated[0][0] > dated[1][0]
    alone = len(missing) == len(previous) - 1 and len(missing) > 1 and stands_out
    return alone and not newest.names & after_new


def _newest_first(entries: Sequence[Entry], date_of: DateOf) -> Sequence[Entry]:
    """The entries with the newest first; none if they are not ordered by date, apart from pinned ones."""
    either_way = (entries, entries[::-1])
    best = min(either_way, key=lambda ordered: _inversions(ordered, date_of))
    return best if _inversions(best, date_of) <= MAX_OUT_OF_ORDER else ()


def _names_after(entries: Sequence[Entry], keys: Collection[str]) -> frozenset[str]:
    """The names of the entries behind the last one with one of these keys."""
    last = max(index for index, entry in enumerate(entries) if entry.key in keys)
    return frozenset(name for entry in entries[last + 1 :] for name in names_of(entry))


def _date_by_which_it_is_ordered(entries: Sequence[Entry]) -> DateOf:
    """Whether the feed has its newest items first by the date of publication, or by that of the update."""
    by_update = _inversions(entries, _updated) < _inversions(entries, _published)
    return _updated if by_update else _published


def _inversions(entries: Sequence[Entry], date_of: DateOf) -> int:
    dates = [date for entry in entries if (date := date_of(entry))]
    return sum(before < after for before, after in pairwise(dates))


def _published(item: ListedItem | Entry) -> datetime | None:
    moment = item.published or item.updated
    return moment.at if moment else None


def _updated(item: ListedItem | Entry) -> datetime | None:
    moment = item.updated or item.published
    return moment.at if moment else None


def is_plausible(listed: Sequence[ListedItem], entries: Sequence[Entry]) -> bool:
    """Whether these are items of the list: one is known, or all have dates. A menu has neither."""
    known = frozenset(name for item in listed for name in item.names)
    return any(not known.isdisjoint(names_of(entry)) for entry in entries) or all(
        entry.published or entry.updated or entry.closes for entry in entries
    )


def doubt_short_list(  # the list, and what it is compared with
    url: str, selector: str | None, found: int, state: SourceState, now: datetime, *, plausible: bool
) -> Failed | None:
    """Return why a list is not believed that has less than half of the items of the last one believed.

    Publishers do not remove half of a list at once, but they do change their layout. A plausible list that
    stays short for three looks is believed, and so is any that no selector found.
    """
    looks, since = state.shrunk_looks + 1, state.shrunk_since or now
    stays = plausible and looks >= LOOKS and now - since >= CONFIRM_AFTER
    if not selector or found * 2 >= state.items or stays:
        return None
    waits = (
        ", or wait: at the third look, hours after the first, it is believed; its items are read meanwhile"
    )
    return Failed(
        url=url,
        cause=Cause.LAYOUT,
        detail=f"the selector '{selector}' found {found} items, {state.items} the time before",
        hint="look at the page: if its layout has changed, correct `selectors` in sources.yaml; if the list "
        f"is right, run `aggregator sources accept-list {state.source}`{waits if plausible else ''}",
    )
