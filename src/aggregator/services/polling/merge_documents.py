"""Merges documents that turned out to be the same; those that raise are set aside, the others go on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from aggregator.classify import Labeller, find_duplicates
from aggregator.classify.identity import can_share_name
from aggregator.classify.translations import pairs_by_link, pairs_by_minute
from aggregator.errors import AggregatorError
from aggregator.model.faults import FaultKind
from aggregator.normalise.identity import MEETING_PREFIX, NUMBER_PREFIXES
from aggregator.normalise.languages import LANGUAGE_PREFIXES, TRANSLATION_PREFIX
from aggregator.services.isolation import Isolation
from aggregator.services.polling.save_reading import BrokenDocuments, recombine_documents
from aggregator.store import Store, Transaction


def merge_documents(
    store: Transaction,
    labeller: Labeller,
    before: datetime | None,
    broken: dict[str, Exception],
    *,
    only: frozenset[str] | None = None,
) -> None:
    """Merge documents that share a name known before an instant (or at all, with None).

    A duplicate of a retracted document is retracted, too. What cannot be combined is added to `broken`.
    With `only` these documents are merged and no others.
    """
    shared = {name: ids for name, ids in store.names.shared(before).items() if only in (None, ids)}
    name_groups = _without_false_names(store, shared)
    ids = frozenset[str]().union(*name_groups)
    retracted = store.documents.retracted_ids(ids)
    known = store.carriers.of_documents(ids)
    stored = {id: one for id, one in store.documents.stored_entries(ids).items() if id in known}
    for remaining, *others in find_duplicates(name_groups, stored, retracted):
        for merged in others:
            if remaining in retracted:
                store.documents.retract_duplicate(merged, remaining)
            else:
                store.documents.merge(merged, remaining)
        if remaining not in retracted:
            recombine_documents([remaining], store, labeller, broken)


def _without_false_names(store: Transaction, shared: Mapping[str, frozenset[str]]) -> list[frozenset[str]]:
    """Return the documents under each name, without those that are another document in spite of it.

    These lose the name: a number that was given twice, or the day of a meeting with two papers.
    """
    groups: list[frozenset[str]] = []
    for name, ids in sorted(shared.items()):
        if name.startswith(LANGUAGE_PREFIXES):
            groups += _language_pairs(store, name, ids)
            continue
        if not name.startswith((*NUMBER_PREFIXES, MEETING_PREFIX)):
            groups.append(ids)
            continue
        kept = _keep_alike(store, ids, meeting=name.startswith(MEETING_PREFIX))
        store.names.forget((name, id) for id in ids - kept)
        groups += [kept] if len(kept) > 1 else []
    return groups


def _language_pairs(store: Transaction, name: str, ids: frozenset[str]) -> list[frozenset[str]]:
    """Return the documents that are one in two languages; the others keep the name and stay apart."""
    carriers = store.carriers.of_documents(ids - store.documents.retracted_ids(ids))
    forms = {id: [carrier.entry for carrier in several] for id, several in carriers.items() if several}
    if name.startswith(TRANSLATION_PREFIX):
        pairs = pairs_by_link(name.removeprefix(TRANSLATION_PREFIX), forms)
    else:
        pairs = pairs_by_minute(forms, typed="::" not in name)
    return [frozenset(pair) for pair in pairs]


def _keep_alike(store: Transaction, ids: frozenset[str], *, meeting: bool) -> frozenset[str]:
    """Return those of the documents that can be one with the oldest, and with each other."""
    stored = store.documents.stored_entries(ids)
    retracted = store.documents.retracted_ids(ids)
    carriers = store.carriers.of_documents(ids)
    entries = {id: [carrier.entry for carrier in carriers[id]] for id in ids}
    kept: list[str] = []
    for id in sorted(ids & stored.keys(), key=lambda id: (stored[id][0], stored[id][1].rank)):
        # Of a retracted document nothing is left to compare.
        others = [] if id in retracted else [entries[one] for one in kept if one not in retracted]
        if all(can_share_name(other, entries[id], meeting=meeting) for other in others):
            kept.append(id)
    return frozenset(kept)


def set_documents_aside(store: Store, broken: Mapping[str, Exception], now: datetime) -> None:
    """Set aside the documents that raised. Call it outside a transaction."""
    if not broken:
        return
    isolation = Isolation(store, now)
    # One that waits has not been tried again: it was only met again.
    for id in sorted(broken.keys() - isolation.waiting(FaultKind.DOCUMENT)):
        isolation.set_aside(FaultKind.DOCUMENT, id, broken[id])


def merge_isolated(store: Store, labeller: Labeller, before: datetime | None, now: datetime) -> None:
    """Merge documents that share a name; those that cannot be merged stay apart and are set aside."""
    broken = BrokenDocuments()
    try:
        with store.transaction() as transaction:
            merge_documents(transaction, labeller, before, broken)
    except AggregatorError:
        raise
    except Exception:
        broken = _merge_one_by_one(store, labeller, before)
    set_documents_aside(store, broken, now)


def _merge_one_by_one(store: Store, labeller: Labeller, before: datetime | None) -> BrokenDocuments:
    """Merge the documents under each name in a transaction of its own."""
    broken, tried = BrokenDocuments(), set[frozenset[str]]()
    # Read anew each time: a merge changes which documents share another name.
    while group := next((ids for ids in store.names.duplicates(before) if ids not in tried), None):
        tried.add(group)
        of_group = BrokenDocuments()
        try:
            with store.transaction() as transaction:
                merge_documents(transaction, labeller, before, of_group, only=group)
            broken |= of_group
        except AggregatorError:
            raise
        except Exception as error:
            broken |= dict.fromkeys(group, error)
    return broken
