"""Adds up what the carriers of one document tell into one entry, and decides which documents are one."""

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

Label = Callable[[Entry, Sequence[str]], Labels]
"""Labels for an entry that the sources with these ids carry."""


def combine_carriers(carriers: Sequence[Carrier], label: Label, lead: str | None = None) -> Document:
    """One document from all its carriers (at least one): the same whatever order they come in.

    The first to tell of a document leads, and stays the lead; the others fill in what it leaves out. Of
    several that told at one instant it is the source `lead`, which led so far, else that with the least id.
    Whoever has it from another instance is credited, but says nothing where somebody has it first-hand; and
    where nobody has, the first of them alone speaks: no word of ours comes back from another instance.
    A document is backlog when everybody who told of it first told it in their own first poll.
    """
    ordered = sorted(carriers, key=lambda one: _rank(one, lead))
    speakers = _speakers(ordered)
    first_seen = min(carrier.first_seen for carrier in ordered)
    founders = [carrier for carrier in speakers if carrier.first_seen == speakers[0].first_seen]
    entry = combine_entries(speakers)
    return Document(
        entry=entry,
        labels=label(entry, [carrier.source for carrier in ordered]),
        carriers=tuple(ordered),
        first_seen=first_seen,
        updated=_updated(speakers, founders),
        backlog=all(carrier.backlog for carrier in ordered if carrier.first_seen == first_seen),
        removal=_removed(speakers),
    )


def _rank(carrier: Carrier, lead: str | None) -> tuple[bool, datetime, bool, str]:
    return carrier.entry.relayed, carrier.first_seen, carrier.source != lead, carrier.source


def _speakers(ordered: Sequence[Carrier]) -> Sequence[Carrier]:
    return [carrier for carrier in ordered if not carrier.entry.relayed] or ordered[:1]


def combine_entries(ordered: Sequence[Carrier]) -> Entry:
    """The entry that carriers add up to, the lead first."""
    told = [carrier.entry for carrier in ordered]
    lead = told[0]
    fullest = max(told, key=lambda entry: (len(entry.text), entry is lead))
    return replace(
        lead,
        summary=fullest.summary,
        content=fullest.content,
        text=fullest.text,
        licence=fullest.licence,
        published=_first(entry.published for entry in told),
        updated=max((entry.updated for entry in told if entry.updated), default=None),
        opens=_first(entry.opens for entry in told),
        closes=_first(entry.closes for entry in told),
        publisher_type=next((entry.publisher_type for entry in told if entry.publisher_type), None),
        categories=tuple(dict.fromkeys(word for entry in told for word in entry.categories)),
        links=_links(told),
        claims=tuple(dict.fromkeys(claim for entry in told for claim in entry.claims)),
        content_id=next((entry.content_id for entry in told if entry.content_id), None),
        translations=_translations(told),
        notes=max((entry.notes for entry in told), key=len),
    )


def _first(moments: Iterable[Moment | None]) -> Moment | None:
    return next((moment for moment in moments if moment), None)


def _links(told: Sequence[Entry]) -> tuple[Link, ...]:
    by_address: dict[tuple[str, str], Link] = {}
    for entry in told[1:]:
        if told[0].url is None and entry.url:
            # A record of ours, and now a page of its own elsewhere.
            by_address["via", entry.url] = Link(href=entry.url, rel="via", title=entry.title)
    for entry in told:
        for link in entry.links:
            by_address.setdefault((link.rel, link.href), link)
    return tuple(by_address.values())


def _translations(told: Sequence[Entry]) -> tuple[Translation, ...]:
    """The other languages: those that a carrier names, and the carriers that tell it in another one."""
    named = [translation for entry in told for translation in entry.translations]
    named += [
        Translation(language=entry.language, url=entry.url, title=entry.title)
        for entry in told
        if entry.url and entry.language != told[0].language
    ]
    titled = sorted(named, key=lambda translation: not translation.title)
    by_language = {t.language: t for t in reversed(titled) if t.language != told[0].language}
    return tuple(by_language[language] for language in sorted(by_language))


def _removed(carriers: Sequence[Carrier]) -> Removal | None:
    """Taken away, by somebody's word; what is only missing from one list is not, while another shows it."""
    told = [
        (one, one.removal) for one in carriers if one.removal and one.removal.kind is not RemovalKind.MISSING
    ]
    gone = (removed for one, removed in told if not any(_stands_elsewhere(one, removed, o) for o in carriers))
    missing = [carrier.removal for carrier in carriers]
    return next(gone, missing[0] if all(missing) else None)


def _stands_elsewhere(carrier: Carrier, removed: Removal, other: Carrier) -> bool:
    """Whether another carrier shows the document in another language, or where this one was led."""
    told = other.entry
    return not other.removal and (told.language != carrier.entry.language or told.url == removed.to)


def _updated(ordered: Sequence[Carrier], founders: Sequence[Carrier]) -> datetime:
    """Moves only for a change of substance: the first word of the founders, then every later revision."""
    first = [carrier.revisions[0].effective_at() for carrier in founders]
    later = [
        revision.effective_at(after=before)
        for carrier in ordered
        for before, revision in zip(carrier.revisions, carrier.revisions[1:], strict=False)
    ]
    return max(first + later)


Group = tuple[str, ...]
"""The ids of one document: the one that stays first."""


def find_duplicates(
    shared: Iterable[Collection[str]],
    documents: Mapping[str, tuple[datetime, Entry]],
    retracted: Collection[str],
) -> tuple[Group, ...]:
    """The documents that are one, since they share names: for each name `shared` holds those that do.

    The elder id stays: it has been published for longest. Of those first seen at one instant it is the same
    in whatever order their sources were polled. What was retracted stays so, whatever else it is called.
    """

    def elder(id: str) -> tuple[bool, datetime, tuple[bool, bool, str, str]]:
        first_seen, entry = documents[id]
        return id not in retracted, first_seen, entry.rank

    return tuple(sorted(tuple(sorted(group, key=elder)) for group in _connected(shared, documents)))


def _connected(shared: Iterable[Collection[str]], held: Collection[str]) -> set[frozenset[str]]:
    groups: dict[str, frozenset[str]] = {}
    for ids in shared:
        known = [id for id in ids if id in held]
        joined = frozenset(known).union(*(groups[id] for id in known if id in groups))
        groups |= dict.fromkeys(joined, joined)
    return {group for group in groups.values() if len(group) > 1}
