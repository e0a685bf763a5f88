"""Reads consultations of Citizen Space sites: the JSON interface, and the HTML finder where that is off."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qs

from aggregator.errors import Cause, SourceError
from aggregator.model import Fetched, Page, RawEntry, Request, Source
from aggregator.parse.decode.json_answer import Object, objects_in, read_json, text
from aggregator.parse.html.dom import (
    BeautifulSoup,
    Tag,
    absolute_link,
    attribute,
    first,
    refuse_stand_in,
    seen_from,
    select,
    soup,
    words,
)
from aggregator.values.web_addresses import authority_of, split_address

ACCEPT: Final = "application/json, text/html;q=0.9"
FINDER: Final = "consultation_finder"
MOST: Final = 2_000
"""Consultations that are read in one answer; the interface does not page, and a site has some 100 open."""


Ask = Callable[[str, str | None], Request]
"""Makes a request for an address; the second is the consultation that it tells more about."""

CARDS: Final = "ul#consultations > li.dss-card"
TITLE: Final = "h2 a[href]"
STATE: Final = "data-consultation-state"
DATE: Final = ".cs-date-delta"
SUMMARY: Final = ".col-md-9 > span"
DATES: Final = ".cs-consultation-sidebar-primary-date, .cs-consultation-sidebar-secondary-date"
"""Seen on consult.gov.scot (22 August 2026), SUMMARY in what others wrote to read Citizen Space (2026)."""

START: Final = "b_start"
STARTS: Final = re.compile(r"\bb_start(?::int)?=([0-9]{1,6})\b")
"""Links to other pages may hold it twice, `b_start:int=0&b_start=30`; the greater one counts (seen 2026)."""
ON_A_PAGE: Final = 30
CARDS_ON_A_PAGE: Final = 200
"""Cards on a page of the finder: those of publishers have 30, more than 200 are not read."""
PAGES: Final = 5

DATED: Final = re.compile(
    r"\b(open|close)(?:s|d|ed)?\b[^\d]{0,20}(\d{1,2}(?:st|nd|rd|th)? [a-z]{3,9} \d{4})\b", re.IGNORECASE
)
DAY: Final = re.compile(r"(\d{1,2})(?:st|nd|rd|th)? ([A-Za-z]{3})[A-Za-z]* (\d{4})")
MONTHS: Final = "janfebmaraprmayjunjulaugsepoctnovdec"
NONE: Final = re.compile(
    r"\b(?:no|0) (?:\w+ ){0,3}(?:results|consultations|activities)\b|\bthere are (?:currently )?no\b",
    re.IGNORECASE,
)

TYPES: Final = {"open": "Open consultation", "closed": "Closed consultation"}


def request(source: Source, address: str) -> Request:
    """An address of the interface (`/api/2.4/json_search_results?st=open`) or of the finder."""
    return Request(url=address, pause=source.pause, accept=ACCEPT)


def read(source: Source, fetched: Fetched) -> Page:
    """Consultations as the interface or the finder lists them, or the dates of one consultation's own page.

    The finder shows no closing dates, so consultations are looked up; `follow` leads there and to the
    finder's next page. Never complete: a consultation that leaves a list of open ones has closed.

    Raises SourceError: NOT_A_FEED for a page where the interface was asked, LAYOUT for a page without
    consultations that does not say that there are none, and what `read_json` and `soup` raise.
    """
    parts = split_address(fetched.url)
    if "/api/" in parts.path or fetched.payload.lstrip()[:1] == b"[":
        return Page(entries=_read_array(fetched))
    listed = fetched.url in {source.address, *source.fallbacks}
    if listed or FINDER in parts.path or START in parse_qs(parts.query):
        return read_finder(fetched, lambda address, about: replace(request(source, address), about=about))
    return Page(entries=(read_detail(fetched),))


def _read_array(fetched: Fetched) -> tuple[RawEntry, ...]:
    answer = read_json(fetched)
    if not isinstance(answer, list):
        raise SourceError(
            Cause.NOT_A_FEED,
            "JSON came that is no list of consultations",
            "compare the address with /api/2.4/json_search_results?st=open",
        )
    return tuple(_entry(number, item) for number, item in enumerate(objects_in(answer, MOST), 1))


def _entry(number: int, item: Object) -> RawEntry:
    """Dates are `2026/12/31`, or empty. The item's own id is unique only within a department, so its address
    stands for it (Citizen Space's description of its interface, 2026)."""
    url, department = text(item, "url"), text(item, "department")
    return RawEntry(
        where=f"consultation {number}",
        id=url,
        link=url,
        title=text(item, "title"),
        content=text(item, "overview"),
        opens=text(item, "startdate"),
        closes=text(item, "enddate"),
        type=state_as_type(text(item, "status")),
        categories=(department,) if department else (),
    )


def state_as_type(state: str | None) -> str | None:
    """A consultation's state as the type under which other publishers show it; None for a state not known."""
    return TYPES.get((state or "").lower())


def read_finder(fetched: Fetched, ask: Ask) -> Page:
    """The consultations on one page of the finder, the next page, and every consultation of it to look up.

    Five full pages are read at most; whoever follows reads them first and bounds what is looked up. An empty
    page beyond the first is the end; an empty first page must say that there is nothing, else it raises
    SourceError (LAYOUT).
    """
    page = soup(fetched.payload, fetched.headers)
    start = _start(fetched.url)
    cards = select(page, CARDS, CARDS_ON_A_PAGE)
    if not cards:
        _refuse_unless_empty(page, start)
    base = absolute_link(page, "./", fetched.final_url)  # asked once, as it searches the whole page
    entries = tuple(_card(start + number, card, base) for number, card in enumerate(cards, 1))
    if cards and not any(entry.link for entry in entries):
        raise _changed(f"{CARDS} {TITLE}", "no card holds a link")
    further = [_with_start(fetched.url, after) for after in _next_starts(page, cards, start)]
    details = _to_look_up(entries, fetched.final_url)
    follow = (*(ask(address, None) for address in further), *(ask(link, link) for link in details))
    return Page(entries=entries, follow=follow, selector=CARDS)


def read_detail(fetched: Fetched) -> RawEntry:
    """When the consultation of this page opens and closes; the finder has told the rest.

    Raises SourceError (LAYOUT) when the page shows neither date.
    """
    page = soup(fetched.payload, fetched.headers)
    opens, closes = _dates(" ".join(words(found) for found in select(page, DATES)))
    if not opens and not closes:
        refuse_stand_in(page)
        raise _changed(DATES, "no date there after 'Opened' or 'Closes'")
    return RawEntry(where="page of a consultation", link=fetched.url, opens=opens, closes=closes)


def _card(number: int, card: Tag, base: str) -> RawEntry:
    title = first(card, TITLE)
    link = seen_from(base, attribute(title, "href")) or None
    opens, closes = _dates(" ".join(words(found) for found in select(card, DATE)))
    return RawEntry(
        where=f"card {number}",
        id=link,
        link=link,
        title=words(title) or None,
        summary=words(first(card, SUMMARY)) or None,
        summary_is_html=False,
        opens=opens,
        closes=closes,
        type=state_as_type(attribute(card, STATE)),
        partial=True,
    )


def _dates(shown: str) -> tuple[str | None, str | None]:
    """Opening and closing day out of `Closes 29 Oct 2026 Opened 6 Aug 2026`."""
    found = {label.lower(): day for label, day in DATED.findall(shown)}
    return found.get("open"), found.get("close")


def _next_starts(page: BeautifulSoup, cards: list[Tag], start: int) -> list[int]:
    """Where the next page starts, by the page's own links or because this one is full; none at the end."""
    hrefs = (attribute(link, "href") for link in select(page, f"a[href*={START}]", 50))
    named = [int(number) for href in hrefs for number in STARTS.findall(href)]
    full = [start + ON_A_PAGE] if len(cards) >= ON_A_PAGE else []
    after = [number for number in (*named, *full) if start < number < PAGES * ON_A_PAGE]
    return [min(after)] if cards and after else []


def _to_look_up(entries: tuple[RawEntry, ...], address: str) -> tuple[str, ...]:
    """The links on this host alone: first those without a closing date, of these the opened last."""
    host = authority_of(address)
    urgent = sorted(entries, key=lambda entry: (not entry.closes, _day(entry.opens)), reverse=True)
    links = (entry.link for entry in urgent if entry.link and authority_of(entry.link) == host)
    return tuple(dict.fromkeys(links))


def _day(written: str | None) -> tuple[int, int, int]:
    """Year, month and day to sort by; zeros for a day that is not known."""
    found = DAY.search(written or "")
    if not found:
        return (0, 0, 0)
    return (int(found[3]), MONTHS.find(found[2].lower()), int(found[1]))


def _start(address: str) -> int:
    number = parse_qs(split_address(address).query).get(START, [""])[0]
    return int(number) if re.fullmatch(r"[0-9]{1,6}", number) else 0


def _with_start(address: str, start: int) -> str:
    """The same search from another card on. `page=2` would show the first page again (21 September 2026)."""
    before, _, query = address.partition("?")
    pairs = [pair for pair in query.split("&") if pair and not pair.startswith(START)]
    return f"{before}?{'&'.join((*pairs, f'{START}={start}'))}"


def _refuse_unless_empty(page: BeautifulSoup, start: int) -> None:
    refuse_stand_in(page)
    if start == 0 and not NONE.search(words(page)):
        raise _changed(CARDS, "nothing found, and the page does not say that there are no consultations")


def _changed(selector: str, what: str) -> SourceError:
    return SourceError(
        Cause.LAYOUT,
        f"'{selector}': {what}",
        "open the address in a browser; if consultations are there, the selector must be mended",
    )
