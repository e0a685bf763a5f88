"""Reads consultations of Citizen Space sites: from the JSON API, or from the HTML finder where the API is
off."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qs

from aggregator.errors import Cause, SourceError
from aggregator.model import Fetched, ParsedPage, RawEntry, Request, Source
from aggregator.parse.decode.json_answer import JsonObject, objects_in, read_json, text_at
from aggregator.parse.html.dom import (
    BeautifulSoup,
    Tag,
    absolute_link,
    attribute,
    parse_html,
    refuse_error_page,
    resolve_link,
    select,
    select_first,
    visible_text,
)
from aggregator.parse.html.hidden import shown_text, without_hidden
from aggregator.values.web_addresses import authority_of, split_address

ACCEPT: Final = "application/json, text/html;q=0.9"
FINDER: Final = "consultation_finder"
# Consultations read from one payload of the API, which has no pages. A site has some 100 open ones.
MAX_CONSULTATIONS: Final = 2_000


# Builds a request from an address and, for a consultation's own page, the link of that consultation.
MakeRequest = Callable[[str, str | None], Request]

# The markup of consult.gov.scot, seen on 22 August 2026. The selector of the summary comes from a public
# program that reads Citizen Space (2026).
CARD_SELECTOR: Final = "ul#consultations > li.dss-card"
TITLE_SELECTOR: Final = "h2 a[href]"
STATE_ATTRIBUTE: Final = "data-consultation-state"
CARD_DATE_SELECTOR: Final = ".cs-date-delta"
SUMMARY_SELECTOR: Final = ".col-md-9 > span"
DETAIL_DATE_SELECTOR: Final = ".cs-consultation-sidebar-primary-date, .cs-consultation-sidebar-secondary-date"

START_PARAMETER: Final = "b_start"
# A link to another page may have it twice: `b_start:int=0&b_start=30` (seen in 2026). The greater one counts.
START_IN_LINK: Final = re.compile(r"\bb_start(?::int)?=([0-9]{1,6})\b")
CARDS_PER_PAGE: Final = 30
# Cards of one page that are read. Publishers' pages have 30.
MAX_CARDS: Final = 200
MAX_PAGES: Final = 5

LABELLED_DATE: Final = re.compile(
    r"\b(open|close)(?:s|d|ed)?\b[^\d]{0,20}(\d{1,2}(?:st|nd|rd|th)? [a-z]{3,9} \d{4})\b", re.IGNORECASE
)
DAY: Final = re.compile(r"(\d{1,2})(?:st|nd|rd|th)? ([A-Za-z]{3})[A-Za-z]* (\d{4})")
MONTHS: Final = "janfebmaraprmayjunjulaugsepoctnovdec"
EMPTY_LIST: Final = re.compile(
    r"\b(?:no|0) (?:\w+ ){0,3}(?:results|consultations|activities)\b|\bthere are (?:currently )?no\b",
    re.IGNORECASE,
)

TYPES: Final = {"open": "Open consultation", "closed": "Closed consultation"}


def request(source: Source, address: str) -> Request:
    """A request to the API (`/api/2.4/json_search_results?st=open`) or to the finder."""
    return Request(url=address, pause=source.pause, accept=ACCEPT)


def read(source: Source, fetched: Fetched) -> ParsedPage:
    """The consultations of the API or of the finder, or the dates of one consultation's own page.

    The finder shows no closing dates, so the page also names the requests for the consultations' own pages
    and for the finder's next page. Never `complete`: a consultation that leaves the list of open ones has
    closed.

    Raises SourceError as `read_json` and `parse_html` do; NOT_A_FEED when the API returns no list; LAYOUT for
    a page without consultations that does not say that there are none.
    """
    parts = split_address(fetched.url)
    if "/api/" in parts.path or fetched.payload.lstrip()[:1] == b"[":
        return ParsedPage(entries=_read_array(fetched))
    is_list = fetched.url in {source.address, *source.fallbacks}
    if is_list or FINDER in parts.path or START_PARAMETER in parse_qs(parts.query):
        return read_finder(fetched, lambda address, about: replace(request(source, address), about=about))
    return ParsedPage(entries=(read_detail(fetched),))


def _read_array(fetched: Fetched) -> tuple[RawEntry, ...]:
    value = read_json(fetched)
    if not isinstance(value, list):
        raise SourceError(
            Cause.NOT_A_FEED,
            "JSON came that is no list of consultations",
            "compare the address with /api/2.4/json_search_results?st=open",
        )
    return tuple(_entry(number, item) for number, item in enumerate(objects_in(value, MAX_CONSULTATIONS), 1))


def _entry(number: int, item: JsonObject) -> RawEntry:
    """One consultation of the API. Dates are `2026/12/31`, or empty."""
    # The API's own id is unique only within a department (Citizen Space's API description, 2026), so the
    # address identifies the consultation.
    url, department = text_at(item, "url"), text_at(item, "department")
    return RawEntry(
        item_name=f"consultation {number}",
        id=url,
        link=url,
        title=text_at(item, "title"),
        content=without_hidden(text_at(item, "overview") or "") or None,
        opens=text_at(item, "startdate"),
        closes=text_at(item, "enddate"),
        type=type_of_state(text_at(item, "status")),
        categories=(department,) if department else (),
    )


def type_of_state(state: str | None) -> str | None:
    """The document type that other publishers use for this state; None for an unknown state."""
    return TYPES.get((state or "").lower())


def read_finder(fetched: Fetched, make_request: MakeRequest) -> ParsedPage:
    """The consultations on one page of the finder, and requests for its next page and for each consultation.

    At most five pages are read. The caller reads them before the consultations, and limits the requests. An
    empty page beyond the first is the end. An empty first page must say that there is nothing: otherwise this
    raises SourceError (LAYOUT).
    """
    page = parse_html(fetched.payload, fetched.headers)
    start = _start(fetched.url)
    cards = select(page, CARD_SELECTOR, MAX_CARDS)
    if not cards:
        _refuse_unless_empty(page, start)
    base = absolute_link(page, "./", fetched.final_url)  # once, because it searches the whole page
    entries = tuple(_card(start + number, card, base) for number, card in enumerate(cards, 1))
    if cards and not any(entry.link for entry in entries):
        raise _layout_error(f"{CARD_SELECTOR} {TITLE_SELECTOR}", "no card has a link")
    next_addresses = [_with_start(fetched.url, number) for number in _next_starts(page, cards, start)]
    links = _lookup_links(entries, fetched.final_url)
    follow = (
        *(make_request(address, None) for address in next_addresses),
        *(make_request(link, link) for link in links),
    )
    return ParsedPage(entries=entries, next_requests=follow, selector=CARD_SELECTOR)


def read_detail(fetched: Fetched) -> RawEntry:
    """When the consultation of this page opens and closes. The rest is known from the finder.

    Raises SourceError (LAYOUT) when the page shows neither date.
    """
    page = parse_html(fetched.payload, fetched.headers)
    opens, closes = _dates(" ".join(visible_text(found) for found in select(page, DETAIL_DATE_SELECTOR)))
    if not opens and not closes:
        refuse_error_page(page)
        raise _layout_error(DETAIL_DATE_SELECTOR, "no date there after 'Opened' or 'Closes'")
    return RawEntry(item_name="page of a consultation", link=fetched.url, opens=opens, closes=closes)


def _card(number: int, card: Tag, base: str) -> RawEntry:
    title = select_first(card, TITLE_SELECTOR)
    link = resolve_link(base, attribute(title, "href")) or None
    opens, closes = _dates(" ".join(visible_text(found) for found in select(card, CARD_DATE_SELECTOR)))
    return RawEntry(
        item_name=f"card {number}",
        id=link,
        link=link,
        title=shown_text(title) or None,
        summary=shown_text(select_first(card, SUMMARY_SELECTOR)) or None,
        summary_is_html=False,
        opens=opens,
        closes=closes,
        type=type_of_state(attribute(card, STATE_ATTRIBUTE)),
        partial=True,
    )


def _dates(text: str) -> tuple[str | None, str | None]:
    """Opening and closing day from `Closes 29 Oct 2026 Opened 6 Aug 2026`."""
    found = {label.lower(): day for label, day in LABELLED_DATE.findall(text)}
    return found.get("open"), found.get("close")


def _next_starts(page: BeautifulSoup, cards: list[Tag], start: int) -> list[int]:
    """The start of the next page, from the page's links or because this page is full; empty at the end."""
    hrefs = (attribute(link, "href") for link in select(page, f"a[href*={START_PARAMETER}]", 50))
    linked = [int(number) for href in hrefs for number in START_IN_LINK.findall(href)]
    full = [start + CARDS_PER_PAGE] if len(cards) >= CARDS_PER_PAGE else []
    candidates = [number for number in (*linked, *full) if start < number < MAX_PAGES * CARDS_PER_PAGE]
    return [min(candidates)] if cards and candidates else []


def _lookup_links(entries: tuple[RawEntry, ...], address: str) -> tuple[str, ...]:
    """The consultations' links on this host: those without a closing date first, the newest first among
    them."""
    host = authority_of(address)
    ordered = sorted(entries, key=lambda entry: (not entry.closes, _day(entry.opens)), reverse=True)
    links = (entry.link for entry in ordered if entry.link and authority_of(entry.link) == host)
    return tuple(dict.fromkeys(links))


def _day(written: str | None) -> tuple[int, int, int]:
    """Year, month and day as a sort key; zeros for an unknown day."""
    found = DAY.search(written or "")
    if not found:
        return (0, 0, 0)
    return (int(found[3]), MONTHS.find(found[2].lower()), int(found[1]))


def _start(address: str) -> int:
    number = parse_qs(split_address(address).query).get(START_PARAMETER, [""])[0]
    return int(number) if re.fullmatch(r"[0-9]{1,6}", number) else 0


def _with_start(address: str, start: int) -> str:
    """The same search, starting at another card."""
    # `page=2` shows the first page again (consultations.nidirect.gov.uk, 21 September 2026).
    before, _, query = address.partition("?")
    pairs = [pair for pair in query.split("&") if pair and not pair.startswith(START_PARAMETER)]
    return f"{before}?{'&'.join((*pairs, f'{START_PARAMETER}={start}'))}"


def _refuse_unless_empty(page: BeautifulSoup, start: int) -> None:
    refuse_error_page(page)
    if start == 0 and not EMPTY_LIST.search(visible_text(page)):
        raise _layout_error(
            CARD_SELECTOR, "nothing found, and the page does not say that there are no consultations"
        )


def _layout_error(selector: str, what: str) -> SourceError:
    return SourceError(
        Cause.LAYOUT,
        f"'{selector}': {what}",
        "open the address in a browser; if consultations are there, the selector must be mended",
    )
