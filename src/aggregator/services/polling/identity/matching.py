"""Gives each entry of a reading the document that it is, or makes it a new one.

The decision about one pair is in `classify/identity.py`; here the best document of each entry is chosen, and
two unlike entries of one reading never become one document.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from aggregator.classify.identity import IdMatch, LinkMatch, compare, is_same_document, may_have_moved
from aggregator.classify.wording.typography import comparable_text
from aggregator.model import Entry
from aggregator.normalise.identity import (
    entry_id,
    independent_id,
    key_at_used_address,
    name_from_worldwide_id,
)
from aggregator.normalise.languages import language_names
from aggregator.services.polling.identity.candidates import IdentityEvidence, KnownDocuments
from aggregator.store.documents.names import TAKEN_PREFIX

# A pair of name and document id.
Claim = tuple[str, str]
NO_DATE: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Matches:
    """The document of each entry, by the entry's key."""

    # What each entry is, and why; no entry of it is new.
    known: dict[str, IdentityEvidence] = field(default_factory=dict)
    new: list[Entry] = field(default_factory=list)


def match_entries(entries: Sequence[Entry], known: KnownDocuments) -> Matches:
    """Find the known document of each entry; the others are new."""
    found = {entry.key: known.candidates(entry) for entry in entries}
    if _ids_are_new(found.values()):
        found = {entry.key: known.candidates(entry, ids_are_new=True) for entry in entries}
    matches = Matches()
    waiting = list(entries)
    taken: dict[str, Entry] = {}
    while waiting:
        waiting = _match_round(waiting, found, taken, matches, known)
    _follow_unchanged(entries, matches, known)
    return matches


def _follow_unchanged(entries: Iterable[Entry], matches: Matches, known: KnownDocuments) -> None:
    """Let a document go with the item that says all that it said, if something unlike has its address now."""
    holders = {one.document_id: key for key, one in matches.known.items() if _may_be_another(one)}
    by_title: dict[str, list[Entry]] = defaultdict(list)
    for carrier in known.own if holders and matches.new else ():
        by_title[comparable_text(carrier.entry.title)].append(carrier.entry)
    for entry in list(matches.new):
        same = [one for one in by_title[comparable_text(entry.title)] if _moved_unchanged(entry, one)]
        holder = holders.pop(same[0].id, None) if len(same) == 1 else None
        if holder:
            matches.new.remove(entry)
            matches.known[entry.key] = known.candidate(entry, same[0].id)
            del matches.known[holder]
            matches.new += [one for one in entries if one.key == holder]


def _may_be_another(match: IdentityEvidence) -> bool:
    """Return whether an item has nothing of a document but its address."""
    if match.stated or match.retracted or match.id is IdMatch.SAME:
        return False
    return match.likeness.other_date or not match.likeness.alike


def _match_round(
    entries: Sequence[Entry],
    found: Mapping[str, list[IdentityEvidence]],
    taken: dict[str, Entry],
    matches: Matches,
    known: KnownDocuments,
) -> list[Entry]:
    """Give each entry its best document, as long as no better entry has it; return those to try again."""
    again: list[Entry] = []
    best = [(entry, one) for entry in entries if (one := _best(found[entry.key]))]
    chosen = {entry.key for entry, _ in best}
    matches.new += [entry for entry in entries if entry.key not in chosen]
    for entry, candidate in sorted(best, key=_best_first):
        id = candidate.document_id
        first = taken.setdefault(id, entry)
        if first is entry or _is_same_item(entry, candidate, first, known):
            matches.known[entry.key] = candidate
        else:
            found[entry.key].remove(candidate)
            again.append(entry)
    return again


def _best_first(pair: tuple[Entry, IdentityEvidence]) -> tuple[int, bool, tuple[bool, bool, str, str]]:
    entry, candidate = pair
    return -candidate.score[0], candidate.id is not IdMatch.SAME, entry.rank


def _best(candidates: Iterable[IdentityEvidence]) -> IdentityEvidence | None:
    same = [one for one in candidates if one.is_same]
    return max(same, key=lambda one: (one.score, one.document_id), default=None)


def _is_same_item(entry: Entry, candidate: IdentityEvidence, first: Entry, known: KnownDocuments) -> bool:
    """Return whether an entry may be the document that another entry of the reading is already."""
    if candidate.stated or candidate.retracted or entry.language != first.language:
        return True
    id = known.trusted_id(entry)
    if id and id == first.native_id:
        return comparable_text(entry.title) == comparable_text(first.title)
    # Two ids of one source in one reading are two items.
    if id and first.native_id and independent_id(entry) and independent_id(first):
        return False
    return candidate.link is not LinkMatch.OTHER and candidate.id is not IdMatch.OTHER


def _ids_are_new(found: Iterable[Sequence[IdentityEvidence]]) -> bool:
    """Return whether the ids of most items that stand where they stood are others: software was changed."""
    here = [one for several in found for one in several if one.link is LinkMatch.CURRENT]
    renewed = [one for one in here if one.id is IdMatch.OTHER and one.likeness.alike]
    compared = [one for one in here if one.id is not IdMatch.UNKNOWN]
    return len(renewed) > 1 and len(renewed) * 2 > len(compared)


def document_ids(matches: Matches, known: KnownDocuments) -> dict[str, tuple[str, str]]:
    """Return id and key of the document of each entry, by the entry's own key.

    Items that are new and have one id are one document, though their links differ.
    """
    ids = {key: (one.document_id, key) for key, one in matches.known.items()}
    first_of: dict[tuple[str, str], tuple[str, str]] = {}
    for entry in sorted(matches.new, key=lambda entry: entry.rank):
        used = known.at_address(entry) is not None
        key = key_at_used_address(entry.key, entry) if used else entry.key
        own = (entry_id(key) if used else entry.id, key)
        item = (known.trusted_id(entry) or key, comparable_text(entry.title))
        ids[entry.key] = first_of.setdefault(item, own)
    return ids


def claimed_names(entry: Entry, document_id: str, known: KnownDocuments, matches: Matches) -> list[Claim]:
    """Return the names by which the document of an entry is known from now on.

    A name of another document is claimed only if that is the same one: the two are merged later.
    """
    address = (
        entry.key if _is_own_address(entry, document_id, known, matches) else f"{TAKEN_PREFIX}{entry.key}"
    )
    names = [name for name in entry.all_names if name != entry.key and known.may_have_name(entry, name)]
    worldwide = name_from_worldwide_id(entry)
    if worldwide and known.trusted_id(entry) and known.may_have_name(entry, worldwide):
        names.append(worldwide)
    # Not looked up: `merge_documents` finds the pairs, whichever language comes first.
    return [(name, document_id) for name in (address, *names, *language_names(entry))]


def _is_own_address(entry: Entry, document_id: str, known: KnownDocuments, matches: Matches) -> bool:
    """Return whether no other document had the entry's address first, but for one that is the same."""
    first = known.names.get(entry.key)
    if known.at_address(entry) not in (first, document_id):
        return False
    if first in (None, document_id):
        return True
    # A document that another entry of the reading is, is not this one.
    others = {one.document_id for one in matches.known.values()}
    return first not in others and any(
        one.document_id == first and one.is_same for one in known.candidates(entry)
    )


def newest_first(entry: Entry) -> tuple[bool, bool, float, tuple[bool, bool, str, str]]:
    """Sort the entries of one document: English first, our own records, then the newest words."""
    moment = entry.updated or entry.published
    age = (moment.at if moment else NO_DATE) - NO_DATE
    return entry.language != "en", entry.url is not None, -age.total_seconds(), entry.rank


def moved_without_id(
    entries: Iterable[Entry], known: KnownDocuments, matches: Matches
) -> dict[str, tuple[str, bool]]:
    """Return, for new entries with the title of a document that is gone from the reading, its id.

    Also whether all that the two say is equal. Titles that several documents have say nothing.
    """
    listed = {one.document_id for one in matches.known.values()}
    by_title: dict[str, list[Entry]] = defaultdict(list)
    for carrier in known.own:
        by_title[comparable_text(carrier.entry.title)].append(carrier.entry)
    titles = defaultdict[str, int](int)
    for entry in entries:
        titles[comparable_text(entry.title)] += 1
    moved: dict[str, tuple[str, bool]] = {}
    for entry in matches.new:
        title = comparable_text(entry.title)
        before = by_title.get(title, [])
        is_one = len(before) == 1 and titles[title] == 1 and before[0].id not in listed
        if is_one and may_have_moved(entry, before[0]):
            moved[entry.key] = (before[0].id, _moved_unchanged(entry, before[0]))
    return moved


def _moved_unchanged(entry: Entry, before: Entry) -> bool:
    both_have_ids = independent_id(entry) and independent_id(before)
    id = IdMatch.OTHER if both_have_ids else IdMatch.UNKNOWN
    return is_same_document(id, LinkMatch.OTHER, compare(entry, before))


def with_document(entry: Entry, document_id: str, key: str) -> Entry:
    """Return the entry with the id and key of its document."""
    return replace(entry, id=document_id, key=key)
