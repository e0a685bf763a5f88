"""Addresses and paths of documents: the official page, our permanent page, and the pages that list them."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Final

from aggregator.model import FILE_NAME, Entry, Site
from aggregator.values.text import remove_unwanted
from aggregator.values.web_addresses import split_address

# How an address of the Internet Archive's Wayback Machine starts; an instant and a page's address follow.
WAYBACK_MACHINE: Final = "https://web.archive.org/web/"


# The longest address that we link: software need not accept a longer one (RFC 9110, 4.1).
MAX_URL_LENGTH: Final = 8000


class Facet(StrEnum):
    """What documents are listed by."""

    # The values are folders in `output/` and parts of feed ids: they never change.
    BODY = "bodies"
    NATION = "nations"
    TOPIC = "topics"
    TYPE = "types"
    PLAN = "plans"
    ROLE = "roles"


# Browsers drop these characters from an address (WHATWG URL, 4.4), so `java\nscript:` would become a scheme;
# in a calendar they would end a line.
_LINE_BREAKS: Final = str.maketrans("", "", "\t\r\n")


def web_url(address: str | None) -> str | None:
    """The address, cleaned, if it is http or https and safe in a link; None for any other (`javascript:`)."""
    # A source may contain any address: call this before you publish one.
    if len(address or "") > MAX_URL_LENGTH:
        return None
    cleaned = remove_unwanted(address or "").translate(_LINE_BREAKS).strip()
    split = split_address(cleaned)
    return cleaned if split.scheme in {"http", "https"} and split.netloc else None


def document_url(site: Site, entry: Entry) -> str:
    """The absolute address of a document: the publisher's page, or ours if it has none."""
    return web_url(entry.url) or site.base_url + (entry.own_page or "")


def document_page_path(entry: Entry) -> str:
    """The path of our page of a document, relative to the output folder; it is permanent and never reused."""
    # Citations and mails link to it. A record without an official page has `records/NAME.html`.
    return entry.own_page or page_path_of_id(entry.id)


def page_path_of_id(id: str) -> str:
    """The path of our page of the document with this id, unless it is a record with a page of its own."""
    return f"entries/{_safe_file_name(id.removeprefix('urn:uuid:'))}.html"


def facet_file_stem(facet: Facet, id: str) -> str:
    """The path, without suffix, of a facet value's page, feeds and calendar, such as `topics/lobbying`."""
    return f"{facet}/{_safe_file_name(id)}"


def facet_page_path(facet: Facet, id: str) -> str:
    """The path of the page that lists the documents of a value of a facet."""
    return f"{facet_file_stem(facet, id)}.html"


def month_page_path(name: str) -> str:
    """The path of the archive page of a month (`2026-06`) or year (`2026`)."""
    return f"{'months' if '-' in name else 'years'}/{name}.html"


def board_month_path(month: str) -> str:
    """The path of the page with the board of the last day of a month (`2026-06`)."""
    return f"board/{month}.html"


def wayback_url(address: str, at: datetime) -> str:
    """The address where the Wayback Machine shows its copy of a page nearest to an instant, if it has one."""
    return f"{WAYBACK_MACHINE}{at:%Y%m%d%H%M%S}/{address}"


def _safe_file_name(id: str) -> str:
    """The id if it is safe as a file name, else a UUID made from it."""
    # Ids come from other people's feeds: one with slashes or dots must not choose where we write.
    return id if FILE_NAME.fullmatch(id) else str(uuid.uuid5(uuid.NAMESPACE_OID, ascii(id)))
