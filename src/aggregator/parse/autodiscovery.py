"""Finds addresses at which a site can be read: the feeds that a page names, and those of known software."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import SplitResult, urljoin

from aggregator.model import Fetched
from aggregator.parse.decode.detect import OPENING_CHARACTERS, ROOT, snippet
from aggregator.parse.decode.encoding import decode
from aggregator.parse.decode.json_answer import KNOWN_FORMATS, first_object, read_json
from aggregator.parse.html.dom import (
    Tag,
    absolute_link,
    attribute,
    parse_html,
    select,
    select_first,
    visible_text,
)
from aggregator.values.web_addresses import host_of, is_web_address, split_address

# The types by which pages name their feeds. `application/json` alone is WordPress's REST API, not a feed.
FEED_TYPES: Final[Mapping[str, str]] = {
    "application/atom+xml": "feed",
    "application/rss+xml": "feed",
    "application/feed+json": "jsonfeed",
}
MAX_NAMED: Final = 20

SITEMAP: Final = re.compile(r"<(?:[\w.-]{1,40}:)?(?:urlset|sitemapindex)(?=[\s>])")
# Feeds of comments and replies. They are not updates of the body.
COMMENT_FEED: Final = re.compile(r"/comments/feed/?$|/posts\.rss$|[?&]feed=comments")


def find_candidates(fetched: Fetched) -> tuple[Candidate, ...]:
    """Addresses to try, the likeliest first, each once. Only the address itself when it already is a feed.

    Web addresses only, whatever the page names. Raises SourceError for what is neither a feed nor a page.
    """
    own_kind = _kind_of(fetched)
    if own_kind:
        return (Candidate(kind=own_kind, address=fetched.final_url, why="the address itself answers so"),)
    address = fetched.final_url
    page = parse_html(fetched.payload, fetched.headers)
    software = [candidate for look in SOFTWARE_FINDERS for candidate in look(page, address)]
    forum = any(candidate.kind == "discourse" for candidate in software)
    named = _named_feeds(page, address, feed="discourse" if forum else "feed")
    return _unique((*named, *govuk_candidates(address), *software))


def _kind_of(fetched: Fetched) -> str | None:
    """The kind that reads this payload; None for a page."""
    opening = decode(fetched.payload, fetched.headers.get("content-type", ""))[:OPENING_CHARACTERS].lstrip()
    root = ROOT.search(opening)
    if root:
        return "feed" if root[1].lower() != "html" else None
    if SITEMAP.search(opening):
        return "sitemap"
    sample = first_object(read_json(fetched)) if opening[:1] in {"{", "["} else {}
    return next((kind for keys, kind, _ in KNOWN_FORMATS if keys <= sample.keys()), None)


def _named_feeds(page: Tag, address: str, feed: str) -> Iterator[Candidate]:
    # `i`: soupsieve 2.10, pinned for Python before 3.11.5, tells `ALTERNATE` from `alternate` otherwise.
    for link in select(page, 'link[rel~="alternate" i][type][href]', 100)[:MAX_NAMED]:
        kind = FEED_TYPES.get(attribute(link, "type").partition(";")[0].strip().lower())
        href = absolute_link(page, attribute(link, "href"), address)
        title = snippet(attribute(link, "title"))
        if kind and not COMMENT_FEED.search(href) and "comments feed" not in title.lower():
            kind = feed if kind == "feed" else kind
            yield Candidate(kind=kind, address=href, why="the page names it as its feed", title=title)


def _unique(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    found: dict[str, Candidate] = {}
    for candidate in candidates:
        address = candidate.address.partition("#")[0]
        if is_web_address(address) and " " not in address:
            found.setdefault(address.rstrip("/"), replace(candidate, address=address))
    return tuple(found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An address at which a source can perhaps be read. It was not fetched yet."""

    kind: str
    address: str
    # Why it is likely: the page names it, or the site's software has a feed there.
    why: str
    title: str = ""


MAX_CATEGORIES: Final = 3
NI_DEPARTMENT: Final = re.compile(r"([a-z]{2,30})-ni\.gov\.uk")
NI_LIST_NAMES: Final = ("news", "publications", "consultations")
# The Northern Ireland feed is defined in the departments' code (dof-dss/nicsdru_dept, 29 May 2026). The one
# of gov.wales answered with 100 items on 18 September 2026.
DRUPAL_FEEDS: Final[Mapping[str, str]] = {
    "gov.wales": "/announcements/rss",
    "northernireland.gov.uk": "/news/feed/nigov",
}

GOVUK_SEARCH: Final = re.compile(r"/search/[a-z-]+")
GOVUK_ORGANISATION: Final = re.compile(r"/government/organisations/[a-z0-9-]+(?:\.[a-z]{2})?")


def govuk_candidates(address: str) -> Iterator[Candidate]:
    """GOV.UK's feeds and data, whose addresses follow from the address of a page.

    Routes: alphagov/collections (21 August 2026) for organisations, alphagov/finder-frontend (21 August 2026)
    for searches.
    """
    parts = split_address(address)
    path = parts.path.rstrip("/")
    if host_of(address) != "gov.uk" or not path:
        return
    query = f"?{parts.query}" if parts.query else ""
    if GOVUK_ORGANISATION.fullmatch(path):
        yield _candidate_at(parts, f"{path}.atom", "feed", "GOV.UK's feed of an organisation")
    elif GOVUK_SEARCH.fullmatch(path):
        yield _candidate_at(parts, f"{path}.atom{query}", "feed", "GOV.UK's feed of a search")
    elif not path.startswith("/search"):
        yield _candidate_at(
            parts, f"/api/content{path}", "govuk", "GOV.UK's data of a document or collection"
        )


def wordpress_candidates(page: Tag, address: str) -> Iterator[Candidate]:
    """The feeds of the site and of a few categories that the page links to."""
    interface = attribute(select_first(page, 'link[rel="https://api.w.org/"]'), "href")
    if not (interface or _is_generator(page, "WordPress") or select(page, 'link[href*="/wp-content/"]', 1)):
        return
    root = (
        absolute_link(page, interface, address).partition("wp-json")[0]
        if interface
        else urljoin(address, "/")
    )
    yield Candidate(kind="feed", address=f"{root}feed/", why="WordPress has its feed there")
    for link in _links(page, address, "/category/")[:MAX_CATEGORIES]:
        category = link.address.partition("?")[0].rstrip("/").removesuffix("/feed")
        yield Candidate(
            kind="feed", address=f"{category}/feed/", why="WordPress: a category", title=link.title
        )


def drupal_candidates(page: Tag, address: str) -> Iterator[Candidate]:
    """The feeds of the Northern Ireland departments and of gov.wales; for other sites the front page's
    feed."""
    parts = split_address(address)
    department = NI_DEPARTMENT.fullmatch(host_of(address))
    if department:
        for listed in NI_LIST_NAMES:
            why = f"the departments' sites have {listed} there"
            yield _candidate_at(parts, f"/{listed}/feed/{department[1]}", "feed", why)
    elif known := DRUPAL_FEEDS.get(host_of(address)):
        yield _candidate_at(parts, known, "feed", "this site has its feed there")
    elif _is_generator(page, "Drupal"):
        yield _candidate_at(parts, "/rss.xml", "feed", "Drupal has the front page's feed there")


def discourse_candidates(page: Tag, address: str) -> Iterator[Candidate]:
    """The feed of a forum's latest topics."""
    setup = select_first(page, "#data-discourse-setup")
    if setup or _is_generator(page, "Discourse"):
        folder = attribute(setup, "data-base-uri").rstrip("/")
        yield _candidate_at(
            split_address(address),
            f"{folder}/latest.rss",
            "discourse",
            "Discourse has its latest topics there",
        )


def citizenspace_candidates(page: Tag, address: str) -> Iterator[Candidate]:
    """The API of a consultation site, and its finder in case the API is switched off."""
    cards = select(page, "li.dss-card", 1)
    finders = _links(page, address, "/consultation_finder")
    if not (cards or finders):
        return
    parts = split_address(address if cards else finders[0].address)
    yield _candidate_at(
        parts, "/api/2.4/json_search_results?st=open", "citizenspace", "Citizen Space has its interface there"
    )
    yield _candidate_at(
        parts, "/consultation_finder/?st=open", "citizenspace", "Citizen Space lists its consultations there"
    )


SOFTWARE_FINDERS: Final[tuple[Callable[[Tag, str], Iterator[Candidate]], ...]] = (
    discourse_candidates,
    citizenspace_candidates,
    wordpress_candidates,
    drupal_candidates,
)


@dataclass(frozen=True, slots=True)
class _Link:
    address: str
    title: str


def _links(page: Tag, address: str, part: str) -> list[_Link]:
    """The addresses that the page links to and that contain `part`, each once."""
    found: dict[str, _Link] = {}
    for link in select(page, f'a[href*="{part}"]', 50):
        href = absolute_link(page, attribute(link, "href"), address).partition("#")[0]
        if part in href and is_web_address(href):
            found.setdefault(href, _Link(href, snippet(visible_text(link))))
    return list(found.values())


def _is_generator(page: Tag, name: str) -> bool:
    return any(
        attribute(meta, "content").startswith(name) for meta in select(page, 'meta[name="generator" i]', 5)
    )


def _candidate_at(parts: SplitResult, path: str, kind: str, why: str) -> Candidate:
    return Candidate(kind=kind, address=f"{parts.scheme}://{parts.netloc}{path}", why=why)
