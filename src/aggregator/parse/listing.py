"""Reads an HTML list by the CSS selectors of `sources.yaml`, its next pages, and the items' own pages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from typing import Final

from aggregator.errors import Cause, SourceError
from aggregator.model import Fetched, ParsedPage, RawEntry, Reject, Request, Selectors, Source
from aggregator.parse.html.article import find_main, layout_error, remove_boilerplate
from aggregator.parse.html.date_labels import meeting_claims, read_labels
from aggregator.parse.html.dom import (
    ACCEPT,
    BeautifulSoup,
    Tag,
    attachment_links,
    attribute,
    base_address,
    date_text,
    language_of,
    media_type_of,
    parse_html,
    refuse_error_page,
    resolve_link,
    select,
    select_first,
    strings_in,
    translation_links,
    visible_text,
)
from aggregator.values.web_addresses import authority_of, is_web_address, split_address

# Pages of a list are followed up to this number: five where the first is number 0 (gov.wales), else four.
MAX_PAGE_NUMBER: Final = 4
# Items whose own pages are read, of all pages of the list together, the newest first.
MAX_DETAILS: Final = 20
# Items of one page that are read; the lists that are polled have 10 to 100.
MAX_ITEMS: Final = 1_000

PAGE_NUMBER: Final = re.compile(r"[?&/](?:page|paged|pg|p)[=/](\d{1,4})\b", re.IGNORECASE)
NUMBERED_PATH: Final = re.compile(r"/page/\d{1,4}/?$")
# How a list says that it is empty.
EMPTY_LIST: Final = re.compile(
    r"\b(?:no|0) (?:[a-z]+ ){0,3}(?:results?|consultations?|publications?|news|items?|documents?|matches)\b"
    r"|\byour search did not match\b",
    re.IGNORECASE,
)


# What stands before a date in lists: `Published: 3 May 2026`, `Opened 6 August 2026`.
LEADING_WORDS: Final = re.compile(
    r"^(?:[a-z ]{1,30}:|(?:date|(?:date )?published|posted|(?:last )?updated|opened|added)(?: on)?)\s+(?=\S)",
    re.IGNORECASE,
)
TIME: Final = re.compile(r"\d{1,2}:\d\d(?::\d\d)?(?: ?[ap]m)?$", re.IGNORECASE)


def request(source: Source, address: str) -> Request:
    """One plain request."""
    return Request(url=address, pause=source.pause, accept=ACCEPT)


def read(source: Source, fetched: Fetched) -> ParsedPage:
    """The items of one page of the list, or what an item's own page adds to it.

    Never complete: a list is a window on a publisher's documents, its last pages are not followed, and a
    document that a filter no longer lists (a consultation that has closed) was not removed.

    Raises SourceError: what `soup` and `refuse_stand_in` raise, and LAYOUT with the selector that finds
    nothing. An item without a title or link is an entry without them, which normalise rejects with a reason.
    """
    page = parse_html(fetched.payload, fetched.headers)
    if not _is_list(source, fetched.url):
        return ParsedPage(entries=(read_detail(source, page, fetched),))
    for element in select(page, ", ".join(source.selectors.remove)):
        element.decompose()
    items = select(page, source.selectors.item, MAX_ITEMS + 1)
    if not items:
        return _empty(source, page)
    base = base_address(page, fetched.final_url)
    read = (
        read_item(source.selectors, number, item, base) for number, item in enumerate(items[:MAX_ITEMS], 1)
    )
    entries = tuple(_with_partial_flag(source, entry) for entry in _unique(read))
    return ParsedPage(
        entries=entries,
        next_requests=(
            *_next_page(source, page, fetched.url, base),
            *_detail_requests(source, entries, fetched.url),
        ),
        rejects=_excess_rejects(items),
        selector=source.selectors.item,
    )


def _is_list(source: Source, url: str) -> bool:
    """Whether this is a page of the list: the address asked, or one with another query or number."""
    return any(
        _path_without_number(url) == _path_without_number(address)
        for address in (source.address, *source.fallbacks)
    )


def _path_without_number(url: str) -> tuple[str, str]:
    return authority_of(url), NUMBERED_PATH.sub("", split_address(url).path).rstrip("/")


def _empty(source: Source, page: BeautifulSoup) -> ParsedPage:
    """An empty page for a list that says so itself; anything else is another page or another layout."""
    refuse_error_page(page)
    if source.selectors.item and EMPTY_LIST.search(" ".join(strings_in(page))):
        return ParsedPage(entries=())
    raise layout_error(source.selectors.item, "items")


def _unique(entries: Iterable[RawEntry]) -> Iterable[RawEntry]:
    """Each link once: a card often links a second time, with `Read more`."""
    seen: set[str] = set()
    for entry in entries:
        if entry.link not in seen:
            yield entry
        if entry.link:
            seen.add(entry.link)


def _next_page(source: Source, page: BeautifulSoup, url: str, base: str) -> tuple[Request, ...]:
    links = (resolve_link(base, attribute(link, "href")) for link in select(page, source.selectors.next, 1))
    return tuple(
        request(source, link)
        for link in links
        if _number(url) < _number(link) <= MAX_PAGE_NUMBER and _is_list(source, link)
    )


def _number(url: str) -> int:
    """The number of a page of the list; 0 for the first, which bears none."""
    found = PAGE_NUMBER.search(url)
    return int(found[1]) if found else 0


def _detail_requests(source: Source, entries: tuple[RawEntry, ...], url: str) -> tuple[Request, ...]:
    """Requests for the pages of the items, in the list's order, as many as earlier pages have left over."""
    left = max(MAX_DETAILS - _number(url) * len(entries), 0)
    links = dict.fromkeys(entry.link for entry in entries if entry.partial and entry.link)
    return tuple(replace(request(source, link), about=link) for link in islice(links, left))


def _with_partial_flag(source: Source, entry: RawEntry) -> RawEntry:
    """An item that has a page to be read is partial until that page has been read; files and pages of other
    sites are not read."""
    link = entry.link or ""
    own = _path_without_number(link)[0] == _path_without_number(source.address)[0] and is_web_address(link)
    readable = own and not media_type_of(link) and not _is_list(source, link)
    return replace(entry, partial=source.selectors.details and readable)


def _excess_rejects(items: list[Tag]) -> tuple[Reject, ...]:
    why = f"the page holds more items than the {MAX_ITEMS} that are read"
    return (Reject(item_name=f"item {MAX_ITEMS + 1}", why=why),) if len(items) > MAX_ITEMS else ()


def read_item(selectors: Selectors, number: int, item: Tag, base: str) -> RawEntry:
    """The item's words; title and link are None where its selectors find nothing. Links are absolute.

    Where `date` and `type` name the same element, it is a line such as OGP's `2023, IRM Report, Web page`:
    the first of its parts that has a digit is the date, the first that has none the type.
    """
    title = select_first(item, selectors.title)
    link = _link(item, title, selectors.link)
    if selectors.type and selectors.type == selectors.date:
        date, kind = _split_line(item, selectors.type)
    else:
        date, kind = _date(item, selectors), visible_text(select_first(item, selectors.type))
    means_updated = selectors.date_means == "updated"
    return RawEntry(
        item_name=f"item {number}",
        link=resolve_link(base, attribute(link, "href")) or None,
        title=visible_text(title if selectors.title else link) or None,
        summary=visible_text(select_first(item, selectors.summary)) or None,
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
        return select_first(item, selector)
    around = (title, *title.parents) if title else ()
    of_title = next((element for element in around if element.name == "a"), None)
    if item.name == "a":
        return item
    return (select_first(title, "a[href]") if title else None) or of_title or select_first(item, "a[href]")


def _date(item: Tag, selectors: Selectors) -> str:
    """The first date that the selector finds; gov.scot's lists show one `<dd>` beside others (2026)."""
    written = (date_text(found) for found in select(item, selectors.date, 10))
    date = LEADING_WORDS.sub("", next((text for text in written if re.search(r"\d", text)), ""))
    return f"{date} UTC" if selectors.utc and TIME.search(date) else date


def _split_line(item: Tag, selector: str) -> tuple[str, str]:
    lines = (visible_text(found) for found in select(item, selector, 10))
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
    refuse_error_page(page)
    said = read_labels(page, source.selectors.labels)
    base = base_address(page, fetched.final_url)
    main = _main(page, source)
    if main is None and not said:
        raise _no_labels_error(source)
    return RawEntry(
        item_name=fetched.url,
        link=fetched.url,
        content=main.decode_contents() if main else None,
        published=said.get("published"),
        updated=said.get("updated"),
        opens=said.get("opens"),
        closes=said.get("closes"),
        type=said.get("type"),
        language=language_of(main) if main else None,
        base=base,
        links=attachment_links(main, base) if main else (),
        claims=meeting_claims(said, fetched.url),
        translations=translation_links(page, base),
    )


def _main(page: BeautifulSoup, source: Source) -> Tag | None:
    """The text without the heading, which is the title again."""
    selectors = source.selectors
    if not selectors.main:
        return None
    main = find_main(page, selectors.main)
    if main is None:
        raise layout_error(selectors.main, "main text")
    remove_boilerplate(main, selectors.remove)
    for heading in select(main, "h1", 1):
        heading.decompose()
    return main


def _no_labels_error(source: Source) -> SourceError:
    named = ", ".join(f"'{label}'" for label in source.selectors.labels) or "those that are known"
    return SourceError(
        Cause.LAYOUT,
        f"none of the labels is on the item's page: {named}",
        "open the page in a browser and mend labels: under selectors: in sources.yaml",
    )
