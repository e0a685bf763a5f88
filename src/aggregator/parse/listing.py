"""Reads an HTML list by the CSS selectors of `sources.yaml`, its next pages, and the items' own pages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from typing import Final

from aggregator.model import Fetched, Page, RawEntry, Reject, Request, Source
from aggregator.model.addresses import authority_of, is_web, split_address
from aggregator.parse.attachments import file_type
from aggregator.parse.detail import read_detail
from aggregator.parse.html import (
    ACCEPT,
    BeautifulSoup,
    Tag,
    attribute,
    base_address,
    seen_from,
    select,
    soup,
    strings_in,
)
from aggregator.parse.list_item import read_item
from aggregator.parse.main_text import layout_changed
from aggregator.parse.stand_in import refuse_stand_in

LAST_NUMBER: Final = 4
"""Pages of a list are followed up to this number: five where the first is number 0 (gov.wales), else four."""
DETAILS: Final = 20
"""Items whose own pages are read, of all pages of the list together, the newest first."""
ITEMS: Final = 1_000
"""Items of one page that are read; the lists that are polled have 10 to 100."""

NUMBER: Final = re.compile(r"[?&/](?:page|paged|pg|p)[=/](\d{1,4})\b", re.IGNORECASE)
NUMBERED_PATH: Final = re.compile(r"/page/\d{1,4}/?$")
NONE: Final = re.compile(
    r"\b(?:no|0) (?:[a-z]+ ){0,3}(?:results?|consultations?|publications?|news|items?|documents?|matches)\b"
    r"|\byour search did not match\b",
    re.IGNORECASE,
)
"""How a list says that it is empty."""


def request(source: Source, address: str) -> Request:
    """One plain request."""
    return Request(url=address, pause=source.pause, accept=ACCEPT)


def read(source: Source, fetched: Fetched) -> Page:
    """The items of one page of the list, or what an item's own page adds to it.

    Never complete: a list is a window on a publisher's documents, its last pages are not followed, and a
    document that a filter no longer lists (a consultation that has closed) was not removed.

    Raises SourceError: what `soup` and `refuse_stand_in` raise, and LAYOUT with the selector that finds
    nothing. An item without a title or link is an entry without them, which normalise rejects with a reason.
    """
    page = soup(fetched.payload, fetched.headers)
    if not _is_list(source, fetched.url):
        return Page(entries=(read_detail(source, page, fetched),))
    for element in select(page, ", ".join(source.selectors.remove)):
        element.decompose()
    items = select(page, source.selectors.item, ITEMS + 1)
    if not items:
        return _empty(source, page)
    base = base_address(page, fetched.final_url)
    read = (read_item(source.selectors, number, item, base) for number, item in enumerate(items[:ITEMS], 1))
    entries = tuple(_marked(source, entry) for entry in _once(read))
    return Page(
        entries=entries,
        follow=(*_next_page(source, page, fetched.url, base), *_details(source, entries, fetched.url)),
        rejects=_left_out(items),
        selector=source.selectors.item,
    )


def _is_list(source: Source, url: str) -> bool:
    """Whether this is a page of the list: the address asked, or one with another query or number."""
    return any(_place(url) == _place(address) for address in (source.address, *source.fallbacks))


def _place(url: str) -> tuple[str, str]:
    return authority_of(url), NUMBERED_PATH.sub("", split_address(url).path).rstrip("/")


def _empty(source: Source, page: BeautifulSoup) -> Page:
    """An empty page for a list that says so itself; anything else is another page or another layout."""
    refuse_stand_in(page)
    if source.selectors.item and NONE.search(" ".join(strings_in(page))):
        return Page(entries=())
    raise layout_changed(source.selectors.item, "items")


def _once(entries: Iterable[RawEntry]) -> Iterable[RawEntry]:
    """Each link once: a card often links a second time, with `Read more`."""
    seen: set[str] = set()
    for entry in entries:
        if entry.link not in seen:
            yield entry
        if entry.link:
            seen.add(entry.link)


def _next_page(source: Source, page: BeautifulSoup, url: str, base: str) -> tuple[Request, ...]:
    links = (seen_from(base, attribute(link, "href")) for link in select(page, source.selectors.next, 1))
    return tuple(
        request(source, link)
        for link in links
        if _number(url) < _number(link) <= LAST_NUMBER and _is_list(source, link)
    )


def _number(url: str) -> int:
    """The number of a page of the list; 0 for the first, which bears none."""
    found = NUMBER.search(url)
    return int(found[1]) if found else 0


def _details(source: Source, entries: tuple[RawEntry, ...], url: str) -> tuple[Request, ...]:
    """Requests for the pages of the items, in the list's order, as many as earlier pages have left over."""
    left = max(DETAILS - _number(url) * len(entries), 0)
    links = dict.fromkeys(entry.link for entry in entries if entry.partial and entry.link)
    return tuple(replace(request(source, link), about=link) for link in islice(links, left))


def _marked(source: Source, entry: RawEntry) -> RawEntry:
    """An item that has a page to be read is partial until that page has been read; files and pages of other
    sites are not read."""
    link = entry.link or ""
    own = _place(link)[0] == _place(source.address)[0] and is_web(link)
    readable = own and not file_type(link) and not _is_list(source, link)
    return replace(entry, partial=source.selectors.details and readable)


def _left_out(items: list[Tag]) -> tuple[Reject, ...]:
    why = f"the page holds more items than the {ITEMS} that are read"
    return (Reject(where=f"item {ITEMS + 1}", why=why),) if len(items) > ITEMS else ()
