"""Which feeds there are, and what stands in each: the same for every feed format."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from aggregator.model import Document, Relevance, Site, Snapshot
from aggregator.publish.feeds.history import Archive, Event, archives, by_age, current, past
from aggregator.publish.feeds.items import Heading
from aggregator.publish.feeds.notices import FOLDER, alert_events, changes, corrections, removals
from aggregator.publish.presentation.facets import shelf_names, shelves_of
from aggregator.publish.presentation.paths import shelf_name
from aggregator.publish.presentation.text import line, titled

NEWEST: Final = 100
"""How many items a feed carries at least, as far as there are any."""

NOT_OFFICIAL: Final = "This is not an official site; each item links to its official record."


@dataclass(frozen=True, kw_only=True)
class Feed:
    """One feed as content: everything that it ever told, and how its documents stand now."""

    heading: Heading
    log: tuple[Event, ...]
    """Oldest first."""
    standing: Mapping[str, Event]
    """By item id, each document as it stands; notices, which never change, are not in it."""
    since: datetime
    """How old an empty feed is."""

    @cached_property
    def _pages(self) -> tuple[tuple[Archive, ...], tuple[Event, ...]]:
        return archives(self.log)

    @property
    def archives(self) -> tuple[Archive, ...]:
        """What is told in full pages, oldest first."""
        return self._pages[0]

    @cached_property
    def newest(self) -> tuple[Event, ...]:
        """The items of the feed itself, newest first: all that no archive page holds, and 100 at least."""
        latest = {event.id: self.standing.get(event.id, event) for event in self.log}
        ordered = sorted(latest.values(), key=lambda event: (event.updated, event.id), reverse=True)
        unfiled = {event.id for event in self._pages[1]}
        return tuple(event for number, event in enumerate(ordered) if number < NEWEST or event.id in unfiled)

    @property
    def updated(self) -> datetime:
        """When an item of the feed last changed; an empty one is as old as the first reading of a source."""
        return self.newest[0].updated if self.newest else self.since


def main_feeds(site: Site) -> tuple[Heading, Heading]:
    """The two feeds that every page announces."""
    return (
        Heading(
            name="feed",
            title=titled(site.title),
            subtitle=f"What the UK's public bodies publish about open government. {NOT_OFFICIAL}",
        ),
        Heading(
            name="all",
            title=titled(f"{site.title}: everything"),
            subtitle=f"Everything that the sources publish, whatever it is about. {NOT_OFFICIAL}",
        ),
    )


def headings(edition: Snapshot) -> Iterator[Heading]:
    """Every feed of documents: a line of `feeds.opml` each."""
    yield from main_feeds(edition.site)
    yield _heading(
        edition, "borderline", "borderline", "What is only just about open government, or not quite."
    )
    for shelf, names in shelf_names(edition).items():
        for id, name in names.items():
            yield _heading(edition, shelf_name(shelf, id), name, f"About open government: {name}.")


def notice_headings(edition: Snapshot) -> tuple[Heading, Heading, Heading]:
    """The feeds of what happened to documents."""
    return (
        _heading(
            edition, "changes", "changes", "What publishers changed, with their note and the difference."
        ),
        _heading(
            edition, "removed", "removed", "What was withdrawn, deleted or moved. Our record of it stays."
        ),
        _heading(edition, "corrections", "corrections", "Mistakes of our own, and what we did about them."),
    )


def alert_headings(edition: Snapshot) -> tuple[Heading, ...]:
    """The feeds of alert rules."""
    told = (feed.rule for feed in edition.alerts)
    return tuple(alert_heading(edition, rule.id, rule.name, str(rule.when)) for rule in told)


def alert_heading(edition: Snapshot, id: str, name: str, when: str) -> Heading:
    """The feed of one alert rule, with the rule in words."""
    return _heading(edition, f"{FOLDER}/{id}", line(name), f"What this rule finds: {when}.")


def feeds(edition: Snapshot) -> Iterator[Feed]:
    """Every feed of the edition."""
    since = min(
        (row.state.first_answered for row in edition.sources if row.state.first_answered), default=None
    )
    standing = {holding.entry.id: current(holding) for holding in edition.holdings}
    logs: dict[str, list[Event]] = {}
    for holding in edition.holdings:
        events = tuple(past(holding))
        for name in names_of(holding, edition):
            logs.setdefault(name, []).extend(events)
    for heading in headings(edition):
        yield _feed(heading, logs.get(heading.name, ()), standing, since or edition.at)
    notices = (changes(edition), removals(edition), corrections(edition))
    for heading, notice in zip(notice_headings(edition), notices, strict=True):
        yield _feed(heading, notice, {}, since or edition.at)
    for heading, alerts in zip(alert_headings(edition), edition.alerts, strict=True):
        yield _feed(heading, alert_events(alerts.told), {}, since or edition.at)


def names_of(holding: Document, edition: Snapshot) -> Iterator[str]:
    """The names of the feeds in which a document stands, beside those of its changes."""
    yield "all"
    if holding.labels.relevance is Relevance.BORDERLINE:
        yield "borderline"
    if holding.labels.relevant:
        yield "feed"
        yield from (shelf_name(shelf, id) for shelf, id in shelves_of(holding, edition))


def feed_id(site: Site, path: str) -> str:
    """The id of the feed at `path`: made from the instance, so that it outlives a move to another address."""
    return f"urn:uuid:{uuid.uuid5(uuid.uuid5(uuid.NAMESPACE_DNS, site.instance), path)}"


def _heading(edition: Snapshot, name: str, words: str, subtitle: str) -> Heading:
    title = titled(f"{edition.site.title}: {words}")
    return Heading(name=name, title=title, subtitle=line(f"{subtitle} {NOT_OFFICIAL}"))


def _feed(heading: Heading, events: Iterable[Event], standing: Mapping[str, Event], since: datetime) -> Feed:
    return Feed(heading=heading, log=by_age(events), standing=standing, since=since)
