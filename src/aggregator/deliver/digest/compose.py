"""Selects the updates of a week or a day, puts each under a heading, and orders them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from aggregator.deliver.digest.formatting import first_sentence
from aggregator.deliver.digest.headings import Heading, update_type
from aggregator.deliver.digest.weeks import digest_window
from aggregator.model import (
    Body,
    Digest,
    DigestItem,
    Document,
    Entry,
    Frequency,
    Revision,
    Section,
    Site,
    Window,
    frequency_of_digest,
)
from aggregator.model.days import COARSE, days_left, is_over, last_day
from aggregator.model.licences import may_show

# After the window's end. Two weeks, so that this digest and the next both arrive before it closes.
CLOSING_SOON_DAYS = 14

# A daily digest reminds so many days before the closing date; a weekly one does each week.
DAILY_REMINDER_DAYS = frozenset({7, 1})


@dataclass(frozen=True, slots=True)
class _Update:
    """A document with a place in the digest; for one that is not new, the revisions made in this window."""

    document: Document
    heading: Heading
    revisions: tuple[Revision, ...] = ()
    # Neither new nor changed: listed only because it closes soon.
    reminder: bool = False


def compose(
    period: str,
    documents: Iterable[Document],
    *,
    zone: ZoneInfo,
    site: Site,
    bodies: Mapping[str, Body],
    page: Callable[[Entry], str],
    issued_at: datetime | None,
) -> Digest:
    """The digest of the week or day with this name: relevant documents that are new or changed, each once.

    A document belongs to the window in which we first saw it, whatever date the publisher gives. Backlog
    (what a source's first poll brings) is never new, but its later revisions are changes. What closes soon
    comes first, even when it is a change, because subscribers have to act; older documents that close soon
    are added as reminders. `page` gives the path of a document's permanent page. `issued` None makes a
    draft. Raises ValueError when there is no such window.
    """
    window = digest_window(period, zone)
    is_weekly = frequency_of_digest(period) is Frequency.WEEKLY
    days = range(CLOSING_SOON_DAYS + 1) if is_weekly else DAILY_REMINDER_DAYS
    ranks = {body: rank for rank, body in enumerate(bodies)}
    # The key is total: the order of `documents` must not change the digest.
    updates = sorted(_updates(documents, window, days, zone), key=lambda one: _sort_key(one, zone, ranks))
    sections = (
        Section(title=heading, items=tuple(_item(one, site, page) for one in group))
        for heading, group in groupby(updates, key=lambda one: one.heading)
    )
    return Digest(
        period=period, window=window, sections=tuple(sections), unread_sources=(), issued_at=issued_at
    )


def _updates(
    documents: Iterable[Document], window: Window, days: Collection[int], zone: ZoneInfo
) -> Iterable[_Update]:
    # A document that is given twice must be listed once.
    by_id = {document.entry.id: document for document in documents if document.labels.relevant}
    for document in by_id.values():
        is_new = document.first_seen in window and not document.backlog
        revisions = () if is_new else _revisions(document, window)
        if is_new or revisions:
            heading = _heading(document, window, zone, changed=not is_new)
            yield _Update(document=document, heading=heading, revisions=revisions)
        elif _is_reminder(document, window, days, zone):
            yield _Update(document=document, heading=Heading.CLOSING, reminder=True)


def _is_reminder(document: Document, window: Window, days: Collection[int], zone: ZoneInfo) -> bool:
    """Whether a known document is listed again because it closes in one of `days`."""
    closes = document.entry.closes
    # A closing date known only to the month or year has no day to remind of.
    has_day = closes is not None and closes.precision not in COARSE
    return has_day and document.first_seen < window.end and _days_to_act(document, window, zone) in days


def _days_to_act(document: Document, window: Window, zone: ZoneInfo) -> int | None:
    """Days from the window's end to the closing date; None without one, or when it closed or was removed."""
    closes = None if document.removal else document.entry.closes
    if closes is None or is_over(closes, window.end, zone):
        return None
    return days_left(closes, window.end, zone)


def _revisions(document: Document, window: Window) -> tuple[Revision, ...]:
    found = (
        revision
        for carrier in document.carriers
        for revision in carrier.revisions
        # Revision 1 is the first sight of a document by a carrier, and no change.
        if revision.number > 1 and revision.seen_at in window
    )
    return tuple(sorted(found, key=lambda revision: revision.seen_at))


def _heading(document: Document, window: Window, zone: ZoneInfo, *, changed: bool) -> Heading:
    days = _days_to_act(document, window, zone)
    if days is not None and days <= CLOSING_SOON_DAYS:
        return Heading.CLOSING
    return Heading.CHANGED if changed or document.removal else update_type(document.labels.type).heading


def _item(update: _Update, site: Site, page: Callable[[Entry], str]) -> DigestItem:
    entry = update.document.entry
    return DigestItem(
        id=entry.id,
        title=entry.title,
        # A record has no page of its publisher; its page is ours.
        url=entry.url or site.base_url + (entry.own_page or ""),
        body=entry.body,
        type=update.document.labels.type,
        summary=first_sentence(entry.summary) if may_show(entry.licence) else "",
        language=entry.language,
        dated=update.document.dated,
        first_seen=update.document.first_seen,
        closes=entry.closes,
        changed=tuple(dict.fromkeys(part for revision in update.revisions for part in revision.parts)),
        topics=update.document.labels.topics,
        removal=update.document.removal,
        # A digest shows their titles.
        translations=tuple(replace(translation, text="") for translation in entry.translations),
        page=page(entry),
        score=update.document.labels.score,
        reminder=update.reminder,
    )


def _sort_key(
    update: _Update, zone: ZoneInfo, ranks: Mapping[str, int]
) -> tuple[int, int, str, float, str, str]:
    """By heading; then by closing date, by body (Documents), or by the publisher's date, newest first.

    The key ends with the id, so no two are equal.
    """
    entry = update.document.entry
    rank, body, timestamp = 0, "", _negated_date(update.document)
    if update.heading is Heading.CLOSING and entry.closes:
        rank, timestamp = last_day(entry.closes, zone).toordinal(), entry.closes.at.timestamp()
    if update.heading is Heading.DOCUMENTS:
        rank, body = ranks.get(entry.body, len(ranks)), entry.body
    return (list(Heading).index(update.heading), rank, body, timestamp, entry.title, entry.id)


def _negated_date(document: Document) -> float:
    return -document.dated.at.timestamp() if document.dated else float("inf")
