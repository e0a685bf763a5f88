"""The letters as a feed, in every form of feed: one entry for each week that was issued."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

from aggregator.model import Artifact, Digest, DigestItem, Edition
from aggregator.publish.addresses import web
from aggregator.publish.documents import publish_items
from aggregator.publish.feeds import NOT_OFFICIAL, feed_id
from aggregator.publish.items import Heading, Item
from aggregator.publish.lines import body_name
from aggregator.publish.words import line, titled

NAME: Final = "digests"
NEWEST: Final = 26
"""Half a year of letters."""


def digest_heading(edition: Edition) -> Heading | None:
    """The feed of letters by its name; while none was issued there is none."""
    if not any(digest.issued for digest in edition.digests):
        return None
    return Heading(
        name=NAME,
        title=titled(f"{edition.site.title}: weekly letters"),
        subtitle=line(f"One entry for each letter. {NOT_OFFICIAL}"),
    )


def publish_digests(edition: Edition) -> Iterator[Artifact]:
    """The feed of issued letters."""
    heading = digest_heading(edition)
    if heading is None:
        return
    items = tuple(_items(edition))
    yield from publish_items(heading, items, items[0].updated, "letters.html", edition.site)


def _items(edition: Edition) -> Iterator[Item]:
    issued = [(digest, digest.issued) for digest in edition.digests if digest.issued]
    for digest, at in issued[:NEWEST]:
        page = f"digests/{digest.week}.html"
        yield Item(
            id=feed_id(edition.site, page),
            title=f"Letter of {digest.week}: {digest.news} update{'' if digest.news == 1 else 's'}",
            url=edition.site.base_url + page,
            updated=at,
            published=at,
            content="".join(_content(digest, edition)),
            rights="Titles are their publishers'; each document states its own licence.",
        )


def _content(digest: Digest, edition: Edition) -> Iterator[str]:
    for section in digest.sections:
        yield f"<h2>{escape(section.title)}</h2><ul>"
        yield from (f"<li>{_item(item, edition)}</li>" for item in section.items)
        yield "</ul>"


def _item(item: DigestItem, edition: Edition) -> str:
    title, address = escape(titled(item.title)), web(item.url)
    named = f'<a href="{escape(address)}">{title}</a>' if address else title
    return f"{named} ({escape(body_name(edition, item.body))})"
