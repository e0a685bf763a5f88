"""One document as a row of a page: its title, links, dates, labels and marks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import Document, Moment, Relevance, Snapshot, Translation
from aggregator.model.days import COARSE, day_of
from aggregator.publish.presentation.dates import (
    FormattedDate,
    document_day,
    format_day,
    format_moment,
    format_time,
    undated_text,
)
from aggregator.publish.presentation.paths import Facet, document_page_path, facet_page_path, web_url
from aggregator.publish.presentation.text import clean_line, clean_title, display_name
from aggregator.values.web_addresses import host_of

# How long a row is marked as new or changed.
NEW_FOR: Final = timedelta(days=7)

# The longest title that a row shows, in characters.
MAX_TITLE_LENGTH: Final = 220


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """A document as a page lists it; every text is clean, but not yet escaped."""

    title: str
    language: str
    # The official page, or without one our own page, relative to the front page.
    href: str
    # Where the link leads: the host's name, or `our record`.
    link_label: str
    # The path of our own page of it, relative to the front page.
    page: str
    # The name that the body had on the day of the document.
    body: str
    body_page: str | None
    type: str
    type_page: str | None
    borderline: bool
    # Its own date without a time; without a date of its own, the day on which we first saw it.
    day: FormattedDate
    time: FormattedDate | None
    # Said in place of `day` where it has no date of its own, else empty.
    undated: str
    first_seen: FormattedDate
    new: bool
    changed: FormattedDate | None
    # How it was removed (`withdrawn`, `gone` …); empty if it is still there.
    removed: str
    translations: tuple[Translation, ...]
    # A remark on its date, such as `no date given`; mostly empty.
    note: str


def document_row(document: Document, snapshot: Snapshot) -> DocumentRow:
    """The row of a document."""
    entry, zone = document.entry, snapshot.site.timezone
    official, type = web_url(entry.url), document.labels.type
    # A date to come is in the note and has no time.
    own_date = past_date(document, snapshot.at)
    return DocumentRow(
        title=clean_title(entry.title, MAX_TITLE_LENGTH),
        language=clean_line(entry.language),
        href=official or document_page_path(entry),
        link_label=host_of(official) if official else "our record",
        page=document_page_path(entry),
        body=body_name(snapshot, entry.body, document_day(document, zone)),
        body_page=facet_page_path(Facet.BODY, entry.body) if entry.body in snapshot.bodies else None,
        type=display_name(type, snapshot.types),
        type_page=facet_page_path(Facet.TYPE, type) if type in snapshot.types else None,
        borderline=document.labels.relevance is Relevance.BORDERLINE,
        day=_day_shown(document, zone),
        time=format_time(own_date, zone) if own_date else None,
        undated="" if document.dated else undated_text(document.first_seen, zone),
        first_seen=format_day(day_of(document.first_seen, zone)),
        # What was there at a source's first poll is new to us only.
        new=not document.backlog and snapshot.at - document.first_seen <= NEW_FOR,
        changed=_recent_change(document, snapshot.at, zone),
        removed=str(document.removal.kind) if document.removal else "",
        translations=tuple(translation for translation in entry.translations if web_url(translation.url)),
        note=_date_note(document, snapshot.at, zone),
    )


def past_date(document: Document, at: datetime) -> Moment | None:
    """The document's own date; None if it has none or if the date is after `at`."""
    return document.dated if document.dated and document.dated.at <= at else None


def body_name(snapshot: Snapshot, id: str, day: date | None = None) -> str:
    """The name of a body, as of `day` if given; its id if the register no longer has it."""
    # Documents outlive the register: a body may be removed from it while its documents stay.
    body = snapshot.bodies.get(id)
    name = body.name_on(day) if body and day else body.name if body else id
    return clean_line(name, MAX_TITLE_LENGTH)


def _day_shown(document: Document, zone: ZoneInfo) -> FormattedDate:
    own_date = document.dated
    if own_date and own_date.precision in COARSE:
        return format_moment(own_date, zone)
    return format_day(document_day(document, zone))


def _recent_change(document: Document, at: datetime, zone: ZoneInfo) -> FormattedDate | None:
    last_revision = document.revision_times[-1] if document.revision_times else None
    return (
        format_day(day_of(last_revision, zone)) if last_revision and at - last_revision <= NEW_FOR else None
    )


def _date_note(document: Document, at: datetime, zone: ZoneInfo) -> str:
    if document.dated is None:
        return "no date given"
    return "" if document.dated.at <= at else f"dated ahead: {format_moment(document.dated, zone).text}"
