"""Reads what is attached to a GOV.UK document, as data or, in older items, as pieces of HTML."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from aggregator.model import RawLink
from aggregator.parse.attachments import FILES, file_type
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

TYPES: Final = {**FILES, "": PAGE, ".html": PAGE, ".txt": "text/plain", ".xml": "application/xml"}
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
                or (PAGE if text(each, "attachment_type") == "html" else file_type(href, TYPES)),
                title=text(each, "title"),
                length=text(each, "file_size"),
            )


def _from_pieces(details: Object, page: str) -> Iterator[RawLink]:
    for piece in islice(_pieces(details), MOST):
        markup = f"<div>{piece[:LONGEST]}"
        title = soup(markup.encode("utf-8", "replace"), {}).select_one(TITLE)
        if title and (href := attribute(title, "href")):
            address = page_address(href, page)
            yield RawLink(
                href=address, rel="enclosure", type=file_type(address, TYPES), title=words(title) or None
            )


def _pieces(details: Object) -> Iterator[str]:
    for key in PIECES:
        listed = details.get(key)
        if isinstance(listed, list):
            yield from (piece for piece in listed if isinstance(piece, str))
