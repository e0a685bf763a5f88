"""Notices: items for changes, removals and corrections of documents, and for alerts."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from html import escape
from typing import Final

from aggregator.model import Document, Link, Moment, Snapshot
from aggregator.model.alert_rules import Alert, AlertReason
from aggregator.model.licences import licence, may_show
from aggregator.publish.feeds.feed_sources import FeedSources
from aggregator.publish.feeds.history import FeedEvent
from aggregator.publish.feeds.items import OWN_LANGUAGE, FeedCategory, FeedItem, ItemLink
from aggregator.publish.presentation.corrections import CORRECTIONS_PAGE, Correction, corrections_in
from aggregator.publish.presentation.diff import diff_as_html
from aggregator.publish.presentation.edits import JoinedEdit, edits
from aggregator.publish.presentation.paths import document_page_path, page_path_of_id, web_url
from aggregator.publish.presentation.rows import body_name
from aggregator.publish.presentation.text import clean_line, clean_title, display_name, language_tag
from aggregator.values.text import remove_unwanted

ALERTS_FOLDER: Final = "alerts"

TITLE_PREFIXES: Final = {
    AlertReason.NEW: "",
    AlertReason.CHANGED: "Changed: ",
    AlertReason.REMOVED: "Removed: ",
    AlertReason.CLOSING: "Closing soon: ",
    AlertReason.CORRECTION: "Correction: ",
}


def change_events(snapshot: Snapshot) -> Iterator[FeedEvent]:
    """An event for each edit of each document, however many sources tell of it."""
    for document in snapshot.documents:
        for edit in edits(document):
            after = edit.after
            id = _notice_id(document.entry.id, f"{edit.carrier.source} {after.seen_at.isoformat()}")
            yield FeedEvent(
                id=id,
                at=after.seen_at,
                updated=after.seen_at,
                content_key=f"{after.number} {after.payload_sha256}",
                make_item=partial(_change_item, id, document, edit),
            )


def removal_events(snapshot: Snapshot) -> Iterator[FeedEvent]:
    """An event for each document that is removed at present."""
    for document in snapshot.documents:
        if document.removal:
            at = _removed_at(document)
            id = _notice_id(document.entry.id, f"removed {at.isoformat()}")
            yield FeedEvent(
                id=id,
                at=at,
                updated=at,
                content_key=repr(document.removal),
                make_item=partial(_removal_item, id, document, at),
            )


def correction_events(snapshot: Snapshot) -> Iterator[FeedEvent]:
    """An event for each label override and each retraction."""
    # "mark" and "retracted" are part of ids that are published already: they never change.
    for correction in corrections_in(snapshot):
        id = _notice_id(
            correction.document_id,
            "retracted" if correction.retracted else f"mark {correction.at.isoformat()}",
        )
        make_item = partial(_correction_item, id, correction)
        yield FeedEvent(
            id=id, at=correction.at, updated=correction.at, content_key=repr(correction), make_item=make_item
        )


def _notice_id(document_id: str, what: str) -> str:
    """The id of a notice: not the document's, since the notice is another item, but made from it."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{document_id}#{what}')}"


def _change_item(
    id: str,
    document: Document,
    edit: JoinedEdit,
    snapshot: Snapshot,
    sources: FeedSources,
) -> FeedItem:
    before, after = edit.before, edit.after
    # A difference shows both texts, so both licences must allow it.
    open_licence = may_show(before.entry.licence, after.entry.licence)
    parts = ", ".join(after.parts) or "not said"
    note = clean_line(after.note, 5000) if open_licence else ""
    diff = diff_as_html(before.entry, after.entry, snapshot.site.timezone, with_text=open_licence)
    publisher_note = f" The publisher says: {note}" if note else ""
    note_html = f"<p>{escape(publisher_note.strip())}</p>" if publisher_note else ""
    carrier_text = (
        f" Told by {source.title}." if (source := sources.by_source.get(edit.carrier.source)) else ""
    )
    return _notice_item(
        id=id,
        document=document,
        snapshot=snapshot,
        at=after.seen_at,
        title=f"Changed: {clean_title(after.entry.title)}",
        summary=f"Changed: {clean_line(parts)}.{publisher_note}{carrier_text}",
        content=f"<p>Changed: {escape(clean_line(parts))}.</p>{note_html}{diff}",
    )


def _removed_at(document: Document) -> datetime:
    """When we saw the removal: the last revision of a carrier that says so."""
    removal_times = [
        revision.seen_at
        for carrier in document.carriers
        for revision in carrier.revisions
        if revision.entry.removal
    ]
    return max(removal_times, default=document.updated)


def _removal_item(
    id: str, document: Document, at: datetime, snapshot: Snapshot, sources: FeedSources
) -> FeedItem:
    removal = document.removal
    kind = str(removal.kind) if removal else ""
    note = clean_line(removal.note, 5000) if removal and may_show(document.entry.licence) else ""
    to = web_url(removal.to) if removal else None
    publisher_note = f" The publisher says: {note}" if note else ""
    moved_html = f'<p>It now leads to <a href="{escape(to)}">{escape(to)}</a>.</p>' if to else ""
    summary = f"Taken away by its publisher ({kind}).{publisher_note}"
    return _notice_item(
        id=id,
        document=document,
        snapshot=snapshot,
        at=at,
        title=f"Removed ({kind}): {clean_title(document.entry.title)}",
        summary=summary,
        content=f"<p>{escape(summary)}</p>{moved_html}",
    )


def _notice_item(
    *,
    id: str,
    document: Document,
    snapshot: Snapshot,
    at: datetime,
    title: str,
    summary: str,
    content: str,
) -> FeedItem:
    entry = document.entry
    return FeedItem(
        id=id,
        title=title,
        url=snapshot.site.base_url + document_page_path(entry),
        updated=at,
        published=Moment(at=at),
        summary=clean_line(summary, 6000),
        content=remove_unwanted(content),
        rights=licence(entry.licence).rights,
        categories=_categories(entry.body, document.labels.type, snapshot),
        links=_official_link(entry.url),
    )


def _categories(body: str, type: str, snapshot: Snapshot) -> tuple[FeedCategory, ...]:
    return (
        FeedCategory(kind="body", term=clean_line(body), label=body_name(snapshot, body)),
        FeedCategory(kind="type", term=clean_line(type), label=display_name(type, snapshot.types)),
    )


def _official_link(url: str | None) -> tuple[ItemLink, ...]:
    href = web_url(url)
    return (ItemLink(link=Link(href=href, rel="via")),) if href else ()


def _correction_item(id: str, correction: Correction, snapshot: Snapshot, sources: FeedSources) -> FeedItem:
    summary = f"{correction.what} Why: {correction.why}" if correction.why else correction.what
    return FeedItem(
        id=id,
        title=f"{'Retracted' if correction.retracted else 'Corrected'}: {correction.title}",
        url=snapshot.site.base_url + (correction.page or CORRECTIONS_PAGE),
        updated=correction.at,
        published=Moment(at=correction.at),
        summary=summary,
        content=f"<p>{escape(summary)}</p>",
        rights=licence("own").rights,
    )


def alert_feed_events(alerts: Iterable[Alert]) -> Iterator[FeedEvent]:
    """An event for each alert of a rule."""
    # The id depends on the event only, so an item stays the same one when a retraction empties its text.
    for alert in alerts:
        id = _notice_id(alert.document_id, f"alert {alert.rule_key} {alert.event.key}")
        yield FeedEvent(
            id=id,
            at=alert.found_at,
            updated=alert.found_at,
            content_key=repr(alert),
            make_item=partial(_alert_item, id, alert),
        )


def _alert_item(id: str, alert: Alert, snapshot: Snapshot, sources: FeedSources) -> FeedItem:
    event = alert.event
    page = web_url(alert.page) or snapshot.site.base_url + page_path_of_id(alert.document_id)
    changed = f"Changed: {', '.join(event.parts)}." if event.parts else ""
    summary = clean_line(
        " ".join(part for part in (changed, event.note, alert.sentence) if part), max_length=6000
    )
    return FeedItem(
        id=id,
        title=clean_title(TITLE_PREFIXES[event.reason] + alert.title),
        url=page,
        updated=alert.found_at,
        published=Moment(at=alert.found_at),
        # The prefix of the title is ours, so the item is English unless the title is the publisher's alone.
        language=OWN_LANGUAGE if event.reason is not AlertReason.NEW else language_tag(alert.language),
        summary=summary,
        content=f"<p>{escape(summary)}</p>" if summary else "",
        categories=_categories(alert.body, alert.type, snapshot),
        links=_official_link(alert.url),
    )
