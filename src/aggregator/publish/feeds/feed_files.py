"""Every feed as files: in each form, with its archive (RFC 5005); and the feeds of readers' own rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final

from aggregator.model import Artifact, Deferred, Link, PrivateFeed, Site, Snapshot
from aggregator.model.alerts import Alert
from aggregator.publish.feeds.atom import write_atom, write_rss
from aggregator.publish.feeds.catalogue import Feed, alert_heading, feed_id, feeds
from aggregator.publish.feeds.feed_sources import Origins, origins
from aggregator.publish.feeds.history import Event, by_age
from aggregator.publish.feeds.items import FeedPage, Heading, Item
from aggregator.publish.feeds.json_feed import write_json
from aggregator.publish.feeds.notices import alert_events
from aggregator.publish.presentation.fingerprints import background, fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedFormat:
    """A form in which a feed is written."""

    suffix: str
    media_type: str
    write: Callable[[FeedPage], bytes]


ATOM: Final = FeedFormat(suffix="atom", media_type="application/atom+xml", write=write_atom)
FORMS: Final = (
    ATOM,
    FeedFormat(suffix="json", media_type="application/feed+json", write=write_json),
    FeedFormat(suffix="rss", media_type="application/rss+xml", write=write_rss),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One file to be written: which form of which feed, with what in it."""

    feed: Feed
    form: FeedFormat
    path: str
    events: Sequence[Event]
    updated: datetime
    before: str | None
    """The path of the archive page that tells what came before; None where nothing did."""
    archive: bool = False


def publish_feeds(edition: Snapshot) -> Iterator[Deferred]:
    """Every file of every feed. Archive pages that are full are named by what they hold and never change."""
    known, ground = origins(edition), background(edition)
    for feed in feeds(edition):
        for plan in _plans(feed):
            yield Deferred(
                path=plan.path,
                media_type=plan.form.media_type,
                fingerprint=_fingerprint(plan, ground),
                make=partial(_make, plan, edition, known),
            )


def _plans(feed: Feed) -> Iterator[Plan]:
    before: str | None = None
    for page in feed.archives:
        path = f"archive/{feed.heading.name}/{page.name}.atom"
        updated = max(event.updated for event in page.events)
        newest_first = tuple(reversed(page.events))
        yield Plan(
            feed=feed,
            form=ATOM,
            path=path,
            events=newest_first,
            updated=updated,
            before=before,
            archive=True,
        )
        before = path
    for form in FORMS:
        path = f"{feed.heading.name}.{form.suffix}"
        yield Plan(feed=feed, form=form, path=path, events=feed.newest, updated=feed.updated, before=before)


def _fingerprint(plan: Plan, ground: str) -> str:
    heading = plan.feed.heading
    told = (f"{event.id} {event.updated.isoformat()} {event.about}" for event in plan.events)
    about = (heading.title, heading.subtitle, plan.updated.isoformat(), str(plan.before))
    return fingerprint([ground, *about, *told])


def _make(plan: Plan, edition: Snapshot, known: Origins) -> bytes:
    return plan.form.write(
        FeedPage(
            heading=plan.feed.heading,
            site=edition.site,
            id=feed_id(edition.site, f"{plan.feed.heading.name}.atom"),
            updated=plan.updated,
            items=tuple(event.make(edition, known) for event in plan.events),
            links=tuple(_links(plan, edition)),
            archive=plan.archive,
        )
    )


def _links(plan: Plan, edition: Snapshot) -> Iterator[Link]:
    """In an archive page no `next-archive`: the page would change when the next one is begun."""
    base, name, media_type = edition.site.base_url, plan.feed.heading.name, plan.form.media_type
    yield Link(href=base, rel="alternate", type="text/html")
    yield Link(href=base + plan.path, rel="self", type=media_type)
    if plan.archive:
        yield Link(href=f"{base}{name}.{plan.form.suffix}", rel="current", type=media_type)
    else:
        yield from _hubs(edition.site)
    if plan.before:
        yield Link(href=base + plan.before, rel="prev-archive", type=ATOM.media_type)


def _hubs(site: Site) -> Iterator[Link]:
    return (Link(href=hub, rel="hub") for hub in site.hubs)


def publish_items(
    heading: Heading, items: tuple[Item, ...], updated: datetime, page: str, site: Site
) -> Iterator[Artifact]:
    """A feed of what are no documents, in each form and without an archive; `page` shows people the same."""
    for form in FORMS:
        path = f"{heading.name}.{form.suffix}"
        document = FeedPage(
            heading=heading,
            site=site,
            id=feed_id(site, f"{heading.name}.atom"),
            updated=updated,
            items=items,
            links=(
                Link(href=site.base_url + page, rel="alternate", type="text/html"),
                Link(href=site.base_url + path, rel="self", type=form.media_type),
                *_hubs(site),
            ),
        )
        yield Artifact(path=path, media_type=form.media_type, payload=form.write(document))


def private_feed(
    name: str, words: str, told: Iterable[Alert], edition: Snapshot, address: str
) -> PrivateFeed | None:
    """The feed of a reader's own rule, served to whoever knows its `address`, in the form that this ends in.

    None for a form that there is not. `name` makes its id; `words` are the rule's. Hubs are left out: they
    would have to be told the address.
    """
    form = next((form for form in FORMS if address.endswith(f".{form.suffix}")), None)
    if form is None:
        return None
    quiet = replace(edition, site=replace(edition.site, hubs=()))
    heading = alert_heading(quiet, name, words, words)
    feed = Feed(heading=heading, log=by_age(alert_events(told)), standing={}, since=edition.at)
    said = (f"{event.id} {event.about}" for event in feed.newest)
    stamp = fingerprint([background(quiet), form.suffix, address, heading.title, *said])
    make = partial(_private, feed, form, quiet, address)
    file = Deferred(path=f"{name}.{form.suffix}", media_type=form.media_type, fingerprint=stamp, make=make)
    return PrivateFeed(file=file, updated=feed.updated)


def _private(feed: Feed, form: FeedFormat, edition: Snapshot, address: str) -> bytes:
    known, site = origins(edition), edition.site
    return form.write(
        FeedPage(
            heading=feed.heading,
            site=site,
            id=feed_id(site, feed.heading.name),
            updated=feed.updated,
            items=tuple(event.make(edition, known) for event in feed.newest),
            links=(
                Link(href=site.base_url, rel="alternate", type="text/html"),
                Link(href=address, rel="self", type=form.media_type),
            ),
        )
    )
