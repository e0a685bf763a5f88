"""Finds the documents that an entry may be: by its names, its address, and its id at the same source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Final

from aggregator.classify.identity import (
    IdMatch,
    Likeness,
    LinkMatch,
    best_likeness,
    can_share_name,
    is_same_document,
)
from aggregator.model import Carrier, Entry
from aggregator.normalise.identity import (
    MEETING_PREFIX,
    NUMBER_PREFIXES,
    SPELLING_PREFIX,
    authority_of_id,
    independent_id,
    key_at_place,
    name_from_worldwide_id,
    names_from_ids,
)
from aggregator.normalise.urls import canonical_url, former_canonical_url, has_page_number
from aggregator.services.polling.identity.links import without_session
from aggregator.store import Transaction
from aggregator.store.documents.names import TAKEN_PREFIX
from aggregator.values.web_addresses import split_address

# What the publisher says itself goes before all likeness.
STATED_SCORE: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityEvidence:
    """A document that an entry may be, and the evidence."""

    document_id: str
    id: IdMatch
    link: LinkMatch
    likeness: Likeness
    # A name that leaves no doubt: a content id, an own id.
    stated: bool = False
    # Its text was erased, so that nothing can be compared.
    retracted: bool = False

    @property
    def is_same(self) -> bool:
        """Whether the entry is this document."""
        known = self.link is not LinkMatch.OTHER or self.id is IdMatch.SAME
        return (
            self.stated or (self.retracted and known) or is_same_document(self.id, self.link, self.likeness)
        )

    @property
    def score(self) -> tuple[int, bool]:
        """How good the evidence is, to choose between several documents; of equal ones the address counts."""
        points = (
            STATED_SCORE * self.stated
            + 3 * (self.id is IdMatch.SAME)
            + 3 * (self.link is LinkMatch.CURRENT)
            + (self.link is LinkMatch.FORMER)
            + self.likeness.score
        )
        return points, self.link is not LinkMatch.OTHER


@dataclass(frozen=True)
class KnownDocuments:
    """What was known before this instant of all documents that the entries of a reading may be."""

    source: str
    now: datetime
    # Document ids by name.
    names: Mapping[str, str]
    # The carriers of each document that may be meant.
    carriers: Mapping[str, Sequence[Carrier]]
    # The source's own carriers, with those of documents that no entry can be.
    own: Sequence[Carrier]
    retracted: Collection[str]
    # Ids in this reading that several unlike items share.
    shared_ids: Collection[str]
    # What the operator decided: documents by the keys of entries.
    decided: Mapping[str, str]

    def candidates(self, entry: Entry, *, ids_are_new: bool = False) -> list[IdentityEvidence]:
        """Return the documents that the entry may be, each once.

        With `ids_are_new` the source's ids were made anew, so that another id says nothing.
        """
        ids = [self.decided[entry.key]] if entry.key in self.decided else []
        ids += [self.names[name] for name in lookup_names(entry) if name in self.names]
        ids += self.own_by_native_id.get(self.trusted_id(entry) or "", ())
        found = [self.candidate(entry, id) for id in dict.fromkeys(ids)]
        if not ids_are_new:
            return found
        return [replace(one, id=IdMatch.UNKNOWN) if one.id is IdMatch.OTHER else one for one in found]

    def at_address(self, entry: Entry) -> str | None:
        """Return the id of the document that has the entry's address now."""
        return self.names.get(f"{TAKEN_PREFIX}{entry.key}") or self.names.get(entry.key)

    def may_have_name(self, entry: Entry, name: str) -> bool:
        """Return whether the entry is the document that has the name already, if one has."""
        id = self.names.get(name)
        if id is None or id in self.retracted:
            return True
        if name.startswith(MEETING_PREFIX):
            return can_share_name([entry], self.forms(id), meeting=True)
        return not name.startswith(NUMBER_PREFIXES) or self.candidate(entry, id).is_same

    def trusted_id(self, entry: Entry) -> str | None:
        """Return the publisher's id of the entry, if it is the only one that has it."""
        return None if entry.native_id in self.shared_ids else entry.native_id

    def forms(self, document_id: str) -> list[Entry]:
        """Return the document as each source had it before this instant."""
        before = (carrier.entry_before(self.now) for carrier in self.carriers.get(document_id, ()))
        return [entry for entry in before if entry]

    def own_form(self, document_id: str) -> Entry | None:
        """Return the document as this source had it; None if it did not."""
        return next((one for one in self.forms(document_id) if one.source == self.source), None)

    @cached_property
    def own_by_native_id(self) -> Mapping[str, Sequence[str]]:
        """The source's documents by the publisher's id."""
        ids: dict[str, list[str]] = defaultdict(list)
        for carrier in self.own:
            if carrier.entry.native_id:
                ids[carrier.entry.native_id].append(carrier.entry.id)
        return ids

    def candidate(self, entry: Entry, document_id: str) -> IdentityEvidence:
        """Return the evidence that an entry is this document."""
        forms = self.forms(document_id)
        return IdentityEvidence(
            document_id=document_id,
            id=self._compare_ids(entry, forms),
            link=self._compare_links(entry, document_id, forms),
            likeness=best_likeness(entry, forms),
            stated=self._is_stated(entry, document_id),
            retracted=document_id in self.retracted,
        )

    def _is_stated(self, entry: Entry, document_id: str) -> bool:
        if self.decided.get(entry.key) == document_id:
            return True
        # A number or name that a site gives a page for good, such as that of a topic or a request.
        if has_page_number(entry.url) and self.names.get(entry.key) == document_id:
            return True
        # A key that is no address is an own id; of the names, numbers prove nothing alone.
        names = [name for name in entry.all_names if name != entry.key or entry.url is None]
        return any(
            self.names.get(name) == document_id
            and not name.startswith(NUMBER_PREFIXES)
            and (not name.startswith(MEETING_PREFIX) or self.may_have_name(entry, name))
            for name in names
        )

    def _compare_ids(self, entry: Entry, forms: Iterable[Entry]) -> IdMatch:
        found = {compare_ids(entry, form, self.trusted_id(entry)) for form in forms}
        return next((one for one in (IdMatch.SAME, IdMatch.OTHER) if one in found), IdMatch.UNKNOWN)

    def _compare_links(self, entry: Entry, document_id: str, forms: Sequence[Entry]) -> LinkMatch:
        own = [form for form in forms if form.source == self.source]
        # The key of an item that shares its page with others has the place on the page.
        here = (
            form.url == entry.url or (canonical_url(form.url) == entry.key and not _other_place(entry, form))
            for form in own or forms
        )
        if entry.url and (any(here) or any(_same_spelling(entry, form) for form in forms)):
            return LinkMatch.CURRENT
        if any(_other_place(entry, form) for form in own or forms):
            return LinkMatch.OTHER
        names = (entry.key, f"{TAKEN_PREFIX}{entry.key}")
        known = any(self.names.get(name) == document_id for name in names)
        return LinkMatch.FORMER if known else LinkMatch.OTHER


def compare_ids(entry: Entry, form: Entry, trusted_id: str | None) -> IdMatch:
    """Return how the publisher's ids of an entry and of a form of a document compare."""
    if entry.content_id and form.content_id:
        return IdMatch.SAME if entry.content_id == form.content_id else IdMatch.OTHER
    if _shared_numbers(entry, form):
        return IdMatch.SAME
    same_source = entry.source == form.source
    if trusted_id is None or form.native_id is None:
        return IdMatch.UNKNOWN
    giver = authority_of_id(trusted_id)
    same_giver = same_source or (giver and giver == authority_of_id(form.native_id))
    # An id that is made from the link says no more than the link.
    if not same_giver or not independent_id(entry):
        return IdMatch.UNKNOWN
    if trusted_id == form.native_id:
        return IdMatch.SAME
    return IdMatch.OTHER if independent_id(form) else IdMatch.UNKNOWN


def _shared_numbers(entry: Entry, form: Entry) -> frozenset[str]:
    """Return the numbers that both have, but for what the two links say anyway."""
    of_links = {*names_from_ids(entry.url)} & {*names_from_ids(form.url)}
    spells_id = independent_id(entry) is not None
    shared = _numbers(entry) & _numbers(form) - of_links
    return frozenset(name for name in shared if spells_id or not name.startswith(SPELLING_PREFIX))


def _numbers(entry: Entry) -> frozenset[str]:
    return frozenset(name for name in entry.names if name.startswith(NUMBER_PREFIXES))


def _other_place(entry: Entry, form: Entry) -> bool:
    """Return whether the links lead to two places of one page, such as two updates in a list of them."""
    if has_page_number(entry.url) or canonical_url(entry.url) != canonical_url(form.url):
        return False
    places = split_address(entry.url).fragment, split_address(form.url).fragment
    return all(places) and places[0] != places[1]


def _same_spelling(entry: Entry, form: Entry) -> bool:
    """Return whether both links are usual spellings of one address, given with one id."""
    return any(name in form.names for name in entry.names if name.startswith(SPELLING_PREFIX))


def lookup_names(entry: Entry) -> tuple[str, ...]:
    """Return all names under which the document of an entry may be known, the best first."""
    page, place = canonical_url(entry.url), split_address(entry.url).fragment
    others = (
        name_from_worldwide_id(entry),
        # Whether an item has the key of its page depends on what else the answer says of the page.
        page if page != entry.key else None,
        key_at_place(page, place) if page == entry.key and place else None,
        canonical_url(without_session(entry.url)),
        # The key of documents that were stored when more parameters counted as trackers comes last.
        former_canonical_url(entry.url),
    )
    return (f"{TAKEN_PREFIX}{entry.key}", *entry.all_names, *(name for name in others if name))


def find_known(
    source: str,
    entries: Sequence[Entry],
    removals: Iterable[str],
    decided: Mapping[str, str],
    now: datetime,
    store: Transaction,
) -> KnownDocuments:
    """Read all that was known before `now` of the documents that the entries may be."""
    # Only what was stored before this instant counts, so that the order of polls at one instant changes
    # nothing. `merge_documents` later merges the documents that this leaves apart.
    asked = {*removals, *(f"{TAKEN_PREFIX}{key}" for key in removals)}
    asked |= {name for entry in entries for name in lookup_names(entry)}
    names = store.names.resolve(asked | set(decided.values()), now)
    # A document that was merged meanwhile is found by its former id.
    decided = {key: names.get(id, id) for key, id in decided.items()}
    own = store.carriers.of_source(source)
    native_ids = {entry.native_id for entry in entries}
    by_id = {carrier.entry.id for carrier in own if carrier.entry.native_id in native_ids}
    ids = {*names.values(), *by_id, *decided.values()}
    return KnownDocuments(
        source=source,
        now=now,
        names=names,
        carriers=store.carriers.of_documents(ids),
        own=own,
        retracted=store.documents.retracted_ids(ids),
        shared_ids=_shared_ids(entries),
        decided=decided,
    )


def _shared_ids(entries: Iterable[Entry]) -> frozenset[str]:
    """Return the ids that unlike items of one language share: some feeds give every item the same one."""
    titles: dict[tuple[str, str], set[str]] = defaultdict(set)
    for entry in entries:
        if entry.native_id:
            titles[entry.native_id, entry.language].add(entry.title.casefold())
    return frozenset(id for (id, _), several in titles.items() if len(several) > 1)
