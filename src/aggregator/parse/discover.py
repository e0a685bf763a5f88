"""Finds in an answer where a site can be read: feeds that a page names, and those of known software."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from aggregator.model import Fetched
from aggregator.model.addresses import is_web
from aggregator.parse.decoding import decode
from aggregator.parse.html import ACCEPT, Tag, absolute_link, attribute, select, soup
from aggregator.parse.json_answer import objects_in, read_json
from aggregator.parse.recognise import OPENING, ROOT, shown
from aggregator.parse.software import SOFTWARE, Candidate, govuk_by_address

__all__ = ["ACCEPT", "Candidate", "find_candidates"]

NAMED: Final[Mapping[str, str]] = {
    "application/atom+xml": "feed",
    "application/rss+xml": "feed",
    "application/feed+json": "jsonfeed",
}
"""The types by which pages name their feeds. `application/json` alone is WordPress's interface, no feed."""
MOST_NAMED: Final = 20

SITEMAP: Final = re.compile(r"<(?:[\w.-]{1,40}:)?(?:urlset|sitemapindex)(?=[\s>])")
COMMENTS: Final = re.compile(r"/comments/feed/?$|/posts\.rss$|[?&]feed=comments")
"""Feeds of what readers answer: no updates of the body."""

JSON_FORMS: Final[tuple[tuple[frozenset[str], str], ...]] = (
    (frozenset({"version", "items"}), "jsonfeed"),
    (frozenset({"topic_list"}), "discourse"),
    (frozenset({"content_id", "base_path"}), "govuk"),
    (frozenset({"results", "total", "start"}), "govuk"),
    (frozenset({"overview", "startdate", "enddate"}), "citizenspace"),
)
"""By which keys an answer in JSON, or the first member of its list, is known."""


def find_candidates(fetched: Fetched) -> tuple[Candidate, ...]:
    """Where to ask, the likeliest first, each address once; the address itself, when a feed answered.

    Only web addresses, whatever the page names. Raises SourceError for what is neither a feed nor a page.
    """
    itself = _kind_of(fetched)
    if itself:
        return (Candidate(kind=itself, address=fetched.final_url, why="the address itself answers so"),)
    address = fetched.final_url
    page = soup(fetched.payload, fetched.headers)
    software = [candidate for look in SOFTWARE for candidate in look(page, address)]
    forum = any(candidate.kind == "discourse" for candidate in software)
    named = _named_feeds(page, address, feed="discourse" if forum else "feed")
    return _each_once((*named, *govuk_by_address(address), *software))


def _kind_of(fetched: Fetched) -> str | None:
    """The kind that reads the answer as it is; None for a page."""
    opening = decode(fetched.payload, fetched.headers.get("content-type", ""))[:OPENING].lstrip()
    root = ROOT.search(opening)
    if root:
        return "feed" if root[1].lower() != "html" else None
    if SITEMAP.search(opening):
        return "sitemap"
    return _json_kind(fetched) if opening[:1] in {"{", "["} else None


def _json_kind(fetched: Fetched) -> str | None:
    answer = read_json(fetched)
    told = answer if isinstance(answer, dict) else next(iter(objects_in(answer, 1)), {})
    return next((kind for keys, kind in JSON_FORMS if keys <= told.keys()), None)


def _named_feeds(page: Tag, address: str, feed: str) -> Iterator[Candidate]:
    for link in select(page, 'link[rel~="alternate"][type][href]', 100)[:MOST_NAMED]:
        kind = NAMED.get(attribute(link, "type").partition(";")[0].strip().lower())
        href = absolute_link(page, attribute(link, "href"), address)
        title = shown(attribute(link, "title"))
        if kind and not COMMENTS.search(href) and "comments feed" not in title.lower():
            kind = feed if kind == "feed" else kind
            yield Candidate(kind=kind, address=href, why="the page names it as its feed", title=title)


def _each_once(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    found: dict[str, Candidate] = {}
    for candidate in candidates:
        address = candidate.address.partition("#")[0]
        if is_web(address) and " " not in address:
            found.setdefault(address.rstrip("/"), replace(candidate, address=address))
    return tuple(found.values())
