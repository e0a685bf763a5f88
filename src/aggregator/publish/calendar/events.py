"""The events of the calendars: closing dates, meetings and deadlines, each with an id that never changes."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Final

from aggregator.model import LONDON, Claim, Deadline, Document, Moment, Precision, ProcessReport, Snapshot
from aggregator.model.days import COARSE
from aggregator.publish.presentation.dates import format_moment
from aggregator.publish.presentation.paths import document_url, web_url
from aggregator.publish.presentation.rows import body_name
from aggregator.publish.presentation.text import clean_line, clean_title

PAST_MEETING: Final = "meeting held"
# What a claim of a meeting says, in records and in the labels of pages (`parse/html/date_labels.py`).
NEXT_MEETING: Final = "next meeting"


# When the register of plans began: the date of a deadline without dated evidence from the past.
PLAN_REGISTER_BEGAN: Final = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEvent:
    """An event of a calendar: a closing date, a meeting, or a deadline of a plan or rule."""

    # Stays the same when the date or `base_url` changes.
    uid: str
    title: str
    # Known at least to the day; with a day only, the event lasts all day.
    moment: Moment
    url: str
    # The ids of the bodies whose calendars contain it.
    bodies: tuple[str, ...]
    category: str
    description: str
    # iCalendar's revision number: calendars ignore an update with a lower one, so it never falls.
    sequence: int
    created: datetime
    updated: datetime
    cancelled: bool = False


def document_events(snapshot: Snapshot) -> Iterator[CalendarEvent]:
    """The closing dates and meetings of the relevant documents."""
    for document in snapshot.documents:
        if document.labels.relevant:
            yield from _closing_events(document, snapshot)
            yield from _meeting_events(document, snapshot)


def _closing_events(document: Document, snapshot: Snapshot) -> Iterator[CalendarEvent]:
    # A closing date that the publisher took back stays as a cancelled event, for those who have it in their
    # calendars.
    closes = document.entry.closes
    date = closes or _last_closing_date(document)
    if date and date.precision not in COARSE:
        title = f"Closes: {clean_title(document.entry.title, 300)}"
        yield _document_event(
            document, snapshot, "closes", title, date, "Closing date", cancelled=closes is None
        )


def _last_closing_date(document: Document) -> Moment | None:
    revisions = [revision for carrier in document.carriers for revision in carrier.revisions]
    closing_dates = [
        (revision.seen_at, revision.entry.closes) for revision in revisions if revision.entry.closes
    ]
    return max(closing_dates)[1] if closing_dates else None


def _meeting_events(document: Document, snapshot: Snapshot) -> Iterator[CalendarEvent]:
    # A past meeting is identified by its day; a page's next meeting may be moved and stays the same event.
    keys_used: set[str] = set()
    for claim in document.entry.claims:
        key = _meeting_key(claim)
        if key and key not in keys_used and claim.moment:
            keys_used.add(key)
            title = f"Meeting: {clean_title(document.entry.title, 300)}"
            yield _document_event(
                document, snapshot, key, title, claim.moment, "Meeting", note=clean_line(claim.note)
            )


def _meeting_key(claim: Claim) -> str | None:
    """The key of a claimed meeting within its document; None for any other claim."""
    if claim.moment is None or claim.moment.precision in COARSE:
        return None
    what = " ".join(claim.what.casefold().split())
    return {PAST_MEETING: f"held {claim.moment.at:%Y-%m-%d}", NEXT_MEETING: "next"}.get(what)


def _document_event(
    document: Document,
    snapshot: Snapshot,
    key: str,
    title: str,
    moment: Moment,
    category: str,
    **more: str | bool,
) -> CalendarEvent:
    entry = document.entry
    url = document_url(snapshot.site, entry)
    note = f" {more['note']}" if more.get("note") else ""
    page_owner = "The official record" if web_url(entry.url) else "Our record of it"
    return CalendarEvent(
        uid=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{entry.id}#{key}")),
        title=title,
        moment=moment,
        url=url,
        bodies=tuple(dict.fromkeys((entry.body, *document.labels.subjects))),
        category=category,
        description=f"{body_name(snapshot, entry.body)}.{note} {page_owner}: {url}",
        sequence=len(document.revision_times),
        created=document.first_seen,
        updated=document.updated,
        cancelled=bool(more.get("cancelled")) or document.removal is not None,
    )


def deadline_events(snapshot: Snapshot) -> Iterator[CalendarEvent]:
    """The next deadlines that rules and plans set for each process, without those that have passed."""
    for report in snapshot.board.processes:
        yield from (_deadline_event(report, deadline, snapshot) for deadline in report.deadlines)


def _deadline_event(report: ProcessReport, deadline: Deadline, snapshot: Snapshot) -> CalendarEvent:
    page = f"{snapshot.site.base_url}board/{report.process.id}.html"
    updated = _newest_evidence(deadline, snapshot.at)
    return CalendarEvent(
        # Without its day: a deadline that a new record moves stays the same event.
        uid=str(uuid.uuid5(uuid.NAMESPACE_URL, deadline.id.removesuffix(f":{deadline.day.isoformat()}"))),
        title=f"Deadline{_coarse_text(deadline)}: {clean_title(deadline.title, 300)}",
        # Noon in UTC is the same day in London all year; only the day is shown.
        moment=Moment(at=datetime.combine(deadline.day, time(12), UTC), precision=Precision.DAY),
        url=page,
        bodies=report.process.bodies,
        category="Deadline",
        description=f"{clean_line(deadline.title)}. Where this comes from: {page}",
        # Evidence is only added, so the date of the newest never goes back.
        sequence=(updated - PLAN_REGISTER_BEGAN).days if updated > PLAN_REGISTER_BEGAN else 0,
        created=updated,
        updated=updated,
    )


def _coarse_text(deadline: Deadline) -> str:
    """Where no day is known: ` (by the end of November 2026)`; it stands on the last day."""
    exact = deadline.exact
    return (
        f" (by the end of {format_moment(exact, LONDON).text})" if exact and exact.precision in COARSE else ""
    )


def _newest_evidence(deadline: Deadline, at: datetime) -> datetime:
    """The date of the newest evidence that is not in the future."""
    past = (
        evidence.moment.at for evidence in deadline.evidence if evidence.moment and evidence.moment.at <= at
    )
    return max(past, default=PLAN_REGISTER_BEGAN)
