"""Writes a document of a feed as JSON Feed 1.1 (jsonfeed.org/version/1.1)."""

from __future__ import annotations

import json
from typing import Any, Final

from aggregator.model import Link
from aggregator.publish.feeds.items import FeedPage, Item, Target
from aggregator.publish.presentation.paths import web
from aggregator.publish.presentation.text import line, titled

VERSION: Final = "https://jsonfeed.org/version/1.1"
EXTENSION: Final = "_open_government"
"""Holds what JSON Feed has no word for; names of extensions begin with `_`."""


def write_json(document: FeedPage) -> bytes:
    """The document as JSON Feed."""
    site = document.site
    feed = {
        "version": VERSION,
        "title": titled(document.heading.title),
        "home_page_url": site.base_url,
        "feed_url": document.link("self"),
        "description": line(document.heading.subtitle),
        "language": "en-GB",
        "authors": [_given(name=line(site.operator) or titled(site.title), url=web(site.contact))],
        "hubs": [{"type": "WebSub", "url": hub} for hub in site.hubs],
        EXTENSION: _given(
            id=document.id,
            updated=document.updated.isoformat(),
            prev_archive=document.link("prev-archive"),
        ),
        "items": [_item(item) for item in document.items],
    }
    if not site.hubs:
        del feed["hubs"]
    return (json.dumps(feed, ensure_ascii=False, indent=1) + "\n").encode()


def _item(item: Item) -> dict[str, Any]:
    """An item needs content; without one of the publisher's it is the summary, or the title."""
    words = {"content_html": item.content} if item.content else {"content_text": item.summary or item.title}
    author = item.author
    return _given(
        id=item.id,
        url=item.url,
        title=item.title,
        **words,
        summary=item.summary,
        date_published=item.published.isoformat() if item.published else None,
        date_modified=item.updated.isoformat(),
        authors=[_given(name=author.name, url=author.uri)] if author else None,
        language=item.language,
        tags=[category.label for category in item.categories],
        attachments=[_attachment(link) for link in item.enclosures],
        **{EXTENSION: _more(item)},
    )


def _attachment(link: Link) -> dict[str, Any]:
    """JSON Feed demands a type."""
    return _given(
        url=link.href,
        mime_type=link.type or "application/octet-stream",
        title=link.title,
        size_in_bytes=link.length,
    )


def _more(item: Item) -> dict[str, Any]:
    origin = item.origin
    return _given(
        rights=item.rights,
        categories=[
            {"kind": category.kind, "term": category.term, "label": category.label}
            for category in item.categories
        ],
        links=[_link(target) for target in item.links],
        source=_given(
            id=origin.id,
            title=origin.title,
            updated=origin.updated.isoformat() if origin.updated else None,
            url=origin.address,
            page=origin.page,
            rights=origin.rights,
            language=origin.language,
        )
        if origin
        else None,
    )


def _link(target: Target) -> dict[str, Any]:
    link = target.link
    return _given(
        rel=link.rel,
        href=link.href,
        type=link.type,
        title=link.title,
        length=link.length,
        hreflang=target.language,
    )


def _given(**values: Any) -> dict[str, Any]:
    """Without what is not known."""
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}
