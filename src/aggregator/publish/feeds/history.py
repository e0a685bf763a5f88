"""The history of what feeds tell: an append-only log of events, cut into archive pages that never change."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from aggregator.model import Carrier, Document, Revision, Snapshot
from aggregator.publish.feeds.feed_sources import Origins
from aggregator.publish.feeds.items import Item, tell_document

EVERY: Final = 64
"""About so many events are on an archive page."""
MOST: Final = 200
"""More than so many are on none."""

Make = Callable[[Snapshot, Origins], Item]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that feeds tell of: when we saw it, and how it is put into words when it is needed."""

    id: str
    """The item's id; a document that was revised has several events of one id."""
    at: datetime
    """When we saw it: what the log is ordered by, so that it only ever grows at its end."""
    updated: datetime
    about: str
    """Stands for all that the words depend on beside the edition's names: equal ones are equal items."""
    make: Make

    @property
    def closes_page(self) -> bool:
        """Whether an archive page ends after it.

        The event alone decides, not how many stand before it: a document that leaves a feed, because a label
        was corrected, changes the page on which it stood and no other one.
        """
        return int.from_bytes(_digest(self)[:4], "big") % EVERY == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A page of the log that is full; `name` is made of the event that closes it."""

    name: str
    events: tuple[Event, ...]


def by_age(events: Iterable[Event]) -> tuple[Event, ...]:
    """The log: oldest first, and of one instant by id."""
    return tuple(sorted(events, key=lambda event: (event.at, event.id)))


def archives(log: Sequence[Event]) -> tuple[tuple[Archive, ...], tuple[Event, ...]]:
    """The full pages of a log, oldest first, and the events after the last one."""
    pages: list[Archive] = []
    start = 0
    for number, event in enumerate(log, 1):
        if event.closes_page or number - start == MOST:
            name = f"{event.at:%Y%m%dT%H%M%SZ}-{_digest(event).hex()[:12]}"
            pages.append(Archive(name=name, events=tuple(log[start:number])))
            start = number
    return tuple(pages), tuple(log[start:])


def _digest(event: Event) -> bytes:
    return hashlib.sha256(f"{event.id} {event.at.isoformat()}".encode()).digest()


def current(holding: Document) -> Event:
    """A document as it stands now."""
    entry = holding.entry
    return Event(
        id=entry.id,
        at=holding.revised[-1] if holding.revised else holding.first_seen,
        updated=holding.updated,
        # The words of a document may be told anew without being news: they count as they are.
        about=hashlib.sha256(repr((entry, holding.labels, _carried(holding.carriers))).encode()).hexdigest(),
        make=partial(tell_document, holding, entry, holding.carriers, holding.updated),
    )


def past(holding: Document) -> Iterator[Event]:
    """A document as it stood when it was first seen, and at every change of substance; oldest first."""
    labels = holding.labels
    filed = f"{labels.type} {labels.topics} {labels.plans}"
    updated: datetime | None = None
    for at, steps in _steps(holding):
        updated = max(filter(None, (updated, *(stamp for stamp, _, _ in steps))))
        _, carrier, revision = steps[0]
        known = tuple(other for other in holding.carriers if other.first_seen <= at)
        about = f"{carrier.source} {revision.number} {revision.payload_sha256} {filed} {_carried(known)}"
        yield Event(
            id=holding.entry.id,
            at=at,
            updated=updated,
            about=f"{at.isoformat()} {updated.isoformat()} {about}",
            make=partial(tell_document, holding, revision.entry, known, updated),
        )


def _steps(holding: Document) -> list[tuple[datetime, list[tuple[datetime, Carrier, Revision]]]]:
    """When a document was first told or changed: each instant with its revisions and their stamps."""
    found: dict[datetime, list[tuple[datetime, Carrier, Revision]]] = {}
    for carrier in holding.carriers:
        before: Revision | None = None
        for revision in carrier.revisions:
            # Who joins later says nothing new by its first word.
            if revision.number > 1 or carrier.first_seen == holding.first_seen:
                step = (revision.stamp(before), carrier, revision)
                found.setdefault(revision.seen_at, []).append(step)
            before = revision
    return sorted(found.items())


def _carried(carriers: Iterable[Carrier]) -> str:
    return " ".join(f"{carrier.source} {carrier.entry.url}" for carrier in carriers)
