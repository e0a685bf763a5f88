"""Where a document stands: its official page, and our own page for a record that has none."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from aggregator.model import Entry, Site
from aggregator.publish.words import clean

_BREAKS: Final = str.maketrans("", "", "\t\r\n")
"""Browsers leave them out of an address (WHATWG URL, 4.4); in a calendar they would end a line."""


def web(address: str | None) -> str | None:
    """The address if it is an http(s) one that may stand in a link, else None (`javascript:`, `file:`)."""
    spotless = clean(address or "").translate(_BREAKS).strip()
    try:
        parts = urlsplit(spotless)
    except ValueError:
        return None
    return spotless if parts.scheme in {"http", "https"} and parts.netloc else None


def host(address: str) -> str:
    """The host of an http(s) address as people know it: without `www.` and port."""
    return (urlsplit(address).hostname or "").removeprefix("www.")


def permanent(site: Site, entry: Entry) -> str:
    """The absolute address to follow for a document: the publisher's page, else ours."""
    return web(entry.url) or site.base_url + (entry.own_page or "")


def entry_page(id: str) -> str:
    """Where the permanent page of a document stands, by the document's id."""
    return f"entries/{id.removeprefix('urn:uuid:')}.html"
