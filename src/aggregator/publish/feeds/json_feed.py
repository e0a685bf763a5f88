"""Writes a page of a feed as JSON Feed 1.1 (jsonfeed.org/version/1.1)."""

from __future__ import annotations

import json
from typing import Any, Final

from aggregator.model import Link, Precision
from aggregator.model.days import WITHOUT_TIME
from aggregator.publish.feeds.items import FeedItem, FeedPage, ItemLink
from aggregator.publish.presentation.paths import web_url
from aggregator.publish.presentation.text import clean_line, clean_title

VERSION: Final = "https://jsonfeed.org/version/1.1"
# The extension with what JSON Feed has no key for; the names of extensions start with `_`.
EXTENSION: Final = "_open_government"


def write_json(feed_page: FeedPage) -> bytes:
    """The page as JSON Feed."""
    site = feed_page.site
    feed = {
        "version": VERSION,
        "title": clean_title(feed_page.heading.title),
        "home_page_url": site.base_url,
        "feed_url": feed_page.link("self"),
        "description": clean_line(feed_page.heading.subtitle),
        "language": "en-GB",
        "authors": [
            _without_empty(
                name=clean_line(site.operator) or clean_title(site.title), url=web_url(site.contact)
            )
        ],
        "hubs": [{"type": "WebSub", "url": hub} for hub in site.websub_hubs],
        EXTENSION: _without_empty(
            id=feed_page.id,
            updated=feed_page.updated.isoformat(),
            prev_archive=feed_page.link("prev-archive"),
        ),
        "items": [_item_object(item) for item in feed_page.items],
    }
    if not site.websub_hubs:
        del feed["hubs"]
    return (json.dumps(feed, ensure_ascii=False, indent=1) + "\n").encode()


def _item_object(item: FeedItem) -> dict[str, Any]:
    # JSON Feed demands content: without the publisher's we take the summary, or the title.
    content = {"content_html": item.content} if item.content else {"content_text": item.summary or item.title}
    author = item.author
    return _without_empty(
        id=item.id,
        url=item.url,
        title=item.title,
        **content,
        summary=item.summary,
        date_published=item.published.written_at.isoformat() if item.published else None,
        date_modified=item.updated.isoformat(),
        authors=[_without_empty(name=author.name, url=author.uri)] if author else None,
        language=item.language,
        tags=[category.label for category in item.categories],
        attachments=[_attachment(link) for link in item.enclosures],
        **{EXTENSION: _extension_fields(item)},
    )


def _attachment(link: Link) -> dict[str, Any]:
    return _without_empty(
        url=link.href,
        mime_type=link.type or "application/octet-stream",  # JSON Feed demands a type
        title=link.title,
        size_in_bytes=link.length,
    )


def _extension_fields(item: FeedItem) -> dict[str, Any]:
    source = item.source
    return _without_empty(
        published_precision=_precision(item.published.precision) if item.published else None,
        updated_precision=_precision(item.updated_precision),
        rights=item.rights,
        categories=[
            {"kind": category.kind, "term": category.term, "label": category.label}
            for category in item.categories
        ],
        links=[_link_object(item_link) for item_link in item.links],
        source=_without_empty(
            id=source.id,
            title=source.title,
            updated=source.updated.isoformat() if source.updated else None,
            url=source.address,
            page=source.page,
            rights=source.rights,
            language=source.language,
        )
        if source
        else None,
    )


def _precision(precision: Precision) -> str | None:
    """The precision of a date without a time of day, whose noon stands for all of it; else None."""
    return str(precision) if precision in WITHOUT_TIME else None


def _link_object(item_link: ItemLink) -> dict[str, Any]:
    link = item_link.link
    return _without_empty(
        rel=link.rel,
        href=link.href,
        type=link.type,
        title=link.title,
        length=link.length,
        hreflang=item_link.language,
    )


def _without_empty(**values: Any) -> dict[str, Any]:
    """The values without those that are empty or not known."""
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}
