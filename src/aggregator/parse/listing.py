"""Reads an HTML list by the CSS selectors of `sources.yaml`, its next pages, and the items' own pages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from typing import Final

from aggregator.errors import Cause, SourceError
from aggregator.model import Fetched, Page, RawEntry, Reject, Request, Selectors, Source
from aggregator.parse.html.article import clean, find_main, layout_changed
from aggregator.parse.html.date_labels import claims_of, read_labels
from aggregator.parse.html.dom import (
    ACCEPT,
    BeautifulSoup,
    Tag,
    attribute,
    base_address,
    date_in,
    file_type,
    find_attachments,
    first,
    language_of,
    links_to_translations,
    refuse_stand_in,
    seen_from,
    select,
    soup,
    strings_in,
    words,
)
from aggregator.values.web_addresses import authority_of, is_web, split_address

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


LEADING_WORDS: Final = re.compile(
    r"^(?:[a-z ]{1,30}:|(?:date|(?:date )?published|posted|(?:last )?updated|opened|added)(?: on)?)\s+(?=\S)",
    re.IGNORECASE,
)
"""What stands before a date in lists: `Published: 3 May 2026`, `Opened 6 August 2026`."""
TIME: Final = re.compile(r"\d{1,2}:\d\d(?::\d\d)?(?: ?[ap]m)?$", re.IGNORECASE)


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


def read_item(selectors: Selectors, number: int, item: Tag, base: str) -> RawEntry:
    """The item's words; title and link are None where its selectors find nothing. Links are absolute.

    Where `date` and `type` name the same element, it is a line such as OGP's `2023, IRM Report, Web page`:
    the first of its parts that has a digit is the date, the first that has none the type.
    """
    title = first(item, selectors.title)
    link = _link(item, title, selectors.link)
    if selectors.type and selectors.type == selectors.date:
        date, kind = _split_line(item, selectors.type)
    else:
        date, kind = _date(item, selectors), words(first(item, selectors.type))
    means_updated = selectors.date_means == "updated"
    return RawEntry(
        where=f"item {number}",
        link=seen_from(base, attribute(link, "href")) or None,
        title=words(title if selectors.title else link) or None,
        summary=words(first(item, selectors.summary)) or None,
        summary_is_html=False,
        published=None if means_updated else date or None,
        updated=date or None if means_updated else None,
        type=kind or None,
        language=language_of(item),
        base=base,
    )


def _link(item: Tag, title: Tag | None, selector: str) -> Tag | None:
    """The link that the selector names; without one the title's own, else the item's first."""
    if selector:
        return first(item, selector)
    around = (title, *title.parents) if title else ()
    of_title = next((element for element in around if element.name == "a"), None)
    if item.name == "a":
        return item
    return (first(title, "a[href]") if title else None) or of_title or first(item, "a[href]")


def _date(item: Tag, selectors: Selectors) -> str:
    """The first date that the selector finds; gov.scot's lists show one `<dd>` beside others (2026)."""
    written = (date_in(found) for found in select(item, selectors.date, 10))
    date = LEADING_WORDS.sub("", next((text for text in written if re.search(r"\d", text)), ""))
    return f"{date} UTC" if selectors.utc and TIME.search(date) else date


def _split_line(item: Tag, selector: str) -> tuple[str, str]:
    lines = (words(found) for found in select(item, selector, 10))
    parts = next((line.split(",") for line in lines if "," in line), [])
    dates = (part.strip() for part in parts if re.search(r"\d", part))
    kinds = (part.strip() for part in parts if not re.search(r"\d", part))
    return next(dates, ""), next(kinds, "")


def read_detail(source: Source, page: BeautifulSoup, fetched: Fetched) -> RawEntry:
    """What the page at `fetched.url` adds to the list's item with this very link; the title stays the list's.

    The text is read only where `main` is named: what stands on a page whose layout nobody has described
    would change with every menu. Raises SourceError: NOT_A_FEED for a stand-in, LAYOUT when `main` finds
    nothing, or when there is no `main` and none of the labels either.
    """
    refuse_stand_in(page)
    said = read_labels(page, source.selectors.labels)
    base = base_address(page, fetched.final_url)
    main = _main(page, source)
    if main is None and not said:
        raise _no_labels(source)
    return RawEntry(
        where=fetched.url,
        link=fetched.url,
        content=main.decode_contents() if main else None,
        published=said.get("published"),
        updated=said.get("updated"),
        opens=said.get("opens"),
        closes=said.get("closes"),
        type=said.get("type"),
        language=language_of(main) if main else None,
        base=base,
        links=find_attachments(main, base) if main else (),
        claims=claims_of(said, fetched.url),
        translations=links_to_translations(page, base),
    )


def _main(page: BeautifulSoup, source: Source) -> Tag | None:
    """The text without the heading, which is the title again."""
    selectors = source.selectors
    if not selectors.main:
        return None
    main = find_main(page, selectors.main)
    if main is None:
        raise layout_changed(selectors.main, "main text")
    clean(main, selectors.remove)
    for heading in select(main, "h1", 1):
        heading.decompose()
    return main


def _no_labels(source: Source) -> SourceError:
    named = ", ".join(f"'{label}'" for label in source.selectors.labels) or "those that are known"
    return SourceError(
        Cause.LAYOUT,
        f"none of the labels is on the item's page: {named}",
        "open the page in a browser and mend labels: under selectors: in sources.yaml",
    )
