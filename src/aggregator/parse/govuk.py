"""Reads GOV.UK: searches by its Search API, documents and collections by its Content API."""

from __future__ import annotations

from aggregator.errors import Cause, SourceError
from aggregator.model import Fetched, Page, Request, Source
from aggregator.model.addresses import split_address
from aggregator.parse import json_answer
from aggregator.parse.govuk_document import follow_document, read_document
from aggregator.parse.govuk_search import follow_search, read_results
from aggregator.parse.govuk_terms import CONTENT_API, SEARCH_API, ask, page_address
from aggregator.parse.json_answer import Object


def request(source: Source, address: str) -> Request:
    """An address of the Search API (`/api/search.json?…`) or of the Content API (`/api/content/…`)."""
    return ask(address)


def read(source: Source, fetched: Fetched) -> Page:
    """The results of a search or one document; `follow` leads to what completes them.

    A search leads to its next pages and to the newest documents found. A document that the source watches
    leads to the members of a collection and to attachments that are pages; one that was only led to leads
    nowhere. Raises SourceError as `read_json` does, and NOT_A_FEED for JSON in another form.
    """
    answer = _object(json_answer.read_json(fetched))
    if split_address(fetched.url).path.startswith(SEARCH_API):
        found = read_results(fetched.url, answer)
        return Page(entries=found, follow=follow_search(fetched.url, answer, found))
    entry = read_document(fetched.url, answer)
    watched = fetched.url in {source.address, *source.fallbacks}
    return Page(entries=(entry,), follow=follow_document(fetched.url, answer, entry) if watched else ())


def single(source: Source, address: str) -> str | None:
    """The page of the one document that an address of the Content API tells of; None for a search."""
    path = split_address(address).path
    return page_address(path.removeprefix(CONTENT_API), address) if path.startswith(CONTENT_API) else None


def _object(answer: object) -> Object:
    if isinstance(answer, dict):
        return answer
    raise SourceError(
        Cause.NOT_A_FEED,
        "JSON came that is neither a search nor a document of GOV.UK",
        "compare the address with /api/search.json?… and /api/content/…",
    )
