"""The feed of a reader's own rule: served to whoever knows its address, and in no folder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from aggregator.model import Deferred, Edition, Link, PrivateFeed
from aggregator.model.alerts import Alert
from aggregator.publish.alert_notices import alert_events
from aggregator.publish.document import Document
from aggregator.publish.documents import FORMS, Form
from aggregator.publish.feeds import Feed, alert_heading, feed_id
from aggregator.publish.fingerprints import background, fingerprint
from aggregator.publish.history import by_age
from aggregator.publish.origins import origins


def private_feed(
    name: str, words: str, told: Iterable[Alert], edition: Edition, address: str
) -> PrivateFeed | None:
    """The feed in the form that its `address` ends in; None for a form that there is not.

    `name` makes its id; `words` are the rule's. Hubs are left out: they would have to be told the address.
    """
    form = next((form for form in FORMS if address.endswith(f".{form.suffix}")), None)
    if form is None:
        return None
    quiet = replace(edition, site=replace(edition.site, hubs=()))
    heading = alert_heading(quiet, name, words, words)
    feed = Feed(heading=heading, log=by_age(alert_events(told)), standing={}, since=edition.at)
    said = (f"{event.id} {event.about}" for event in feed.newest)
    stamp = fingerprint([background(quiet), form.suffix, address, heading.title, *said])
    make = partial(_make, feed, form, quiet, address)
    file = Deferred(path=f"{name}.{form.suffix}", media_type=form.media_type, fingerprint=stamp, make=make)
    return PrivateFeed(file=file, updated=feed.updated)


def _make(feed: Feed, form: Form, edition: Edition, address: str) -> bytes:
    known, site = origins(edition), edition.site
    return form.write(
        Document(
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
