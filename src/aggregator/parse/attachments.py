"""Finds the files that a page links to: PDF, documents, spreadsheets, data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final

from aggregator.model import RawLink
from aggregator.model.addresses import split_address
from aggregator.parse.html import Tag, attribute, seen_from, select, words

FILES: Final[Mapping[str, str]] = {
    ".csv": "text/csv",
    ".doc": "application/msword",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".json": "application/json",
    ".odp": "application/vnd.oasis.opendocument.presentation",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".pdf": "application/pdf",
    ".ppt": "application/vnd.ms-powerpoint",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".rtf": "application/rtf",
    ".xls": "application/vnd.ms-excel",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
}
"""Registered names (IANA) of the files that publishers attach, by the ending of the address."""

MOST: Final = 100


def find_attachments(main: Tag, base: str) -> tuple[RawLink, ...]:
    """The files to which the text links, each address once, with the words of its first link."""
    found: dict[str, RawLink] = {}
    for link in select(main, "a[href]"):
        href = seen_from(base, attribute(link, "href"))
        media_type = file_type(href)
        if media_type and len(found) < MOST:
            title = words(link) or None
            found.setdefault(href, RawLink(href=href, rel="enclosure", type=media_type, title=title))
    return tuple(found.values())


def file_type(href: str, known: Mapping[str, str] = FILES) -> str | None:
    """The media type of a file, by the ending of its address; None for one that is not `known`, as a page."""
    parts = split_address(href)
    return known.get(PurePosixPath(parts.path).suffix.lower()) if parts.netloc else None
