"""Makes the files of every feed in each format, with archive pages (RFC 5005), and private alert feeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final

from aggregator.model import DeferredArtifact, Link, PrivateFeed, Site, Snapshot
from aggregator.model.alert_rules import Alert
from aggregator.publish.feeds.atom import write_atom, write_rss
from aggregator.publish.feeds.catalogue import Feed, alert_feed_heading, all_feeds, feed_id
from aggregator.publish.feeds.feed_sources import FeedSources, feed_sources
from aggregator.publish.feeds.history import FeedEvent, oldest_first
from aggregator.publish.feeds.items import FeedHeading, FeedItem, FeedPage
from aggregator.publish.feeds.json_feed import write_json
from aggregator.publish.feeds.notices import alert_feed_events
from aggregator.publish.presentation.fingerprints import common_fingerprint, fingerprint_of


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedFormat:
    """A format of feeds, with the function that writes a page of a feed in it."""

    suffix: str
    media_type: str
    write: Callable[[FeedPage], bytes]


ATOM: Final = FeedFormat(suffix="atom", media_type="application/atom+xml", write=write_atom)
FEED_FORMATS: Final = (
    ATOM,
    FeedFormat(suffix="json", media_type="application/feed+json", write=write_json),
    FeedFormat(suffix="rss", media_type="application/rss+xml", write=write_rss),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedFile:
    """One file of a feed in one format, before its items are made."""

    feed: Feed
    format: FeedFormat
    path: str
    events: Sequence[FeedEvent]
    updated: datetime
    # The path of the archive page with the events before these; None if there are none.
    previous_page: str | None
    is_archive: bool = False


def publish_feeds(snapshot: Snapshot) -> Iterator[DeferredArtifact]:
    """Every file of every feed in the snapshot, except those of digests and silence."""
    sources, common = feed_sources(snapshot), common_fingerprint(snapshot)
    for feed in all_feeds(snapshot):
        for file in _files_of(feed):
            yield DeferredArtifact(
                path=file.path,
                media_type=file.format.media_type,
                fingerprint=_fingerprint(file, common),
                make=partial(_write, file, snapshot, sources),
            )


def _files_of(feed: Feed) -> Iterator[FeedFile]:
    previous_page: str | None = None
    for page in feed.archive_pages:
        # A complete page is named after the event that closes it, so it keeps its path and bytes for good.
        # Archives are Atom only: three formats would triple the output. RSS and JSON feeds link to these.
        path = f"archive/{feed.heading.name}/{page.name}.atom"
        updated = max(event.updated for event in page.events)
        newest_first = tuple(reversed(page.events))
        yield FeedFile(
            feed=feed,
            format=ATOM,
            path=path,
            events=newest_first,
            updated=updated,
            previous_page=previous_page,
            is_archive=True,
        )
        previous_page = path
    for format in FEED_FORMATS:
        path = f"{feed.heading.name}.{format.suffix}"
        yield FeedFile(
            feed=feed,
            format=format,
            path=path,
            events=feed.newest_events,
            updated=feed.updated,
            previous_page=previous_page,
        )


def _fingerprint(file: FeedFile, common: str) -> str:
    # From events, not items: making the items of every feed takes minutes in a large store.
    heading = file.feed.heading
    events = (f"{event.id} {event.updated.isoformat()} {event.content_key}" for event in file.events)
    head = (heading.title, heading.subtitle, file.updated.isoformat(), str(file.previous_page))
    return fingerprint_of([common, *head, *events])


def _write(file: FeedFile, snapshot: Snapshot, sources: FeedSources) -> bytes:
    return file.format.write(
        FeedPage(
            heading=file.feed.heading,
            site=snapshot.site,
            id=feed_id(snapshot.site, f"{file.feed.heading.name}.atom"),
            updated=file.updated,
            items=tuple(event.make_item(snapshot, sources) for event in file.events),
            links=tuple(_links(file, snapshot)),
            is_archive=file.is_archive,
        )
    )


def _links(file: FeedFile, snapshot: Snapshot) -> Iterator[Link]:
    """The links of the feed itself, without those of its items."""
    # No `next-archive` in an archive page: the page would change when the next one begins.
    base, name, media_type = snapshot.site.base_url, file.feed.heading.name, file.format.media_type
    yield Link(href=base, rel="alternate", type="text/html")
    yield Link(href=base + file.path, rel="self", type=media_type)
    if file.is_archive:
        yield Link(href=f"{base}{name}.{file.format.suffix}", rel="current", type=media_type)
    else:
        yield from _hubs(snapshot.site)
    if file.previous_page:
        yield Link(href=base + file.previous_page, rel="prev-archive", type=ATOM.media_type)


def _hubs(site: Site) -> Iterator[Link]:
    return (Link(href=hub, rel="hub") for hub in site.websub_hubs)


def publish_item_feed(
    heading: FeedHeading, items: tuple[FeedItem, ...], updated: datetime, page: str, site: Site
) -> Iterator[DeferredArtifact]:
    """A feed of these items in every format, without an archive; `page` is the path of its web page."""
    for format in FEED_FORMATS:
        path = f"{heading.name}.{format.suffix}"
        # Every format has the id of the Atom file: they are the same feed.
        feed_page = FeedPage(
            heading=heading,
            site=site,
            id=feed_id(site, f"{heading.name}.atom"),
            updated=updated,
            items=items,
            links=(
                Link(href=site.base_url + page, rel="alternate", type="text/html"),
                Link(href=site.base_url + path, rel="self", type=format.media_type),
                *_hubs(site),
            ),
        )
        yield DeferredArtifact(path=path, media_type=format.media_type, make=partial(format.write, feed_page))


def private_feed(
    name: str, rule_text: str, alerts: Iterable[Alert], snapshot: Snapshot, address: str
) -> PrivateFeed | None:
    """The feed of a subscriber's own alert rule, in the format of the suffix of `address`.

    The feed's id is made from `name`. None if no format has this suffix.
    """
    format = next((format for format in FEED_FORMATS if address.endswith(f".{format.suffix}")), None)
    if format is None:
        return None
    # The address is secret, and a hub would have to know it.
    without_hubs = replace(snapshot, site=replace(snapshot.site, websub_hubs=()))
    heading = alert_feed_heading(without_hubs, name, rule_text, rule_text)
    log = oldest_first(alert_feed_events(alerts))
    feed = Feed(heading=heading, log=log, current_events={}, empty_since=snapshot.at)
    events = (f"{event.id} {event.content_key}" for event in feed.newest_events)
    common = common_fingerprint(without_hubs)
    fingerprint = fingerprint_of([common, format.suffix, address, heading.title, *events])
    make = partial(_write_private, feed, format, without_hubs, address)
    file = DeferredArtifact(
        path=f"{name}.{format.suffix}", media_type=format.media_type, fingerprint=fingerprint, make=make
    )
    return PrivateFeed(file=file, updated=feed.updated)


def _write_private(feed: Feed, format: FeedFormat, snapshot: Snapshot, address: str) -> bytes:
    sources, site = feed_sources(snapshot), snapshot.site
    return format.write(
        FeedPage(
            heading=feed.heading,
            site=site,
            id=feed_id(site, feed.heading.name),
            updated=feed.updated,
            items=tuple(event.make_item(snapshot, sources) for event in feed.newest_events),
            links=(
                Link(href=site.base_url, rel="alternate", type="text/html"),
                Link(href=address, rel="self", type=format.media_type),
            ),
        )
    )
