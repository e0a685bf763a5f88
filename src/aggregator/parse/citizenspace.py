"""Reads consultations of Citizen Space sites: the JSON interface, and the HTML finder where that is off."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qs

from aggregator.errors import Cause, SourceError
from aggregator.model import Fetched, Page, RawEntry, Request, Source
from aggregator.model.addresses import split_address
from aggregator.parse.citizenspace_pages import START, read_detail, read_finder, state_as_type
from aggregator.parse.json_answer import Object, objects_in, read_json, text

ACCEPT: Final = "application/json, text/html;q=0.9"
FINDER: Final = "consultation_finder"
MOST: Final = 2_000
"""Consultations that are read in one answer; the interface does not page, and a site has some 100 open."""


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
        return read_finder(fetched, lambda address, about: _ask(source, address, about))
    return Page(entries=(read_detail(fetched),))


def _ask(source: Source, address: str, about: str | None) -> Request:
    return Request(url=address, pause=source.pause, accept=ACCEPT, about=about)


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
