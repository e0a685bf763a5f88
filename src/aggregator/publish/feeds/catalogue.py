"""Lists the feeds and decides what each contains, independent of the format."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from aggregator.model import Document, Relevance, Site, Snapshot
from aggregator.publish.feeds.history import (
    ArchivePage,
    FeedEvent,
    current_event,
    oldest_first,
    past_events,
    split_into_pages,
)
from aggregator.publish.feeds.items import FeedHeading
from aggregator.publish.feeds.notices import (
    ALERTS_FOLDER,
    alert_feed_events,
    change_events,
    correction_events,
    removal_events,
)
from aggregator.publish.presentation.facets import facet_value_names, facet_values_of
from aggregator.publish.presentation.paths import facet_file_stem
from aggregator.publish.presentation.text import clean_line, clean_title

# The number of items that a feed has at least, if there are as many.
MIN_ITEMS: Final = 100

NOT_OFFICIAL: Final = "This is not an official site; each item links to its official record."


@dataclass(frozen=True, kw_only=True)  # without slots, which `cached_property` cannot use
class Feed:
    """The content of a feed: its whole log, and its documents as they are now."""

    heading: FeedHeading
    # Every event, oldest first.
    log: tuple[FeedEvent, ...]
    # The current event of each document by item id; notices never change and are not in it.
    current_events: Mapping[str, FeedEvent]
    # The update time of the feed while it is empty.
    empty_since: datetime

    @cached_property
    def _pages(self) -> tuple[tuple[ArchivePage, ...], tuple[FeedEvent, ...]]:
        return split_into_pages(self.log)

    @property
    def archive_pages(self) -> tuple[ArchivePage, ...]:
        """The complete archive pages, oldest first."""
        return self._pages[0]

    @cached_property
    def newest_events(self) -> tuple[FeedEvent, ...]:
        """The events of the feed's main file, newest first: those not archived, and at least `MIN_ITEMS`."""
        # A document that was revised has several events and one item here, as it is now.
        latest = {event.id: self.current_events.get(event.id, event) for event in self.log}
        ordered = sorted(latest.values(), key=lambda event: (event.updated, event.id), reverse=True)
        not_archived = {event.id for event in self._pages[1]}
        return tuple(
            event
            for position, event in enumerate(ordered)
            if position < MIN_ITEMS or event.id in not_archived
        )

    @property
    def updated(self) -> datetime:
        """When an item of the feed last changed."""
        return self.newest_events[0].updated if self.newest_events else self.empty_since


# Names of feeds are their paths and part of their ids: to a feed reader, a renamed feed is another one.
def main_feeds(site: Site) -> tuple[FeedHeading, FeedHeading]:
    """The headings of the two feeds to which every page links."""
    return (
        FeedHeading(
            name="feed",
            title=clean_title(site.title),
            subtitle=f"What the UK's public bodies publish about open government. {NOT_OFFICIAL}",
        ),
        FeedHeading(
            name="all",
            title=clean_title(f"{site.title}: everything"),
            subtitle=f"Everything that the sources publish, whatever it is about. {NOT_OFFICIAL}",
        ),
    )


def document_feed_headings(snapshot: Snapshot) -> Iterator[FeedHeading]:
    """The heading of every feed of documents."""
    yield from main_feeds(snapshot.site)
    yield _heading(
        snapshot, "borderline", "borderline", "What is only just about open government, or not quite."
    )
    for facet, names in facet_value_names(snapshot).items():
        for id, name in names.items():
            yield _heading(snapshot, facet_file_stem(facet, id), name, f"About open government: {name}.")


def notice_feed_headings(snapshot: Snapshot) -> tuple[FeedHeading, FeedHeading, FeedHeading]:
    """The headings of the feeds of changes, removals and corrections."""
    return (
        _heading(
            snapshot, "changes", "changes", "What publishers changed, with their note and the difference."
        ),
        _heading(
            snapshot, "removed", "removed", "What was withdrawn, deleted or moved. Our record of it stays."
        ),
        _heading(snapshot, "corrections", "corrections", "Mistakes of our own, and what we did about them."),
    )


def alert_feed_headings(snapshot: Snapshot) -> tuple[FeedHeading, ...]:
    """The headings of the feeds of the operator's alert rules."""
    rules = (feed.rule for feed in snapshot.alerts)
    return tuple(alert_feed_heading(snapshot, rule.id, rule.name, str(rule.when)) for rule in rules)


def alert_feed_heading(snapshot: Snapshot, id: str, name: str, rule_text: str) -> FeedHeading:
    """The heading of the feed of an alert rule; `rule_text` is the rule as its author wrote it."""
    return _heading(
        snapshot, f"{ALERTS_FOLDER}/{id}", clean_line(name), f"What this rule finds: {rule_text}."
    )


def all_feeds(snapshot: Snapshot) -> Iterator[Feed]:
    """Every feed of the snapshot."""
    first_read = min(
        (source.state.first_read for source in snapshot.sources if source.state.first_read), default=None
    )
    current_events = {document.entry.id: current_event(document) for document in snapshot.documents}
    logs: dict[str, list[FeedEvent]] = {}
    for document in snapshot.documents:
        events = tuple(past_events(document))
        for name in feed_names_of(document, snapshot):
            logs.setdefault(name, []).extend(events)
    for heading in document_feed_headings(snapshot):
        yield _feed(heading, logs.get(heading.name, ()), current_events, first_read or snapshot.at)
    notices = (change_events(snapshot), removal_events(snapshot), correction_events(snapshot))
    for heading, notice_events in zip(notice_feed_headings(snapshot), notices, strict=True):
        yield _feed(heading, notice_events, {}, first_read or snapshot.at)
    for heading, alert_feed in zip(alert_feed_headings(snapshot), snapshot.alerts, strict=True):
        yield _feed(heading, alert_feed_events(alert_feed.alerts), {}, first_read or snapshot.at)


def feed_names_of(document: Document, snapshot: Snapshot) -> Iterator[str]:
    """The names of the feeds that list a document, without those of notices and alerts."""
    yield "all"
    if document.labels.relevance is Relevance.BORDERLINE:
        yield "borderline"
    # Borderline documents have a feed of their own and are in no facet's feed.
    if document.labels.relevant:
        yield "feed"
        yield from (facet_file_stem(facet, id) for facet, id in facet_values_of(document, snapshot))


def feed_id(site: Site, path: str) -> str:
    """The id of the feed at `path`."""
    # Made from the instance's name, not its address: feed readers must know the feed again after a move.
    return f"urn:uuid:{uuid.uuid5(uuid.uuid5(uuid.NAMESPACE_DNS, site.instance), path)}"


def _heading(snapshot: Snapshot, name: str, topic: str, subtitle: str) -> FeedHeading:
    title = clean_title(f"{snapshot.site.title}: {topic}")
    return FeedHeading(name=name, title=title, subtitle=clean_line(f"{subtitle} {NOT_OFFICIAL}"))


def _feed(
    heading: FeedHeading,
    events: Iterable[FeedEvent],
    current_events: Mapping[str, FeedEvent],
    empty_since: datetime,
) -> Feed:
    return Feed(
        heading=heading, log=oldest_first(events), current_events=current_events, empty_since=empty_since
    )
