"""Reads one document of GOV.UK's Content API: dates, text, history, translations, and whether it is gone."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Final

from aggregator.errors import Cause, SourceError
from aggregator.model import RawEntry, RawLink, RawNote, RawRemoval, RemovalKind, Request
from aggregator.parse.decode import json_answer
from aggregator.parse.decode.json_answer import Object, object_of, objects_of, text
from aggregator.parse.html.dom import FILES, attribute, file_type, soup, words
from aggregator.values.web_addresses import join_address, split_address

PAUSE: Final = timedelta(milliseconds=100)
"""GOV.UK allows its Content API ten requests a second (alphagov/govuk-content-api-docs, 2026), so the usual
pause of a host is not kept: a search with its documents would take minutes."""

CONTENT_API: Final = "/api/content"
SEARCH_API: Final = "/api/search"

PATH: Final = re.compile(r"(?:/[A-Za-z0-9._~%-]+)+")
"""The path of a document as GOV.UK makes it; nothing else is asked for."""

TYPE_WORDS: Final = {
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


MOST: Final = 200
"""How many entries of each list in a document are kept; the longest seen has 84 (board members, 2020)."""
MEMBERS: Final = 40
PAGES: Final = 20
"""How many members of a collection, and how many attachments that are pages, are looked up."""
LARGEST: Final = 2_000
"""How many members of a collection are looked through for the newest."""

PARTS: Final = (
    ("final_outcome_detail", "Detail of outcome"),
    ("outcome_detail", "Detail of outcome"),
    ("public_feedback_detail", "Detail of feedback received"),
)
"""What stands beside the body of a consultation (and, `outcome_detail`, of a call for evidence) once it has
been answered, and the heading under which GOV.UK shows it."""

PERSONAL: Final = {"working_group"}
"""Types whose body lists private persons by name (the members of a group, seen 2015): it is left out."""


PAGE: Final = "text/html"
MOST_FILES: Final = 100
LONGEST_PIECE: Final = 10_000
"""Attachments that are read, and characters of a piece of HTML; the pieces seen have 2,600 (2016)."""

PIECES: Final = ("documents", "final_outcome_documents", "public_feedback_documents", "outcome_documents")
"""Lists of pieces of HTML, one for each attachment: in publications, consultations and calls for evidence."""
TITLE: Final = ".attachment-details .title a[href], .title a[href]"

TYPES: Final = {**FILES, "": PAGE, ".html": PAGE, ".txt": "text/plain", ".xml": "application/xml"}
"""By the ending of the address, where the publisher names no type (IANA's registered names)."""


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
    return TYPE_WORDS.get(document_type) or document_type.replace("_", " ").capitalize()


def read_document(asked: str, document: Object) -> RawEntry:
    """The document. One that is gone or was moved has neither title nor text, only its link and its removal.

    `published` is `first_published_at`, else the older `details.first_public_at`; `updated` is
    `public_updated_at`, which moves for major updates. The technical `updated_at` is never read. Raises
    SourceError (NOT_A_FEED) for JSON that is no document.
    """
    path = text(document, "base_path")
    if not path:
        raise SourceError(
            Cause.NOT_A_FEED,
            "the answer holds no 'base_path', so it is no document of GOV.UK",
            "compare the address with https://www.gov.uk/api/content/ and the path of the document's page",
        )
    link = page_address(path, asked)
    removal = _departure(document, link)
    return _removed(path, link, document, removal) if removal else _standing(path, link, document)


def follow_document(asked: str, document: Object, entry: RawEntry) -> tuple[Request, ...]:
    """The members of a collection, newest first, and the attachments that are pages of their own.

    An update of a member or of such a page does not touch the document that leads there (seen 2026).
    """
    members = objects_of(object_of(document, "links"), "documents", LARGEST)
    members.sort(key=lambda member: text(member, "public_updated_at") or "", reverse=True)
    pages = [link.href for link in entry.links if link.rel == "enclosure" and link.type == PAGE]
    found = [page_address(path, asked) for member in members[:MEMBERS] if (path := text(member, "base_path"))]
    return look_up((*found, *pages[:PAGES]), asked)


def _removed(path: str, link: str, document: Object, removal: RawRemoval) -> RawEntry:
    return RawEntry(
        where=path,
        id=path,
        link=link,
        language=text(document, "locale"),
        content_id=text(document, "content_id"),
        removal=removal,
    )


def _standing(path: str, link: str, document: Object) -> RawEntry:
    details, links = object_of(document, "details"), object_of(document, "links")
    return RawEntry(
        where=path,
        id=path,
        link=link,
        title=text(document, "title"),
        summary=text(document, "description"),
        summary_is_html=False,
        content="\n".join(_content(document, details)) or None,
        published=text(document, "first_published_at") or text(details, "first_public_at"),
        updated=text(document, "public_updated_at"),
        opens=text(details, "opening_date"),
        closes=text(details, "closing_date"),
        type=display_type(text(document, "document_type")),
        categories=tuple(
            name for each in objects_of(links, "organisations", MOST) if (name := text(each, "title"))
        ),
        language=text(document, "locale"),
        base=link,
        links=(*read_attachments(details, link), *_parent(document, link)),
        content_id=text(document, "content_id"),
        translations=tuple(_translations(document, link)),
        notes=_notes(document, details),
        removal=_withdrawal(document),
    )


def _content(document: Object, details: Object) -> Iterator[str]:
    if text(document, "document_type") in PERSONAL:
        return
    if body := text(details, "body"):
        yield _block(body)
    groups = [
        (text(group, "title"), text(group, "body"))
        for group in objects_of(details, "collection_groups", MOST)
    ]
    answers = [(heading, text(details, key)) for key, heading in PARTS]
    for heading, said in (*groups, *answers):
        if heading and said:
            yield f"<h2>{html.escape(heading, quote=False)}</h2>"
        if said:
            yield _block(said)


def _block(markup: str) -> str:
    """These fields are HTML, but some hold bare text (seen in the outcome of a call for evidence, 2016)."""
    return markup if "<" in markup else f"<p>{markup}</p>"


def _notes(document: Object, details: Object) -> tuple[RawNote, ...]:
    """The history, newest first; an announcement of statistics has only its latest note."""
    history = objects_of(details, "change_history", MOST)
    notes = [
        RawNote(at=text(change, "public_timestamp"), text=" ".join(html.unescape(note).split()))
        for change in history
        if (note := text(change, "note"))
    ]
    if not notes and (latest := text(details, "latest_change_note")):
        notes = [RawNote(at=text(document, "public_updated_at"), text=html.unescape(latest))]
    return tuple(sorted(notes, key=lambda note: note.at or "", reverse=True))


def _translations(document: Object, link: str) -> Iterator[RawLink]:
    """GOV.UK names the document itself among its translations."""
    own = text(document, "locale")
    for each in objects_of(object_of(document, "links"), "available_translations", MOST):
        language, path = text(each, "locale"), text(each, "base_path")
        if path and language and language != own:
            yield RawLink(href=page_address(path, link), title=text(each, "title"), language=language)


def _parent(document: Object, link: str) -> Iterator[RawLink]:
    """The publication that an HTML attachment belongs to; elsewhere `parent` is only a place in a menu."""
    if text(document, "document_type") != "html_publication":
        return
    for parent in objects_of(object_of(document, "links"), "parent", 1):
        if path := text(parent, "base_path"):
            href = page_address(path, link)
            yield RawLink(href=href, rel="related", type=PAGE, title=text(parent, "title"))


def _withdrawal(document: Object) -> RawRemoval | None:
    """A withdrawn document stays readable and keeps its type; a live one has an empty notice or none."""
    notice = object_of(document, "withdrawn_notice")
    if not notice:
        return None
    return RawRemoval(
        kind=RemovalKind.WITHDRAWN, at=text(notice, "withdrawn_at"), note=text(notice, "explanation")
    )


def _departure(document: Object, link: str) -> RawRemoval | None:
    """Gone and moved documents, which GOV.UK keeps as items without a title (captures and schema, 2022)."""
    at = text(document, "public_updated_at")
    match text(document, "schema_name"):
        case "gone":
            details = object_of(document, "details")
            instead = text(details, "alternative_path")
            to = page_address(instead, link) if instead else None
            return RawRemoval(kind=RemovalKind.GONE, at=at, note=text(details, "explanation"), to=to)
        case "redirect":
            targets = objects_of(document, "redirects", MOST)
            own = [each for each in targets if text(each, "path") == text(document, "base_path")]
            target = next((to for each in (*own, *targets) if (to := text(each, "destination"))), None)
            return RawRemoval(
                kind=RemovalKind.REDIRECTED, at=at, to=page_address(target, link) if target else None
            )
    return None


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
    for each in objects_of(details, "attachments", MOST_FILES):
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
    for piece in islice(_pieces(details), MOST_FILES):
        markup = f"<div>{piece[:LONGEST_PIECE]}"
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
