"""The letters as a feed: one entry for each week that was issued, in `digests.atom`."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any, Final

from feedgen.feed import FeedGenerator

from aggregator import VERSION
from aggregator.model import Artifact, Digest, DigestItem, Edition
from aggregator.publish.addresses import web
from aggregator.publish.feeds import feed_id
from aggregator.publish.lines import body_name
from aggregator.publish.words import line, titled

PATH: Final = "digests.atom"
NEWEST: Final = 26
"""Half a year of letters."""


def publish_digests(edition: Edition) -> Iterator[Artifact]:
    """The feed of issued letters; while none was issued there is none."""
    issued = [digest for digest in edition.digests if digest.issued][:NEWEST]
    if issued:
        written = _head(edition, issued[0])
        for digest in issued:
            _fill(written.add_entry(order="append"), digest, edition)
        yield Artifact(path=PATH, media_type="application/atom+xml", payload=written.atom_str(pretty=True))


def _head(edition: Edition, newest: Digest) -> Any:
    site, written = edition.site, FeedGenerator()
    written.id(feed_id(site, PATH))
    written.title(titled(f"{site.title}: weekly letters"))
    written.language("en-GB")
    written.link(href=site.base_url, rel="alternate", type="text/html")
    written.link(href=site.base_url + PATH, rel="self", type="application/atom+xml")
    written.author({"name": line(site.operator) or titled(site.title)})
    written.generator("UK open government updates", version=VERSION)
    written.updated(newest.issued)  # feedgen would say now
    return written


def _fill(written: Any, digest: Digest, edition: Edition) -> None:
    page = f"digests/{digest.week}.html"
    written.id(feed_id(edition.site, page))
    written.title(f"Letter of {digest.week}: {digest.count} updates")
    written.updated(digest.issued)
    written.published(digest.issued)
    written.link(href=edition.site.base_url + page)
    written.content("".join(_content(digest, edition)), type="html")


def _content(digest: Digest, edition: Edition) -> Iterator[str]:
    for section in digest.sections:
        yield f"<h2>{escape(section.title)}</h2><ul>"
        yield from (f"<li>{_item(item, edition)}</li>" for item in section.items)
        yield "</ul>"


def _item(item: DigestItem, edition: Edition) -> str:
    title, address = escape(titled(item.title)), web(item.url)
    named = f'<a href="{escape(address)}">{title}</a>' if address else title
    return f"{named} ({escape(body_name(edition, item.body))})"
