"""Where a document stands: its official page, and our own page for a record that has none."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from aggregator.model import Entry, Site
from aggregator.publish.words import clean

_FILE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def web(address: str | None) -> str | None:
    """The address if it is an http(s) one that may stand in a link, else None (`javascript:`, `file:`)."""
    spotless = clean(address or "").strip()
    try:
        parts = urlsplit(spotless)
    except ValueError:
        return None
    return spotless if parts.scheme in {"http", "https"} and parts.netloc else None


def host(address: str) -> str:
    """The host of an http(s) address as people know it: without `www.` and port."""
    return (urlsplit(address).hostname or "").removeprefix("www.")


def record_path(entry: Entry) -> str | None:
    """Our page of a record without a page of its own, relative to the output folder; else None."""
    if entry.url is not None or not entry.key.startswith("record:"):
        return None
    name = entry.key.removeprefix("record:")
    if not _FILE_NAME.fullmatch(name):
        name = entry.id.removeprefix("urn:uuid:")
    return f"records/{name}.html"


def permanent(site: Site, entry: Entry) -> str:
    """The absolute address to follow for a document: the publisher's page, else ours."""
    return web(entry.url) or site.base_url + (record_path(entry) or "")
