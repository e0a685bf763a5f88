"""Reads what is attached to a GOV.UK document, as data or, in older items, as pieces of HTML."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from aggregator.model import RawLink
from aggregator.parse.govuk_terms import page_address
from aggregator.parse.html import attribute, soup, words
from aggregator.parse.json_answer import Object, objects_of, text

PAGE: Final = "text/html"
MOST: Final = 100
LONGEST: Final = 10_000
"""Attachments that are read, and characters of a piece of HTML; the pieces seen have 2,600 (2016)."""

PIECES: Final = ("documents", "final_outcome_documents", "public_feedback_documents", "outcome_documents")
"""Lists of pieces of HTML, one for each attachment: in publications, consultations and calls for evidence."""
TITLE: Final = ".attachment-details .title a[href], .title a[href]"

TYPES: Final = {
    "": PAGE,
    ".csv": "text/csv",
    ".doc": "application/msword",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".html": PAGE,
    ".odp": "application/vnd.oasis.opendocument.presentation",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".pdf": "application/pdf",
    ".ppt": "application/vnd.ms-powerpoint",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".rtf": "application/rtf",
    ".txt": "text/plain",
    ".xls": "application/vnd.ms-excel",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xml": "application/xml",
    ".zip": "application/zip",
}
"""By the ending of the address, where the publisher names no type (IANA's registered names)."""


def read_attachments(details: Object, page: str) -> tuple[RawLink, ...]:
    """The attachments of a document's `details`, each once, addresses joined to its `page`.

    The length is the file's in bytes where the data gives it; a piece of HTML only says `357KB`, which is
    rounded and left out.
    """
    found: dict[str, RawLink] = {}
    for link in (*_from_data(details, page), *_from_pieces(details, page)):
        found.setdefault(link.href, link)
    return tuple(found.values())


def _from_data(details: Object, page: str) -> Iterator[RawLink]:
    for each in objects_of(details, "attachments", MOST):
        if url := text(each, "url"):
            href = page_address(url, page)
            yield RawLink(
                href=href,
                rel="enclosure",
                type=text(each, "content_type")
                or (PAGE if text(each, "attachment_type") == "html" else _type(href)),
                title=text(each, "title"),
                length=text(each, "file_size"),
            )


def _from_pieces(details: Object, page: str) -> Iterator[RawLink]:
    for piece in islice(_pieces(details), MOST):
        markup = f"<div>{piece[:LONGEST]}"
        title = soup(markup.encode("utf-8", "replace"), {}).select_one(TITLE)
        if title and (href := attribute(title, "href")):
            address = page_address(href, page)
            yield RawLink(href=address, rel="enclosure", type=_type(address), title=words(title) or None)


def _pieces(details: Object) -> Iterator[str]:
    for key in PIECES:
        listed = details.get(key)
        if isinstance(listed, list):
            yield from (piece for piece in listed if isinstance(piece, str))


def _type(address: str) -> str | None:
    try:
        path = urlsplit(address).path
    except ValueError:
        return None
    return TYPES.get(PurePosixPath(path).suffix.lower())
