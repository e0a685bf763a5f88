"""Reads GOV.UK: searches from its Search API, documents and collections from its Content API."""

from __future__ import annotations

import html
import re
from typing import Final
from urllib.parse import parse_qs

from aggregator.errors import Cause, SourceError
from aggregator.model import Fetched, ParsedPage, RawEntry, RawNote, Request, Source
from aggregator.parse.decode import json_answer
from aggregator.parse.decode.json_answer import JsonObject, objects_at, objects_in, text_at
from aggregator.parse.govuk_document import (
    CONTENT_API,
    SEARCH_API,
    api_request,
    display_type,
    document_requests,
    lookup_requests,
    page_address,
    read_document,
)
from aggregator.values.web_addresses import split_address

# Pages of a search that are read. Older results were read when they were new.
MAX_PAGES: Final = 3
# The newest results, which are looked up in the Content API: only there are the first publication, the
# history and the text. Each costs a request.
MAX_LOOKUPS: Final = 20

# Results of a page when `count` is missing, and the most that `count` allows (alphagov/search-api, July
# 2026).
DEFAULT_COUNT: Final = 10
MAX_RESULTS: Final = 1_500
MAX_ORGANISATIONS: Final = 50


def request(source: Source, address: str) -> Request:
    """A request to the Search API (`/api/search.json?…`) or the Content API (`/api/content/…`)."""
    return api_request(address)


def read(source: Source, fetched: Fetched) -> ParsedPage:
    """The results of a search, or one document, with the requests that complete them.

    A search names its next page and the newest documents found. A document that the source watches names the
    members of a collection and the attachments that are pages; a document that was looked up names nothing.
    Raises SourceError as `read_json` does, and NOT_A_FEED for other JSON.
    """
    value = _object(json_answer.read_json(fetched))
    if split_address(fetched.url).path.startswith(SEARCH_API):
        found = read_results(fetched.url, value)
        return ParsedPage(entries=found, next_requests=search_requests(fetched.url, value, found))
    entry = read_document(fetched.url, value)
    watched = fetched.url in {source.address, *source.fallbacks}
    return ParsedPage(
        entries=(entry,), next_requests=document_requests(fetched.url, value, entry) if watched else ()
    )


def single_document_link(source: Source, address: str) -> str | None:
    """The page of the document at an address of the Content API; None for a search."""
    path = split_address(address).path
    return page_address(path.removeprefix(CONTENT_API), address) if path.startswith(CONTENT_API) else None


def _object(value: object) -> JsonObject:
    if isinstance(value, dict):
        return value
    raise SourceError(
        Cause.NOT_A_FEED,
        "JSON came that is neither a search nor a document of GOV.UK",
        "compare the address with /api/search.json?… and /api/content/…",
    )


def read_results(url: str, value: JsonObject) -> tuple[RawEntry, ...]:
    """The results of one page of a search. Raises SourceError for JSON without results.

    `updated` is the publisher's `public_timestamp`, which moves for major updates only.
    """
    results = value.get("results")
    if not isinstance(results, list):
        raise SourceError(
            Cause.NOT_A_FEED,
            "the answer has no 'results', so it is no search of GOV.UK",
            "compare the address with https://www.gov.uk/api/search.json?q=open+government",
        )
    found = enumerate(objects_in(results, MAX_RESULTS), _parameter(url, "start", 0) + 1)
    return tuple(_entry(number, result, url) for number, result in found)


def search_requests(url: str, value: JsonObject, found: tuple[RawEntry, ...]) -> tuple[Request, ...]:
    """The request for the next page, up to the limit; from the first page also those for the newest
    documents.

    Results of later pages are not looked up: each would cost a request at every poll.
    """
    start, count = _parameter(url, "start", 0), _parameter(url, "count", DEFAULT_COUNT)
    after = start + len(found)
    # A page with fewer results than `count` is the last.
    more = count <= len(found) and after < min(_digits(text_at(value, "total")), MAX_PAGES * count)
    next_page = (api_request(_with_start(url, after)),) if more else ()
    return next_page + (_document_requests(url, found) if start == 0 else ())


def _document_requests(url: str, found: tuple[RawEntry, ...]) -> tuple[Request, ...]:
    newest = sorted(found, key=lambda entry: entry.updated or "", reverse=True)
    return lookup_requests((entry.link for entry in newest if entry.link), url)[:MAX_LOOKUPS]


def _entry(number: int, result: JsonObject, url: str) -> RawEntry:
    link, updated = text_at(result, "link"), text_at(result, "public_timestamp")
    note = text_at(result, "latest_change_note")
    organisations = objects_at(result, "organisations", MAX_ORGANISATIONS)
    return RawEntry(
        item_name=f"result {number}",
        id=link,
        link=page_address(link, url) if link else None,
        title=text_at(result, "title"),
        summary=text_at(result, "description"),
        summary_is_html=False,
        updated=updated,
        closes=text_at(result, "end_date"),
        type=text_at(result, "display_type") or display_type(text_at(result, "content_store_document_type")),
        categories=tuple(name for each in organisations if (name := text_at(each, "title"))),
        content_id=text_at(result, "content_id"),
        notes=(RawNote(at=updated, text=html.unescape(note)),) if note else (),
        partial=True,
    )


def _parameter(address: str, name: str, default: int) -> int:
    values = parse_qs(split_address(address).query).get(name)
    return _digits(values[0]) if values else default


def _digits(written: str | None) -> int:
    return int(written) if written and re.fullmatch(r"[0-9]{1,9}", written) else 0


def _with_start(address: str, start: int) -> str:
    """The same search, starting at another result. The other parameters stay as the operator wrote them."""
    before, _, query = address.partition("?")
    pairs = [pair for pair in query.split("&") if pair and not pair.startswith("start=")]
    return f"{before}?{'&'.join((*pairs, f'start={start}'))}"
