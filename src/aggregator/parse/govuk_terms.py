"""GOV.UK's own terms: the addresses of a document and of its data, and its words for types of document."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urljoin, urlsplit

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


def page_address(path: str, asked: str) -> str:
    """The page for people at `path`, on the host that was asked.

    The Search API writes most links as a path, some without the leading slash and some as a whole address
    (alphagov/search-api, 2026-07). What cannot be joined comes back as it was written.
    """
    parts = urlsplit(asked)
    try:
        return urljoin(f"{parts.scheme}://{parts.netloc}/", path)
    except ValueError:
        return path


def data_address(page: str, asked: str) -> str | None:
    """Where the Content API tells about `page`; None for a page that is not on the host that was asked."""
    try:
        parts, host = urlsplit(page), urlsplit(asked)
    except ValueError:
        return None
    if (parts.scheme, parts.netloc) != (host.scheme, host.netloc) or not PATH.fullmatch(parts.path):
        return None
    return f"{host.scheme}://{host.netloc}{CONTENT_API}{parts.path}"


def display_type(document_type: str | None) -> str | None:
    """GOV.UK's words for a document type: `open_consultation` is shown as `Open consultation`."""
    if not document_type:
        return None
    return WORDS.get(document_type) or document_type.replace("_", " ").capitalize()
