"""Feeds of posts, in the three formats: what a publisher's software writes of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape

from tests.services.stage import FakeResponse

SITE = "https://www.example.org"


@dataclass(frozen=True, kw_only=True)
class Post:
    """One item of a feed."""

    title: str
    link: str
    id: str = ""
    text: str = "What the plan says."
    published: str = "2026-06-01T09:00:00+00:00"
    # An attachment, in RSS only.
    file: str = ""


FeedWriter = Callable[..., bytes]


def atom(posts: Sequence[Post], title: str = "Example body", site: str = SITE, language: str = "en") -> bytes:
    entries = "".join(
        f"<entry><title>{escape(post.title)}</title><id>{escape(post.id or post.link)}</id>"
        f'<link href="{escape(post.link)}"/><summary>{escape(post.text)}</summary>'
        + f"<updated>{post.published or '2026-06-01T09:00:00Z'}</updated>"
        + (f"<published>{post.published}</published>" if post.published else "")
        + "</entry>"
        for post in posts
    )
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language}"><title>{title}</title>'
        f'<link href="{site}/"/>{entries}</feed>'
    ).encode()


def rss(posts: Sequence[Post], title: str = "Example body", site: str = SITE, language: str = "en") -> bytes:
    def date(text: str) -> str:
        return f"<pubDate>{format_datetime(datetime.fromisoformat(text))}</pubDate>" if text else ""

    items = "".join(
        f"<item><title>{escape(post.title)}</title><link>{escape(post.link)}</link>"
        + (f'<guid isPermaLink="false">{escape(post.id)}</guid>' if post.id else "")
        + (f'<enclosure url="{post.file}" type="application/pdf" length="9"/>' if post.file else "")
        + f"<description>{escape(post.text)}</description>{date(post.published)}</item>"
        for post in posts
    )
    return (
        f'<rss version="2.0"><channel><title>{title}</title><link>{site}/</link>'
        f"<language>{language}</language>{items}</channel></rss>"
    ).encode()


def json_feed(
    posts: Sequence[Post], title: str = "Example body", site: str = SITE, language: str = "en"
) -> bytes:
    items = [
        {"id": post.id or post.link, "url": post.link, "title": post.title, "content_text": post.text}
        | ({"date_published": post.published} if post.published else {})
        for post in posts
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": title, "home_page_url": f"{site}/"}
    return json.dumps({**feed, "language": language, "items": items}).encode()


# By kind and format.
WRITERS: dict[str, tuple[str, FeedWriter]] = {
    "atom": ("feed", atom),
    "rss": ("feed", rss),
    "json": ("jsonfeed", json_feed),
}
Answers = dict[str, FakeResponse]
