"""Reads an HTML list by the CSS selectors of `sources.yaml`, with its next pages and the items' own pages."""

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
from aggregator.parse.html.hidden import shown_text
from aggregator.values.web_addresses import authority_of, is_web_address, split_address

# The last page of a list that is followed. gov.wales counts from 0, so five pages of it are read; elsewhere
# four.
MAX_PAGE_NUMBER: Final = 4
# Items whose own pages are read, of all pages of the list together, in list order. Each costs a request.
MAX_DETAILS: Final = 20
# Items of one page that are read. The lists that we poll have 10 to 100.
MAX_ITEMS: Final = 1_000

PAGE_NUMBER: Final = re.compile(r"[?&/](?:page|paged|pg|p)[=/](\d{1,4})\b", re.IGNORECASE)
NUMBERED_PATH: Final = re.compile(r"/page/\d{1,4}/?$")
# Texts by which a list says that it is empty.
EMPTY_LIST: Final = re.compile(
    r"\b(?:no|0) (?:[a-z]+ ){0,3}(?:results?|consultations?|publications?|news|items?|documents?|matches)\b"
    r"|\byour search did not match\b",
    re.IGNORECASE,
)


# Words before a date in lists: `Published: 3 May 2026`, `Opened 6 August 2026`.
LEADING_WORDS: Final = re.compile(
    r"^(?:[a-z ]{1,30}:|(?:date|(?:date )?published|posted|(?:last )?updated|opened|added)(?: on)?)\s+(?=\S)",
    re.IGNORECASE,
)
TIME: Final = re.compile(r"\d{1,2}:\d\d(?::\d\d)?(?: ?[ap]m)?$", re.IGNORECASE)


def request(source: Source, address: str) -> Request:
    """A plain request for a web page."""
    return Request(url=address, pause=source.pause, accept=ACCEPT)


def read(source: Source, fetched: Fetched) -> ParsedPage:
    """The items of one page of the list, or what an item's own page adds to the item.

    Never `complete`: the last pages are not followed, and a document that leaves a filtered list (a
    consultation that closed) was not removed.

    Raises SourceError as `parse_html` and `refuse_error_page` do, and LAYOUT with the selector that finds
    nothing. An item without title or link is returned as it is: normalise rejects it with a reason.
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
    found = (
        read_item(source.selectors, number, item, base) for number, item in enumerate(items[:MAX_ITEMS], 1)
    )
    entries = tuple(_with_partial_flag(source, entry) for entry in _unique(found))
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
    """Whether this is a page of the list: one of the source's addresses, apart from query and page number."""
    return any(
        _path_without_number(url) == _path_without_number(address)
        for address in (source.address, *source.fallbacks)
    )


def _path_without_number(url: str) -> tuple[str, str]:
    return authority_of(url), NUMBERED_PATH.sub("", split_address(url).path).rstrip("/")


def _empty(source: Source, page: BeautifulSoup) -> ParsedPage:
    """An empty page if the list says that it is empty. Raises SourceError for any other page or layout."""
    refuse_error_page(page)
    if source.selectors.item and EMPTY_LIST.search(" ".join(strings_in(page))):
        return ParsedPage(entries=())
    raise layout_error(source.selectors.item, "items")


def _unique(entries: Iterable[RawEntry]) -> Iterable[RawEntry]:
    """Each link once: a card often links twice, the second time with `Read more`."""
    links: set[str] = set()
    for entry in entries:
        if entry.link not in links:
            yield entry
        if entry.link:
            links.add(entry.link)


def _next_page(source: Source, page: BeautifulSoup, url: str, base: str) -> tuple[Request, ...]:
    links = (resolve_link(base, attribute(link, "href")) for link in select(page, source.selectors.next, 1))
    return tuple(
        request(source, link)
        for link in links
        if _number(url) < _number(link) <= MAX_PAGE_NUMBER and _is_list(source, link)
    )


def _number(url: str) -> int:
    """The number of a page of the list; 0 for the first page, whose address has none."""
    found = PAGE_NUMBER.search(url)
    return int(found[1]) if found else 0


def _detail_requests(source: Source, entries: tuple[RawEntry, ...], url: str) -> tuple[Request, ...]:
    """Requests for the items' own pages, in list order, as many as earlier pages of the list left over."""
    remaining = max(MAX_DETAILS - _number(url) * len(entries), 0)
    links = dict.fromkeys(entry.link for entry in entries if entry.partial and entry.link)
    return tuple(replace(request(source, link), about=link) for link in islice(links, remaining))


def _with_partial_flag(source: Source, entry: RawEntry) -> RawEntry:
    """Mark an item as partial if its own page will be read. Files and pages of other sites are not read."""
    link = entry.link or ""
    same_site = _path_without_number(link)[0] == _path_without_number(source.address)[0] and is_web_address(
        link
    )
    readable = same_site and not media_type_of(link) and not _is_list(source, link)
    return replace(entry, partial=source.selectors.details and readable)


def _excess_rejects(items: list[Tag]) -> tuple[Reject, ...]:
    why = f"the page has more items than the {MAX_ITEMS} that are read"
    return (Reject(item_name=f"item {MAX_ITEMS + 1}", why=why),) if len(items) > MAX_ITEMS else ()


def read_item(selectors: Selectors, number: int, item: Tag, base: str) -> RawEntry:
    """The item with absolute links. Title and link are None where the selectors find nothing.

    When `date` and `type` are the same selector, it finds a line such as OGP's `2023, IRM Report, Web page`:
    the first part with a digit is the date, the first without one the type.
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
        title=shown_text(title if selectors.title else link) or None,
        summary=shown_text(select_first(item, selectors.summary)) or None,
        summary_is_html=False,
        published=None if means_updated else date or None,
        updated=date or None if means_updated else None,
        type=kind or None,
        language=language_of(item),
        base=base,
    )


def _link(item: Tag, title: Tag | None, selector: str) -> Tag | None:
    """The link that the selector finds; without a selector the title's link, else the item's first link."""
    if selector:
        return select_first(item, selector)
    ancestors = (title, *title.parents) if title else ()
    of_title = next((element for element in ancestors if element.name == "a"), None)
    if item.name == "a":
        return item
    return (select_first(title, "a[href]") if title else None) or of_title or select_first(item, "a[href]")


def _date(item: Tag, selectors: Selectors) -> str:
    """The first text with a digit that the selector finds."""
    # gov.scot's lists have the date in one `<dd>` among others (2026), so the selector finds several.
    texts = (date_text(found) for found in select(item, selectors.date, 10))
    date = LEADING_WORDS.sub("", next((text for text in texts if re.search(r"\d", text)), ""))
    # media.service.gov.wales shows times in UTC without saying so: `Wednesday 19 Aug 2026, 14:00`.
    return f"{date} UTC" if selectors.utc and TIME.search(date) else date


def _split_line(item: Tag, selector: str) -> tuple[str, str]:
    lines = (visible_text(found) for found in select(item, selector, 10))
    parts = next((line.split(",") for line in lines if "," in line), [])
    dates = (part.strip() for part in parts if re.search(r"\d", part))
    kinds = (part.strip() for part in parts if not re.search(r"\d", part))
    return next(dates, ""), next(kinds, "")


def read_detail(source: Source, page: BeautifulSoup, fetched: Fetched) -> RawEntry:
    """What the page at `fetched.url` adds to the list's item with this link. The title stays the list's.

    The text is read only when the source has a `main` selector. Raises SourceError: NOT_A_FEED for an error
    page; LAYOUT when `main` finds nothing, or when there is neither `main` nor any of the labels.
    """
    # Without `main` we do not guess the text: it would change with every menu of the site.
    refuse_error_page(page)
    values = read_labels(page, source.selectors.labels)
    base = base_address(page, fetched.final_url)
    main = _main(page, source)
    if main is None and not values:
        raise _no_labels_error(source)
    return RawEntry(
        item_name=fetched.url,
        link=fetched.url,
        content=main.decode_contents() if main else None,
        published=values.get("published"),
        updated=values.get("updated"),
        opens=values.get("opens"),
        closes=values.get("closes"),
        type=values.get("type"),
        language=language_of(main) if main else None,
        base=base,
        links=attachment_links(main, base) if main else (),
        claims=meeting_claims(values, fetched.url),
        translations=translation_links(page, base),
    )


def _main(page: BeautifulSoup, source: Source) -> Tag | None:
    """The main text without the heading, which repeats the title."""
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
