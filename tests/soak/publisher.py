"""What the publishers of the soak offer: content that changes by a seeded script, one source in a period."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from typing import Final

from tests.support.server import NOT_FOUND, Answer, ReceivedRequest, Reply, ScriptedResponse

# Before the soak begins, so that comparing can tell the publishers' dates from ours.
FIRST_DATE: Final = datetime(2025, 1, 1, tzinfo=UTC)
SEED: Final = 20260603
OPERATIONS: Final = {"add": 5, "edit": 3, "remove": 2}
OPERATIONS_OF_A_CHANGE: Final = 3
LONGEST_LIST: Final = 10
SUBJECTS: Final = ("Action plan", "Minutes of the forum", "A letter", "Statistics")

# The numbers of the items in a list, each with its version.
Items = Mapping[int, int]


@cache
def items_after(source: str, changes: int) -> Items:
    """Return what a source lists after so many changes, the oldest item first."""
    if not changes:
        return dict.fromkeys(range(4), 1)
    items = dict(items_after(source, changes - 1))
    chance = random.Random(f"{SEED} {source} {changes}")  # noqa: S311  # repeatable; nothing is secret here
    operations = chance.choices(tuple(OPERATIONS), tuple(OPERATIONS.values()), k=OPERATIONS_OF_A_CHANGE)
    for place, operation in enumerate(operations):
        chosen = chance.choice(sorted(items))
        if operation == "add":
            # A number never comes again: what was removed stays so.
            items[100 * changes + place] = 1
        elif operation == "edit":
            items[chosen] += 1
        elif len(items) > 2:
            del items[chosen]
    return dict(sorted(items.items())[-LONGEST_LIST:])


def _title(number: int, version: int) -> str:
    later = f", version {version}" if version > 1 else ""
    return f"{SUBJECTS[number % len(SUBJECTS)]} {number}{later}"


def _link(source: str, number: int) -> str:
    return f"https://www.example.org/{source}/{number}"


def _date(number: int, version: int = 0) -> str:
    return f"{FIRST_DATE + timedelta(days=number % 300, hours=version):%Y-%m-%dT%H:%M:%SZ}"


def _atom(source: str, items: Items) -> str:
    entries = "".join(
        f"<entry><id>{_link(source, n)}</id><title>{_title(n, e)}</title><updated>{_date(n, e)}</updated>"
        f'<link rel="alternate" href="{_link(source, n)}"/><summary>About {_title(n, e)}.</summary></entry>'
        for n, e in items.items()
    )
    head = f"<id>https://www.example.org/{source}</id><title>{source}</title><updated>{_date(0)}</updated>"
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{head}{entries}</feed>'


def _rss(source: str, items: Items) -> str:
    entries = "".join(
        f"<item><guid>{_link(source, n)}</guid><title>{_title(n, e)}</title><link>{_link(source, n)}</link>"
        f"<description>About {_title(n, e)}.</description></item>"
        for n, e in items.items()
    )
    head = f"<title>{source}</title><link>https://www.example.org/</link><description>News</description>"
    return f'<rss version="2.0"><channel>{head}{entries}</channel></rss>'


def _json_feed(source: str, items: Items) -> str:
    # The links of another source: each of its documents has two carriers.
    entries = [
        {
            "id": _link(source, n),
            "url": _link("atom-1", n),
            "title": _title(n, e),
            "content_text": "The same.",
        }
        for n, e in items.items()
    ]
    head = {"version": "https://jsonfeed.org/version/1.1", "title": source}
    return json.dumps({**head, "items": entries})


def _listing(source: str, items: Items) -> str:
    rows = "".join(
        f'<li class="item"><a href="{_link(source, n)}">{_title(n, e)}</a> <time>{_date(n)[:10]}</time></li>'
        for n, e in items.items()
    )
    return f"<html lang=en><title>{source}</title><main><h1>{source}</h1><ul>{rows}</ul></main></html>"


def _sitemap(source: str, items: Items) -> str:
    urls = "".join(
        f"<url><loc>{_link(source, n)}-a-plan</loc><lastmod>{_date(n, e)}</lastmod></url>"
        for n, e in items.items()
    )
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'


def _page(source: str, items: Items) -> str:
    lines = "".join(f"<p>{_title(n, e)} is ready.</p>" for n, e in items.items())
    return f"<html lang=en><title>{source}</title><main><h1>The plan</h1>{lines}</main></html>"


# By source, in the order in which they change: one in each period.
CONTENT: Final[Mapping[str, tuple[str, Callable[[str, Items], str]]]] = {
    "atom-1": ("application/atom+xml", _atom),
    "rss": ("application/rss+xml", _rss),
    "json": ("application/feed+json", _json_feed),
    "listing": ("text/html", _listing),
    "sitemap": ("application/xml", _sitemap),
    "page": ("text/html", _page),
    "atom-2": ("application/atom+xml", _atom),
    "atom-3": ("application/atom+xml", _atom),
}
# The JSON feed lists what the first Atom feed has, two periods later.
COPIES: Final = {"json": "atom-1"}


class Publisher:
    """Answers as the publishers do in the present period, and takes what is posted to webhooks."""

    def __init__(self) -> None:
        self.period = 0
        self.posts: list[tuple[str, str]] = []

    def script(self) -> dict[str, Reply]:
        """Return the reply for each path."""
        own: dict[str, Reply] = {f"/{source}": partial(self._answer, source) for source in CONTENT}
        hooks: dict[str, Reply] = {f"/hook/{name}": self._take for name in ("undisturbed", "disturbed")}
        broken = ScriptedResponse(status=500, payload=b"out of order")
        return {**own, **hooks, "/broken": broken}

    def _answer(self, source: str, request: ReceivedRequest) -> Answer:
        place = list(CONTENT).index(source)
        changes = (self.period + len(CONTENT) - 1 - place) // len(CONTENT)
        media_type, write = CONTENT[source]
        payload = write(source, items_after(COPIES.get(source, source), changes)).encode()
        etag = f'"{hashlib.sha256(payload).hexdigest()[:12]}"'
        headers = {"Content-Type": media_type, "ETag": etag}
        if request.headers.get("if-none-match") == etag:
            return ScriptedResponse(status=304, headers=headers)
        return ScriptedResponse(headers=headers, payload=payload)

    def _take(self, request: ReceivedRequest) -> Answer:
        if request.method != "POST":
            return NOT_FOUND
        self.posts.append((request.path.rpartition("/")[2], request.payload.decode()))
        return ScriptedResponse(status=204)
