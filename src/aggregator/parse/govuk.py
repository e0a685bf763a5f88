"""Reads GOV.UK: searches by its Search API, documents and collections by its Content API."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from aggregator.errors import Cause, SourceError
from aggregator.model import Fetched, Page, Request, Source
from aggregator.parse import json_answer
from aggregator.parse.govuk_document import follow_document, read_document
from aggregator.parse.govuk_search import follow_search, read_results
from aggregator.parse.govuk_terms import SEARCH_API
from aggregator.parse.json_answer import Object

PAUSE: Final = timedelta(milliseconds=100)
"""GOV.UK allows its Content API ten requests a second (alphagov/govuk-content-api-docs, 2026), so the usual
pause of a host is not kept: a search with its documents would take minutes."""


def request(source: Source, address: str) -> Request:
    """An address of the Search API (`/api/search.json?…`) or of the Content API (`/api/content/…`)."""
    return Request(url=address, pause=PAUSE, accept=json_answer.ACCEPT)


def read(source: Source, fetched: Fetched) -> Page:
    """The results of a search or one document; `follow` leads to what completes them.

    A search leads to its next pages and to the newest documents found. A document that the source watches
    leads to the members of a collection and to attachments that are pages; one that was only led to leads
    nowhere. Raises SourceError as `read_json` does, and NOT_A_FEED for JSON in another form.
    """
    answer = _object(json_answer.read_json(fetched))
    if urlsplit(fetched.url).path.startswith(SEARCH_API):
        found = read_results(fetched.url, answer)
        return Page(entries=found, follow=_requests(source, follow_search(fetched.url, answer, found)))
    entry = read_document(fetched.url, answer)
    watched = fetched.url in {source.address, *source.fallbacks}
    led = follow_document(fetched.url, answer, entry) if watched else ()
    return Page(entries=(entry,), follow=_requests(source, led))


def _object(answer: object) -> Object:
    if isinstance(answer, dict):
        return answer
    raise SourceError(
        Cause.NOT_A_FEED,
        "JSON came that is neither a search nor a document of GOV.UK",
        "compare the address with /api/search.json?… and /api/content/…",
    )


def _requests(source: Source, addresses: tuple[str, ...]) -> tuple[Request, ...]:
    return tuple(request(source, address) for address in addresses)
