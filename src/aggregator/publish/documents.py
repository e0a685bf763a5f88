"""Every feed as files: the feed itself in each form, and its archive pages (RFC 5005) as Atom."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from aggregator.model import Deferred, Edition, Link
from aggregator.publish.atom import write_atom, write_rss
from aggregator.publish.document import Document
from aggregator.publish.feeds import Feed, feed_id, feeds
from aggregator.publish.fingerprints import background, fingerprint
from aggregator.publish.history import Event
from aggregator.publish.jsonfeed import write_json
from aggregator.publish.origins import Origins, origins


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form in which a feed is written."""

    suffix: str
    media_type: str
    write: Callable[[Document], bytes]


ATOM: Final = Form(suffix="atom", media_type="application/atom+xml", write=write_atom)
FORMS: Final = (
    ATOM,
    Form(suffix="json", media_type="application/feed+json", write=write_json),
    Form(suffix="rss", media_type="application/rss+xml", write=write_rss),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One file to be written: which form of which feed, with what in it."""

    feed: Feed
    form: Form
    path: str
    events: Sequence[Event]
    updated: datetime
    before: str | None
    """The path of the archive page that tells what came before; None where nothing did."""
    archive: bool = False


def publish_feeds(edition: Edition) -> Iterator[Deferred]:
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


def _make(plan: Plan, edition: Edition, known: Origins) -> bytes:
    return plan.form.write(
        Document(
            heading=plan.feed.heading,
            site=edition.site,
            id=feed_id(edition.site, f"{plan.feed.heading.name}.atom"),
            updated=plan.updated,
            items=tuple(event.make(edition, known) for event in plan.events),
            links=tuple(_links(plan, edition)),
            archive=plan.archive,
        )
    )


def _links(plan: Plan, edition: Edition) -> Iterator[Link]:
    """In an archive page no `next-archive`: the page would change when the next one is begun."""
    base, name, media_type = edition.site.base_url, plan.feed.heading.name, plan.form.media_type
    yield Link(href=base, rel="alternate", type="text/html")
    yield Link(href=base + plan.path, rel="self", type=media_type)
    if plan.archive:
        yield Link(href=f"{base}{name}.{plan.form.suffix}", rel="current", type=media_type)
    else:
        yield from (Link(href=hub, rel="hub") for hub in edition.site.hubs)
    if plan.before:
        yield Link(href=base + plan.before, rel="prev-archive", type=ATOM.media_type)
