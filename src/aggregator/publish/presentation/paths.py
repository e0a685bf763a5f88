"""Where a document stands: its official page, its permanent page here, and the pages that list it."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Final

from aggregator.model import FILE_NAME, Entry, Site
from aggregator.values.text import tidy
from aggregator.values.web_addresses import split_address

ARCHIVE: Final = "https://web.archive.org/web/"
"""The Internet Archive's Wayback Machine; after it stand an instant and an address."""


LONGEST: Final = 8000
"""The longest address that is linked; longer ones need not be understood (RFC 9110, 4.1)."""


class Facet(StrEnum):
    """By what documents are listed; each is a folder of pages, and of feeds with the same names."""

    BODY = "bodies"
    NATION = "nations"
    TOPIC = "topics"
    TYPE = "types"
    PLAN = "plans"
    ROLE = "roles"


_BREAKS: Final = str.maketrans("", "", "\t\r\n")
"""Browsers leave them out of an address (WHATWG URL, 4.4); in a calendar they would end a line."""


def web(address: str | None) -> str | None:
    """The address if it is an http(s) one that may stand in a link, else None (`javascript:`, `file:`)."""
    if len(address or "") > LONGEST:
        return None
    spotless = tidy(address or "").translate(_BREAKS).strip()
    parts = split_address(spotless)
    return spotless if parts.scheme in {"http", "https"} and parts.netloc else None


def permanent(site: Site, entry: Entry) -> str:
    """The absolute address to follow for a document: the publisher's page, else ours."""
    return web(entry.url) or site.base_url + (entry.own_page or "")


def entry_page(entry: Entry) -> str:
    """Our own page of a document, relative to the output folder. It is never reused."""
    return entry.own_page or id_page(entry.id)


def id_page(id: str) -> str:
    """Where our page of the document with this id stands, unless it is a record that stands alone."""
    return f"entries/{_file_name(id.removeprefix('urn:uuid:'))}.html"


def shelf_name(shelf: Facet, id: str) -> str:
    """By what the files of a body, nation, topic, type, plan or role are named, before their endings."""
    return f"{shelf}/{_file_name(id)}"


def shelf_page(shelf: Facet, id: str) -> str:
    """The page that lists what belongs to a body, nation, topic, type, plan or role."""
    return f"{shelf_name(shelf, id)}.html"


def month_page(name: str) -> str:
    """The page of a month (`2026-06`) or of a year (`2026`) in the archive."""
    return f"{'months' if '-' in name else 'years'}/{name}.html"


def archived(address: str, at: datetime) -> str:
    """The Wayback Machine's copy of a page that is nearest to an instant, if it has one."""
    return f"{ARCHIVE}{at:%Y%m%d%H%M%S}/{address}"


def _file_name(id: str) -> str:
    """The id itself where it may be a file's name, else a name made from it."""
    return id if FILE_NAME.fullmatch(id) else str(uuid.uuid5(uuid.NAMESPACE_OID, ascii(id)))
