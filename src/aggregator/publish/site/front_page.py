"""The documents of the front page: updates by day, what closes soon, and the digests that it links."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import Digest, Document, Moment, Precision, Snapshot
from aggregator.model.days import COARSE, day_of, days_left, end_of, first_day
from aggregator.publish.presentation.dates import FormattedDate, format_day, format_moment, format_weekday
from aggregator.publish.presentation.rows import past_date

CLOSING_SOON: Final = timedelta(days=30)
# How many issued digests the front page links.
LINKED_DIGESTS: Final = 8
# Within one day, less exact dates come last. More exact ones than a month have rank 2.
_SORT_RANK: Final = {Precision.YEAR: 0, Precision.MONTH: 1}


def relevant_documents(snapshot: Snapshot) -> tuple[Document, ...]:
    """The documents about open government, as in the main feed."""
    return tuple(document for document in snapshot.documents if document.labels.relevant)


def updates_by_day(snapshot: Snapshot, max_count: int) -> list[tuple[FormattedDate | None, list[Document]]]:
    """At most `max_count` relevant documents, the latest events first, grouped by day (or month, or year).

    A document whose own date is missing or in the future is grouped under the day on which we first saw it;
    one from the backlog, which has no such day, is in the last group, without a date.
    """
    zone = snapshot.site.timezone
    # First the latest by what happened to them, then in the order of the days under which they are listed.
    latest = sorted(
        relevant_documents(snapshot), key=lambda document: _last_event(document, snapshot.at), reverse=True
    )[:max_count]
    ordered = sorted(latest, key=lambda document: _sort_key(document, snapshot.at, zone), reverse=True)
    days = groupby(ordered, key=lambda document: _heading(document, snapshot.at, zone))
    return [(when, list(group)) for when, group in days]


def closing_soon(snapshot: Snapshot) -> list[tuple[Document, Moment]]:
    """The relevant documents that close within 30 days, each with its closing date, the earliest first."""
    zone = snapshot.site.timezone
    soon = [
        (document, closes)
        for document in relevant_documents(snapshot)
        if (closes := document.entry.closes)
        and snapshot.at < end_of(closes, zone) <= snapshot.at + CLOSING_SOON
    ]
    return sorted(soon, key=lambda pair: (end_of(pair[1], zone), pair[0].entry.id))


def linked_digests(snapshot: Snapshot, max_count: int = LINKED_DIGESTS) -> list[Digest]:
    """The open week's digest if there is one, then the last `max_count` issued digests, newest first."""
    still_open = [digest for digest in snapshot.digests if digest.issued_at is None]
    issued = [digest for digest in snapshot.digests if digest.issued_at]
    return still_open + issued[:max_count]


def _last_event(document: Document, at: datetime) -> tuple[datetime, str]:
    """The last of: the document's own date, the time we first saw it, its changes; then its id."""
    own = past_date(document, at)
    known = (own.at if own else None, _unless_backlog(document), *document.revision_times)
    return max(filter(None, known), default=datetime.min.replace(tzinfo=UTC)), document.entry.id


def _heading(document: Document, at: datetime, zone: ZoneInfo) -> FormattedDate | None:
    own = past_date(document, at)
    if own and own.precision in COARSE:
        return format_moment(own, zone)
    day = _day(document, own, zone)
    return format_weekday(day) if day else None


def _sort_key(document: Document, at: datetime, zone: ZoneInfo) -> tuple[date, int, datetime, str]:
    """Sorts (in reverse) by day. A date known to the month only comes last within the month's first day."""
    own = past_date(document, at)
    shown = own.at if own else _unless_backlog(document)
    exact = _SORT_RANK.get(own.precision, 2) if own else 2
    return _day(document, own, zone) or date.min, exact, shown or document.first_seen, document.entry.id


def _day(document: Document, own: Moment | None, zone: ZoneInfo) -> date | None:
    seen = _unless_backlog(document)
    return first_day(own, zone) if own else day_of(seen, zone) if seen else None


def _unless_backlog(document: Document) -> datetime | None:
    """When we first saw a document. For the backlog (a source's first poll) that says nothing of its age."""
    return None if document.backlog else document.first_seen


def closing_text(closes: Moment, at: datetime, zone: ZoneInfo) -> str:
    """`closes today`, `closes in 12 days`, `closes in June 2026`."""
    if closes.precision in COARSE:
        return f"closes in {format_moment(closes, zone).text}"
    days = days_left(closes, at, zone)
    return {0: "closes today", 1: "closes tomorrow"}.get(days, f"closes in {days} days")


def last_day(digest: Digest, zone: ZoneInfo) -> FormattedDate:
    """The last day of a digest's window; the end of the window itself belongs to the next digest."""
    return format_day(day_of(digest.window.end - timedelta(microseconds=1), zone))
