"""Reads one document of GOV.UK's Content API: dates, text, history, translations and removal."""

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
from aggregator.parse.decode.json_answer import JsonObject, object_at, objects_at, text_at
from aggregator.parse.html.dom import FILE_TYPES, attribute, media_type_of, parse_html, visible_text
from aggregator.values.web_addresses import join_address, split_address

# GOV.UK allows ten requests a second and client to its Content API (alphagov/govuk-content-api-docs, 2026).
# With the usual pause a search with its documents would take minutes.
PAUSE: Final = timedelta(milliseconds=100)

CONTENT_API: Final = "/api/content"
SEARCH_API: Final = "/api/search"

# The form of GOV.UK's document paths. No other path is requested.
PATH: Final = re.compile(r"(?:/[A-Za-z0-9._~%-]+)+")

# Document types that GOV.UK displays in other words (alphagov/frontend, locale file, 2024).
DISPLAY_TYPES: Final = {
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


# Members of each list in a document that are read. The longest list seen has 84 (board members, 2020).
MAX_LIST: Final = 200
# Members of a collection, and attachments that are pages, that are looked up. Each costs a request.
MAX_MEMBERS: Final = 40
MAX_HTML_ATTACHMENTS: Final = 20
# Members of a collection among which the newest are looked for.
MAX_COLLECTION: Final = 2_000

# Texts beside the body of a consultation that has an outcome, each with GOV.UK's heading. `outcome_detail`
# also comes with calls for evidence.
OUTCOME_FIELDS: Final = (
    ("final_outcome_detail", "Detail of outcome"),
    ("outcome_detail", "Detail of outcome"),
    ("public_feedback_detail", "Detail of feedback received"),
)

# Types whose body names private persons (members of a group, seen in 2015). Their body is left out.
PERSONAL_TYPES: Final = {"working_group"}


HTML_TYPE: Final = "text/html"
MAX_FILES: Final = 100
# Characters of the HTML of one attachment. Those seen have 2,600 (2016).
MAX_PIECE: Final = 10_000

# Lists with the HTML of each attachment, in publications, consultations and calls for evidence.
HTML_LISTS: Final = ("documents", "final_outcome_documents", "public_feedback_documents", "outcome_documents")
TITLE_SELECTOR: Final = ".attachment-details .title a[href], .title a[href]"

# IANA's types by the ending of the address, for attachments without a type.
TYPE_BY_ENDING: Final = {
    **FILE_TYPES,
    "": HTML_TYPE,
    ".html": HTML_TYPE,
    ".txt": "text/plain",
    ".xml": "application/xml",
}


def api_request(address: str, about: str | None = None) -> Request:
    """A request to one of GOV.UK's APIs. `about` is the page of the document that it completes."""
    return Request(url=address, pause=PAUSE, accept=json_answer.ACCEPT, about=about)


def lookup_requests(pages: Iterable[str], url: str) -> tuple[Request, ...]:
    """Requests to the Content API for each of `pages`, once each. Pages on other hosts than `url` are left
    out."""
    addresses = {page: address for page in pages if (address := content_api_address(page, url))}
    return tuple(api_request(address, about=page) for page, address in addresses.items())


def page_address(path: str, url: str) -> str:
    """The page for people at `path`, on the host of `url`. What cannot be joined stays as written."""
    # The Search API writes most links as a path, but some without the leading slash, and some as an absolute
    # address (alphagov/search-api, July 2026).
    parts = split_address(url)
    return join_address(f"{parts.scheme}://{parts.netloc}/", path)


def content_api_address(page: str, url: str) -> str | None:
    """The address of `page` in the Content API; None for a page that is not on the host of `url`."""
    parts, host = split_address(page), split_address(url)
    if (parts.scheme, parts.netloc) != (host.scheme, host.netloc) or not PATH.fullmatch(parts.path):
        return None
    return f"{host.scheme}://{host.netloc}{CONTENT_API}{parts.path}"


def display_type(document_type: str | None) -> str | None:
    """GOV.UK's words for a document type, such as `Open consultation` for `open_consultation`."""
    if not document_type:
        return None
    return DISPLAY_TYPES.get(document_type) or document_type.replace("_", " ").capitalize()


def read_document(url: str, document: JsonObject) -> RawEntry:
    """The document. One that is gone or was moved has only its link and its removal.

    `published` is `first_published_at`, else the older `details.first_public_at`. `updated` is
    `public_updated_at`, which moves for major updates only. Raises SourceError (NOT_A_FEED) for JSON that is
    no document.
    """
    # Never read `updated_at`: it moves for technical changes that nobody sees.
    path = text_at(document, "base_path")
    if not path:
        raise SourceError(
            Cause.NOT_A_FEED,
            "the answer has no 'base_path', so it is no document of GOV.UK",
            "compare the address with https://www.gov.uk/api/content/ and the path of the document's page",
        )
    link = page_address(path, url)
    removal = _gone_or_moved(document, link)
    return _removed_entry(path, link, document, removal) if removal else _live_entry(path, link, document)


def document_requests(url: str, document: JsonObject, entry: RawEntry) -> tuple[Request, ...]:
    """Requests for the members of a collection, newest first, and for the attachments that are pages."""
    # An update of a member or an attachment does not touch the document that names it (seen in 2026).
    members = objects_at(object_at(document, "links"), "documents", MAX_COLLECTION)
    members.sort(key=lambda member: text_at(member, "public_updated_at") or "", reverse=True)
    pages = [link.href for link in entry.links if link.rel == "enclosure" and link.type == HTML_TYPE]
    found = [
        page_address(path, url) for member in members[:MAX_MEMBERS] if (path := text_at(member, "base_path"))
    ]
    return lookup_requests((*found, *pages[:MAX_HTML_ATTACHMENTS]), url)


def _removed_entry(path: str, link: str, document: JsonObject, removal: RawRemoval) -> RawEntry:
    return RawEntry(
        item_name=path,
        id=path,
        link=link,
        language=text_at(document, "locale"),
        content_id=text_at(document, "content_id"),
        removal=removal,
    )


def _live_entry(path: str, link: str, document: JsonObject) -> RawEntry:
    details, links = object_at(document, "details"), object_at(document, "links")
    return RawEntry(
        item_name=path,
        id=path,
        link=link,
        title=text_at(document, "title"),
        summary=text_at(document, "description"),
        summary_is_html=False,
        content="\n".join(_content(document, details)) or None,
        published=text_at(document, "first_published_at") or text_at(details, "first_public_at"),
        updated=text_at(document, "public_updated_at"),
        opens=text_at(details, "opening_date"),
        closes=text_at(details, "closing_date"),
        type=display_type(text_at(document, "document_type")),
        categories=tuple(
            name for each in objects_at(links, "organisations", MAX_LIST) if (name := text_at(each, "title"))
        ),
        language=text_at(document, "locale"),
        base=link,
        links=(*read_attachments(details, link), *_parent(document, link)),
        content_id=text_at(document, "content_id"),
        translations=tuple(_translations(document, link)),
        notes=_notes(document, details),
        removal=_withdrawal(document),
    )


def _content(document: JsonObject, details: JsonObject) -> Iterator[str]:
    if text_at(document, "document_type") in PERSONAL_TYPES:
        return
    if body := text_at(details, "body"):
        yield _block(body)
    groups = [
        (text_at(group, "title"), text_at(group, "body"))
        for group in objects_at(details, "collection_groups", MAX_LIST)
    ]
    outcomes = [(heading, text_at(details, key)) for key, heading in OUTCOME_FIELDS]
    for heading, markup in (*groups, *outcomes):
        if heading and markup:
            yield f"<h2>{html.escape(heading, quote=False)}</h2>"
        if markup:
            yield _block(markup)


def _block(markup: str) -> str:
    """The field as HTML. Some are plain text (seen in the outcome of a call for evidence, 2016)."""
    return markup if "<" in markup else f"<p>{markup}</p>"


def _notes(document: JsonObject, details: JsonObject) -> tuple[RawNote, ...]:
    """The history, newest first. An announcement of statistics has only its latest note."""
    history = objects_at(details, "change_history", MAX_LIST)
    notes = [
        RawNote(at=text_at(change, "public_timestamp"), text=" ".join(html.unescape(note).split()))
        for change in history
        if (note := text_at(change, "note"))
    ]
    if not notes and (latest := text_at(details, "latest_change_note")):
        notes = [RawNote(at=text_at(document, "public_updated_at"), text=html.unescape(latest))]
    return tuple(sorted(notes, key=lambda note: note.at or "", reverse=True))


def _translations(document: JsonObject, link: str) -> Iterator[RawLink]:
    """The document in other languages. GOV.UK lists the document itself among its translations."""
    own = text_at(document, "locale")
    for each in objects_at(object_at(document, "links"), "available_translations", MAX_LIST):
        language, path = text_at(each, "locale"), text_at(each, "base_path")
        if path and language and language != own:
            yield RawLink(href=page_address(path, link), title=text_at(each, "title"), language=language)


def _parent(document: JsonObject, link: str) -> Iterator[RawLink]:
    """The publication that an HTML attachment belongs to. In other types `parent` is a place in a menu."""
    if text_at(document, "document_type") != "html_publication":
        return
    for parent in objects_at(object_at(document, "links"), "parent", 1):
        if path := text_at(parent, "base_path"):
            href = page_address(path, link)
            yield RawLink(href=href, rel="related", type=HTML_TYPE, title=text_at(parent, "title"))


def _withdrawal(document: JsonObject) -> RawRemoval | None:
    """The withdrawal of a document that is still readable; None for a live one."""
    # A withdrawn document keeps its type, so only the notice shows it. A live one has an empty notice or
    # none.
    notice = object_at(document, "withdrawn_notice")
    if not notice:
        return None
    return RawRemoval(
        kind=RemovalKind.WITHDRAWN, at=text_at(notice, "withdrawn_at"), note=text_at(notice, "explanation")
    )


def _gone_or_moved(document: JsonObject, link: str) -> RawRemoval | None:
    """The removal of a document that is gone or moved; GOV.UK keeps these without a title (schema, 2022)."""
    at = text_at(document, "public_updated_at")
    match text_at(document, "schema_name"):
        case "gone":
            details = object_at(document, "details")
            instead = text_at(details, "alternative_path")
            to = page_address(instead, link) if instead else None
            return RawRemoval(kind=RemovalKind.GONE, at=at, note=text_at(details, "explanation"), to=to)
        case "redirect":
            targets = objects_at(document, "redirects", MAX_LIST)
            own = [each for each in targets if text_at(each, "path") == text_at(document, "base_path")]
            target = next((to for each in (*own, *targets) if (to := text_at(each, "destination"))), None)
            return RawRemoval(
                kind=RemovalKind.REDIRECTED, at=at, to=page_address(target, link) if target else None
            )
    return None


def read_attachments(details: JsonObject, page: str) -> tuple[RawLink, ...]:
    """The attachments in a document's `details`, each once, with addresses joined to its `page`.

    The length is in bytes. It is left out where only the HTML of the attachment gives a rounded one
    (`357KB`).
    """
    found: dict[str, RawLink] = {}
    for link in (*_from_attachments(details, page), *_from_html_lists(details, page)):
        found.setdefault(link.href, link)
    return tuple(found.values())


def _from_attachments(details: JsonObject, page: str) -> Iterator[RawLink]:
    for each in objects_at(details, "attachments", MAX_FILES):
        if url := text_at(each, "url"):
            href = page_address(url, page)
            yield RawLink(
                href=href,
                rel="enclosure",
                type=text_at(each, "content_type")
                or (
                    HTML_TYPE
                    if text_at(each, "attachment_type") == "html"
                    else media_type_of(href, TYPE_BY_ENDING)
                ),
                title=text_at(each, "title"),
                length=text_at(each, "file_size"),
            )


def _from_html_lists(details: JsonObject, page: str) -> Iterator[RawLink]:
    for piece in islice(_html_attachments(details), MAX_FILES):
        markup = f"<div>{piece[:MAX_PIECE]}"
        title = parse_html(markup.encode("utf-8", "replace"), {}).select_one(TITLE_SELECTOR)
        if title and (href := attribute(title, "href")):
            address = page_address(href, page)
            yield RawLink(
                href=address,
                rel="enclosure",
                type=media_type_of(address, TYPE_BY_ENDING),
                title=visible_text(title) or None,
            )


def _html_attachments(details: JsonObject) -> Iterator[str]:
    for key in HTML_LISTS:
        listed = details.get(key)
        if isinstance(listed, list):
            yield from (piece for piece in listed if isinstance(piece, str))
