"""The history of a feed: an append-only log of events, split into archive pages that never change."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from aggregator.model import Carrier, Document, Revision, Snapshot
from aggregator.publish.feeds.feed_sources import FeedSources
from aggregator.publish.feeds.items import FeedItem, document_item

# How many events an archive page has on average.
MEAN_EVENTS_PER_PAGE: Final = 64
# Not a fixed number: a document that enters or leaves a feed would shift every later page.
# The most events on an archive page.
MAX_EVENTS_PER_PAGE: Final = 200

MakeItem = Callable[[Snapshot, FeedSources], FeedItem]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEvent:
    """An event of which feeds have an item; the item is made only when a file needs it."""

    # The id of the item; a revised document has several events with the same id.
    id: str
    # When we saw it.
    at: datetime
    # The log is sorted by this time, not by the publisher's, so that it only grows at its end.
    updated: datetime
    # Identifies the item's content, apart from names in the snapshot: equal keys make equal items.
    content_key: str
    make_item: MakeItem

    @property
    def closes_page(self) -> bool:
        """Whether an archive page ends after this event."""
        # Only the event itself decides, not the number of events before it: a document that leaves a feed
        # because its labels were corrected changes one archive page and not all later ones.
        return int.from_bytes(_event_hash(self)[:4], "big") % MEAN_EVENTS_PER_PAGE == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivePage:
    """A complete page of the log, named after the event that closes it."""

    name: str
    events: tuple[FeedEvent, ...]


def oldest_first(events: Iterable[FeedEvent]) -> tuple[FeedEvent, ...]:
    """The log of these events: oldest first, by id where they have the same time."""
    return tuple(sorted(events, key=lambda event: (event.at, event.id)))


def split_into_pages(log: Sequence[FeedEvent]) -> tuple[tuple[ArchivePage, ...], tuple[FeedEvent, ...]]:
    """The complete pages of a log, oldest first, and the events after the last page."""
    pages: list[ArchivePage] = []
    start = 0
    for number, event in enumerate(log, 1):
        if event.closes_page or number - start == MAX_EVENTS_PER_PAGE:
            name = f"{event.at:%Y%m%dT%H%M%SZ}-{_event_hash(event).hex()[:12]}"
            pages.append(ArchivePage(name=name, events=tuple(log[start:number])))
            start = number
    return tuple(pages), tuple(log[start:])


def _event_hash(event: FeedEvent) -> bytes:
    # Decides where published pages end and how they are named: another hash would move all of them.
    return hashlib.sha256(f"{event.id} {event.at.isoformat()}".encode()).digest()


def current_event(document: Document) -> FeedEvent:
    """The event of a document as it is now."""
    entry = document.entry
    return FeedEvent(
        id=entry.id,
        at=document.revision_times[-1] if document.revision_times else document.first_seen,
        updated=document.updated,
        # The entry itself, not its revision number: text may change without being a change of substance.
        content_key=hashlib.sha256(
            repr((entry, document.labels, _carriers_key(document.carriers))).encode()
        ).hexdigest(),
        make_item=partial(document_item, document, entry, document.carriers, document.updated),
    )


def past_events(document: Document) -> Iterator[FeedEvent]:
    """An event for the first sight of a document and for each change of substance, oldest first."""
    # Labels are those of today: when one is corrected, the archive page with the document changes.
    labels = document.labels
    labels_key = f"{labels.type} {labels.topics} {labels.plans}"
    updated: datetime | None = None
    for at, revisions in _revisions_by_instant(document):
        # `updated` never falls, even if a revision has an older date than the one before it.
        updated = max(filter(None, (updated, *(effective_at for effective_at, _, _ in revisions))))
        _, carrier, revision = revisions[0]
        # Without later carriers, whose credit would change an archive page.
        carriers = tuple(carrier for carrier in document.carriers if carrier.first_seen <= at)
        revision_key = f"{carrier.source} {revision.number} {revision.payload_sha256}"
        yield FeedEvent(
            id=document.entry.id,
            at=at,
            updated=updated,
            content_key=" ".join(
                (at.isoformat(), updated.isoformat(), revision_key, labels_key, _carriers_key(carriers))
            ),
            make_item=partial(document_item, document, revision.entry, carriers, updated),
        )


def _revisions_by_instant(
    document: Document,
) -> list[tuple[datetime, list[tuple[datetime, Carrier, Revision]]]]:
    """The instants at which a document appeared or changed, with the revisions and when they took effect."""
    by_instant: dict[datetime, list[tuple[datetime, Carrier, Revision]]] = {}
    for carrier in document.carriers:
        before: Revision | None = None
        for revision in carrier.revisions:
            # The first revision of a carrier that joins later brings nothing new.
            if revision.number > 1 or carrier.first_seen == document.first_seen:
                dated_revision = (carrier.effective_at(revision, before), carrier, revision)
                by_instant.setdefault(revision.seen_at, []).append(dated_revision)
            before = revision
    return sorted(by_instant.items())


def _carriers_key(carriers: Iterable[Carrier]) -> str:
    return " ".join(f"{carrier.source} {carrier.entry.url}" for carrier in carriers)
