"""Combines the carriers of one document into one entry, and finds documents that are the same."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from aggregator.model import (
    Carrier,
    Document,
    Entry,
    Labels,
    Link,
    Moment,
    Removal,
    RemovalKind,
    Translation,
)

# Gives the labels of an entry that the sources with these ids carry.
LabelFunction = Callable[[Entry, Sequence[str]], Labels]


def combine_carriers(carriers: Sequence[Carrier], label: LabelFunction, lead: str | None = None) -> Document:
    """The document of all its carriers (at least one); their order does not matter.

    The carrier that had the document first leads and stays the lead; the others fill in what it leaves out.
    Of several at one instant the source `lead` (the lead so far) leads, else the one with the least id.

    Carriers that relay it from another instance of this program are credited, but add nothing where another
    source has it first-hand. Where none has, only the first of them counts, so that our own words do not come
    back to us from another instance.

    A document is backlog if all carriers that had it first got it in their own first poll.
    """
    ordered = sorted(carriers, key=lambda one: _rank(one, lead))
    speaking = _speaking_carriers(ordered)
    first_seen = min(carrier.first_seen for carrier in ordered)
    first_carriers = [carrier for carrier in speaking if carrier.first_seen == speaking[0].first_seen]
    entry = combine_entries(speaking)
    return Document(
        entry=entry,
        labels=label(entry, [carrier.source for carrier in ordered]),
        carriers=tuple(ordered),
        first_seen=first_seen,
        updated=_last_updated(speaking, first_carriers),
        backlog=all(carrier.backlog for carrier in ordered if carrier.first_seen == first_seen),
        removal=_combined_removal(speaking),
    )


def _rank(carrier: Carrier, lead: str | None) -> tuple[bool, datetime, bool, bool, str]:
    # At one instant the former lead goes first, so that a source with a new id changes no document.
    entry = carrier.entry
    return entry.relayed, carrier.first_seen, carrier.source != lead, entry.language != "en", carrier.source


def _speaking_carriers(ordered: Sequence[Carrier]) -> Sequence[Carrier]:
    return [carrier for carrier in ordered if not carrier.entry.relayed] or ordered[:1]


def combine_entries(ordered: Sequence[Carrier]) -> Entry:
    """One entry out of those of all carriers, the lead first."""
    entries = [carrier.entry for carrier in ordered]
    lead = entries[0]
    # The words of one language only: a longer translation is no fuller text.
    same_language = [entry for entry in entries if entry.language == lead.language]
    fullest = max(same_language, key=lambda entry: (len(entry.text), entry is lead))
    return replace(
        lead,
        summary=fullest.summary,
        content=fullest.content,
        text=fullest.text,
        # The licence of the source whose text is shown, which may not be the lead's.
        licence=fullest.licence,
        published=_first(entry.published for entry in entries),
        updated=max((entry.updated for entry in entries if entry.updated), default=None),
        opens=_first(entry.opens for entry in entries),
        closes=_first(entry.closes for entry in entries),
        publisher_type=next((entry.publisher_type for entry in entries if entry.publisher_type), None),
        categories=tuple(dict.fromkeys(category for entry in entries for category in entry.categories)),
        links=_links(entries),
        claims=tuple(dict.fromkeys(claim for entry in entries for claim in entry.claims)),
        content_id=next((entry.content_id for entry in entries if entry.content_id), None),
        translations=_translations(entries),
        notes=max((entry.notes for entry in entries), key=len),
    )


def _first(moments: Iterable[Moment | None]) -> Moment | None:
    return next((moment for moment in moments if moment), None)


def _links(entries: Sequence[Entry]) -> tuple[Link, ...]:
    by_address: dict[tuple[str, str], Link] = {}
    for entry in entries[1:]:
        if entries[0].url is None and entry.url:
            # A record of ours leads, and now the document has a page of its own elsewhere.
            by_address["via", entry.url] = Link(href=entry.url, rel="via", title=entry.title)
    for entry in entries:
        for link in entry.links:
            by_address.setdefault((link.rel, link.href), link)
    return tuple(by_address.values())


def _translations(entries: Sequence[Entry]) -> tuple[Translation, ...]:
    """The other languages: translations that a carrier names, and carriers in another language."""
    named = [translation for entry in entries for translation in entry.translations]
    named += [
        Translation(language=entry.language, url=entry.url, title=entry.title)
        for entry in entries
        if entry.url and entry.language != entries[0].language
    ]
    titled = sorted(named, key=lambda translation: not translation.title)
    # The last one of a language wins in the dict: reversed, that is one with a title.
    by_language = {t.language: t for t in reversed(titled) if t.language != entries[0].language}
    return tuple(by_language[language] for language in sorted(by_language))


def _combined_removal(carriers: Sequence[Carrier]) -> Removal | None:
    """The removal that a publisher stated, or that of a document missing from every carrier."""
    stated = [
        (one, one.removal) for one in carriers if one.removal and one.removal.kind is not RemovalKind.MISSING
    ]
    gone = (
        removal
        for one, removal in stated
        if not any(_is_available_elsewhere(one, removal, o) for o in carriers)
    )
    missing = [carrier.removal for carrier in carriers]
    return next(gone, missing[0] if all(missing) else None)


def _is_available_elsewhere(carrier: Carrier, removal: Removal, other: Carrier) -> bool:
    """Whether another carrier still has it: in another language, or at the address it was redirected to."""
    entry = other.entry
    return not other.removal and (entry.language != carrier.entry.language or entry.url == removal.to)


def _last_updated(ordered: Sequence[Carrier], first_carriers: Sequence[Carrier]) -> datetime:
    """The time of the last change of substance: the first carriers' first revision, or any later one."""
    first = [carrier.effective_at(carrier.revisions[0]) for carrier in first_carriers]
    later = [
        carrier.effective_at(revision, previous=before)
        for carrier in ordered
        for before, revision in zip(carrier.revisions, carrier.revisions[1:], strict=False)
    ]
    return max(first + later)


# The ids of one document; the one that stays comes first.
DuplicateGroup = tuple[str, ...]


def find_duplicates(
    shared: Iterable[Collection[str]],
    documents: Mapping[str, tuple[datetime, Entry]],
    retracted: Collection[str],
) -> tuple[DuplicateGroup, ...]:
    """Groups of documents that are one, since they share names: `shared` has the ids under each name.

    The oldest id stays, since it has been published for longest. Of ids first seen at one instant the same
    one stays whatever the order of the polls. A retracted id always stays, so that the document stays
    retracted.
    """

    def elder_first(id: str) -> tuple[bool, datetime, tuple[bool, bool, str, str]]:
        first_seen, entry = documents[id]
        # False sorts first: a retracted id stays, and with it the retraction.
        return id not in retracted, first_seen, entry.rank

    return tuple(sorted(tuple(sorted(group, key=elder_first)) for group in _connected(shared, documents)))


def _connected(shared: Iterable[Collection[str]], ids_known: Collection[str]) -> set[frozenset[str]]:
    groups: dict[str, frozenset[str]] = {}
    for ids in shared:
        present = [id for id in ids if id in ids_known]
        joined = frozenset(present).union(*(groups[id] for id in present if id in groups))
        groups |= dict.fromkeys(joined, joined)
    return {group for group in groups.values() if len(group) > 1}
