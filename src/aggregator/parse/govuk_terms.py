"""GOV.UK's own terms: how its APIs are asked, addresses of documents, words for types of document."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from aggregator.model import Request
from aggregator.model.addresses import join_address, split_address
from aggregator.parse import json_answer

PAUSE: Final = timedelta(milliseconds=100)
"""GOV.UK allows its Content API ten requests a second (alphagov/govuk-content-api-docs, 2026), so the usual
pause of a host is not kept: a search with its documents would take minutes."""

CONTENT_API: Final = "/api/content"
SEARCH_API: Final = "/api/search"

PATH: Final = re.compile(r"(?:/[A-Za-z0-9._~%-]+)+")
"""The path of a document as GOV.UK makes it; nothing else is asked for."""

WORDS: Final = {
    "detailed_guide": "Guidance",
    "document_collection": "Collection",
    "foi_release": "FOI release",
    "html_publication": "HTML publication",
    "oral_statement": "Oral statement to Parliament",
    "promotional": "Promotional material",
    "research": "Research and analysis",
    "transparency": "Transparency data",
    "written_statement": "Written statement to Parliament",
}
"""Types whose display words (alphagov/frontend, locale file, 2024) are not simply their own words."""


def ask(address: str, about: str | None = None) -> Request:
    """A request to one of GOV.UK's APIs; `about` is the page of the document that it tells more of."""
    return Request(url=address, pause=PAUSE, accept=json_answer.ACCEPT, about=about)


def look_up(pages: Iterable[str], asked: str) -> tuple[Request, ...]:
    """What asks the Content API about each of `pages`, once; pages on other hosts are left out."""
    addresses = {page: address for page in pages if (address := data_address(page, asked))}
    return tuple(ask(address, about=page) for page, address in addresses.items())


def page_address(path: str, asked: str) -> str:
    """The page for people at `path`, on the host that was asked.

    The Search API writes most links as a path, some without the leading slash and some as a whole address
    (alphagov/search-api, 2026-07). What cannot be joined comes back as it was written.
    """
    parts = split_address(asked)
    return join_address(f"{parts.scheme}://{parts.netloc}/", path)


def data_address(page: str, asked: str) -> str | None:
    """Where the Content API tells about `page`; None for a page that is not on the host that was asked."""
    parts, host = split_address(page), split_address(asked)
    if (parts.scheme, parts.netloc) != (host.scheme, host.netloc) or not PATH.fullmatch(parts.path):
        return None
    return f"{host.scheme}://{host.netloc}{CONTENT_API}{parts.path}"


def display_type(document_type: str | None) -> str | None:
    """GOV.UK's words for a document type: `open_consultation` is shown as `Open consultation`."""
    if not document_type:
        return None
    return WORDS.get(document_type) or document_type.replace("_", " ").capitalize()
