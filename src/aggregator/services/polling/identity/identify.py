"""Gives the entries of one poll the ids of their documents, and finds what the operator has to decide."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import reduce
from typing import Final

from aggregator.model import Entry, Removal, Source, SourceState
from aggregator.model.fetched import IdentityQuestion, QuestionKind
from aggregator.model.kinds import KINDS
from aggregator.normalise.identity import entry_id, independent_id
from aggregator.normalise.urls import canonical_url
from aggregator.services.polling.identity.candidates import KnownDocuments, find_known
from aggregator.services.polling.identity.links import SettledLink, hosts_of, settle_link
from aggregator.services.polling.identity.matching import (
    Claim,
    Matches,
    claimed_names,
    document_ids,
    match_entries,
    moved_without_id,
    newest_first,
    with_document,
)
from aggregator.store import Transaction
from aggregator.store.documents.names import TAKEN_PREFIX

# One post may well have the title of another; so many at once are a site that was rebuilt.
MANY: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifiedReading:
    """The entries and removals of a reading, with the ids of their documents."""

    entries: tuple[Entry, ...]
    removals: Mapping[str, Removal]
    # Ids of documents whose link has moved in this reading.
    moved: frozenset[str] = frozenset()
    questions: tuple[IdentityQuestion, ...] = ()

    @property
    def waiting(self) -> frozenset[str]:
        """Ids of the documents that entries which wait for the operator seem to be."""
        return frozenset(id for question in self.questions for _, id in question.moved)


@dataclass(slots=True)
class _Collected:
    """What the entries of one reading become."""

    by_id: dict[str, list[Entry]] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)
    moved: set[str] = field(default_factory=set)
    by_host: dict[str, list[tuple[str, str]]] = field(default_factory=dict)


def identify(
    source: Source,
    read: Iterable[Entry],
    stated_removals: Mapping[str, Removal],
    state: SourceState,
    body_address: str,
    now: datetime,
    store: Transaction,
) -> IdentifiedReading:
    """Give the entries and removals of a reading the ids that their documents have, and claim their names.

    A document keeps its first id when its address changes, and when the publisher's own id shows that two
    pages are one document in two languages. Entries that wait for the operator are left out.
    """
    entries = sorted(read, key=lambda entry: entry.rank)
    known = find_known(source.id, entries, stated_removals, dict(state.answers.same), now, store)
    matches = match_entries(entries, known)
    question = _ask_about_many(source, entries, known, matches, state, now)
    if question:
        waiting = {*dict(question.moved), *question.unknown}
        entries = [entry for entry in entries if entry.key not in waiting]
        matches.new = [entry for entry in matches.new if entry.key not in waiting]
    hosts = hosts_of(source, body_address, state.answers.hosts)
    found = _collect(entries, known, matches, hosts, ours=KINDS[source.kind].written_by_us)
    store.names.add(found.claims, now)
    removals = {_removed_id(key, known.names): removal for key, removal in stated_removals.items()}
    _add_redirect_targets(removals, known, now, store)
    host_questions = _ask_about_hosts(found.by_host, state, now)
    return IdentifiedReading(
        entries=_combine_entries(found.by_id, store),
        removals=removals,
        moved=frozenset(found.moved),
        questions=(*([question] if question else []), *host_questions),
    )


def _collect(
    entries: Iterable[Entry],
    known: KnownDocuments,
    matches: Matches,
    hosts: Collection[str],
    *,
    ours: bool,
) -> _Collected:
    found = _Collected()
    ids = document_ids(matches, known)
    for entry in entries:
        id, key = ids[entry.key]
        # What we write ourselves, or another instance has checked, may lead anywhere.
        before = None if ours or entry.relayed else known.own_form(id)
        settled = settle_link(entry, before, hosts)
        found.by_id.setdefault(id, []).append(with_document(settled.entry, id, key))
        found.claims += _claims(entry, id, key, settled, known, matches)
        if settled.moved:
            found.moved.add(id)
        if settled.other_host:
            found.by_host.setdefault(settled.other_host, []).append((entry.key, id))
    return found


def _claims(
    entry: Entry, id: str, key: str, settled: SettledLink, known: KnownDocuments, matches: Matches
) -> list[Claim]:
    address, *others = claimed_names(entry, id, known, matches)
    own_key = [(key, id)] if key != entry.key and id == entry_id(key) else []
    return [*([address] if settled.is_address else []), *own_key, *others]


def _ask_about_many(
    source: Source,
    entries: Sequence[Entry],
    known: KnownDocuments,
    matches: Matches,
    state: SourceState,
    now: datetime,
) -> IdentityQuestion | None:
    """Return the question about most of a source that is new at once, if its ids or titles are known.

    Of few, those that moved unchanged become the documents that they were.
    """
    if KINDS[source.kind].written_by_us or state.first_read is None:
        return None
    moved = moved_without_id(entries, known, matches)
    new = [entry for entry in matches.new if entry.key not in state.answers.new]
    suspicious = [entry for entry in new if entry.key in moved or _has_known_id(entry, known)]
    if len(suspicious) >= MANY and len(suspicious) * 2 > len(entries):
        pairs = tuple(sorted((entry.key, moved[entry.key][0]) for entry in new if entry.key in moved))
        unknown = tuple(sorted(entry.key for entry in new if entry.key not in moved))
        asked = IdentityQuestion(kind=QuestionKind.MANY_AT_ONCE, since=now, moved=pairs, unknown=unknown)
        return _still_asked(asked, state)
    _move_unchanged(new, moved, known, matches)
    return None


def _has_known_id(entry: Entry, known: KnownDocuments) -> bool:
    # An id that is made from the link is known wherever an address is used again.
    return independent_id(entry) is not None and known.trusted_id(entry) in known.own_by_native_id


def _move_unchanged(
    new: Iterable[Entry], moved: Mapping[str, tuple[str, bool]], known: KnownDocuments, matches: Matches
) -> None:
    for entry in new:
        id, unchanged = moved.get(entry.key, ("", False))
        if unchanged:
            matches.new.remove(entry)
            matches.known[entry.key] = known.candidate(entry, id)


def _ask_about_hosts(
    by_host: Mapping[str, Sequence[tuple[str, str]]], state: SourceState, now: datetime
) -> tuple[IdentityQuestion, ...]:
    asked = (
        IdentityQuestion(
            kind=QuestionKind.OTHER_HOST, since=now, subject=host, moved=tuple(sorted(by_host[host]))
        )
        for host in sorted(by_host)
        if host not in state.answers.refused_hosts
    )
    return tuple(_still_asked(question, state) for question in asked)


def _still_asked(question: IdentityQuestion, state: SourceState) -> IdentityQuestion:
    """Return the question with the time since which it waits."""
    before = next((one for one in state.questions if one.topic == question.topic), None)
    return replace(question, since=before.since, refused=before.refused) if before else question


def _combine_entries(by_id: Mapping[str, Sequence[Entry]], store: Transaction) -> tuple[Entry, ...]:
    """One entry for each document, with the document's id and the key from which that id was made."""
    stored = store.documents.stored_entries(by_id)
    keys = {id: entry.key for id, (_, entry) in stored.items()}
    combined = []
    for id, entries in by_id.items():
        first, *others = sorted(entries, key=newest_first)
        entry = reduce(Entry.with_translation, others, first)
        combined.append(replace(entry, key=keys.get(id, entry.key)))
    return tuple(combined)


def _removed_id(key: str, names: Mapping[str, str]) -> str:
    return names.get(f"{TAKEN_PREFIX}{key}") or names.get(key) or entry_id(key)


def _add_redirect_targets(
    removals: Mapping[str, Removal], known: KnownDocuments, now: datetime, store: Transaction
) -> None:
    """Make the target of a redirect a name of the document, unless another document has that address."""
    carried = {carrier.entry.id for carrier in known.own}
    moved = [(canonical_url(removal.to), id) for id, removal in removals.items() if id in carried]
    store.names.add([(address, id) for address, id in moved if address], now, from_redirect=True)
