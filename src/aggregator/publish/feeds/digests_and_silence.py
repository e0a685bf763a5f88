"""The feeds of digests, and of silences: an item when a silence begins and one when it ends."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, time
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import (
    LONDON,
    Basis,
    DeferredArtifact,
    Digest,
    DigestItem,
    Moment,
    Precision,
    ProcessReport,
    SilenceEvent,
    Site,
    Snapshot,
)
from aggregator.publish.board.board_json import absolute_evidence_link
from aggregator.publish.board.wording import count_text, quiet_text
from aggregator.publish.feeds.catalogue import NOT_OFFICIAL, feed_id
from aggregator.publish.feeds.feed_files import publish_item_feed
from aggregator.publish.feeds.items import FeedHeading, FeedItem
from aggregator.publish.presentation.dates import format_day, format_moment
from aggregator.publish.presentation.paths import web_url
from aggregator.publish.presentation.rows import body_name
from aggregator.publish.presentation.text import clean_line, clean_title

DIGEST_FEED: Final = "digests"
# How many digests the feed has: half a year of weekly ones.
MAX_DIGESTS: Final = 26

SILENCE_FEED: Final = "silence"
MAX_SILENCE_EVENTS: Final = 100
# When the register of processes began: the update time of the feed while it is empty.
PROCESS_REGISTER_BEGAN: Final = datetime(2026, 11, 23, tzinfo=UTC)


def digest_feed_heading(snapshot: Snapshot) -> FeedHeading | None:
    """The heading of the feed of digests; None until one is issued."""
    if not any(digest.issued_at for digest in snapshot.digests):
        return None
    return FeedHeading(
        name=DIGEST_FEED,
        title=clean_title(f"{snapshot.site.title}: weekly letters"),
        subtitle=clean_line(f"One entry for each letter. {NOT_OFFICIAL}"),
    )


def publish_digests(snapshot: Snapshot) -> Iterator[DeferredArtifact]:
    """The feed of issued digests in every format; no file until one is issued."""
    heading = digest_feed_heading(snapshot)
    if heading is None:
        return
    items = tuple(_digest_items(snapshot))
    yield from publish_item_feed(heading, items, items[0].updated, "letters.html", snapshot.site)


def _digest_items(snapshot: Snapshot) -> Iterator[FeedItem]:
    issued_digests = [(digest, digest.issued_at) for digest in snapshot.digests if digest.issued_at]
    for digest, issued_at in issued_digests[:MAX_DIGESTS]:
        page = f"digests/{digest.period}.html"
        yield FeedItem(
            id=feed_id(snapshot.site, page),
            title=f"Letter of {digest.period}: {digest.updates_text}",
            url=snapshot.site.base_url + page,
            updated=issued_at,
            published=Moment(at=issued_at),
            content="".join(_digest_content(digest, snapshot)),
            rights="Titles are their publishers'; each document states its own licence.",
        )


def _digest_content(digest: Digest, snapshot: Snapshot) -> Iterator[str]:
    if unread := digest.unread_text(snapshot.site.timezone):
        yield f"<p>{escape(unread)}</p>"
    for section in digest.sections:
        yield f"<h2>{escape(section.title)}</h2><ul>"
        yield from (f"<li>{_digest_item_html(item, snapshot)}</li>" for item in section.items)
        yield "</ul>"
    if digest.unasked_sources:
        names = "".join(f"<li>{escape(clean_line(name))}</li>" for name in digest.unasked_sources)
        yield f"<h2>Not asked</h2><ul>{names}</ul>"


def _digest_item_html(item: DigestItem, snapshot: Snapshot) -> str:
    title, address = escape(clean_title(item.title)), web_url(item.url)
    linked_title = f'<a href="{escape(address)}">{title}</a>' if address else title
    return f"{linked_title} ({escape(body_name(snapshot, item.body))})"


def silence_feed_heading(snapshot: Snapshot) -> FeedHeading | None:
    """The heading of the feed of silences; None without a process."""
    if not snapshot.board.processes:
        return None
    return FeedHeading(
        name=SILENCE_FEED,
        title=clean_title(f"{snapshot.site.title}: silence"),
        subtitle="When a limit is passed without a record, and when a silence ends. Not an official site.",
    )


def publish_silence(snapshot: Snapshot) -> Iterator[DeferredArtifact]:
    """The feed of silences in every format; no file without a process."""
    heading = silence_feed_heading(snapshot)
    if heading is None:
        return
    events = [(event, process) for process in snapshot.board.processes for event in process.silence_events]
    events.sort(key=lambda pair: (pair[0].day, pair[0].id), reverse=True)
    items = tuple(
        _silence_item(event, process, snapshot.site) for event, process in events[:MAX_SILENCE_EVENTS]
    )
    updated = items[0].updated if items else PROCESS_REGISTER_BEGAN
    yield from publish_item_feed(heading, items, updated, "board.html", snapshot.site)


def _silence_item(event: SilenceEvent, process: ProcessReport, site: Site) -> FeedItem:
    zone = site.timezone
    first = datetime.combine(event.day, time(), LONDON).astimezone(UTC)
    day = Moment(at=first, precision=Precision.DAY)
    page = f"{site.base_url}board/{process.process.id}.html"
    record = absolute_evidence_link(event.ended_by, site) if event.ended_by else None
    return FeedItem(
        id=f"urn:uuid:{uuid.uuid5(uuid.UUID(feed_id(site, f'{SILENCE_FEED}.atom')), event.id)}",
        title=clean_title(_silence_title(event, process)),
        url=record or page,
        updated=day.written_at,
        updated_precision=day.precision,
        published=day,
        summary=clean_line(_silence_text(event, zone)),
    )


def _silence_title(event: SilenceEvent, process: ProcessReport) -> str:
    what = "meeting on record" if event.rule.measure.value == "meeting-interval" else "official record"
    if event.ended:
        return f"{process.process.name}: a new {what} after {count_text(event.days)}"
    return f"{process.process.name}: no {what} found for {count_text(event.days)}"


def _silence_text(event: SilenceEvent, zone: ZoneInfo) -> str:
    """What was found, which limit applies, and which sources were read."""
    last = "We hold no earlier one."
    if event.last and event.last.moment:
        day = format_moment(event.last.moment, zone).text
        last = f"The last one that we hold is of {day}: {event.last.title}."
    own_rule = " This limit is our own mark, no rule of anybody." if event.rule.basis is Basis.OURS else ""
    ended = f"The silence ended on {format_day(event.day).text}." if event.ended else ""
    limit = f"The limit of {event.rule.id} is {count_text(event.rule.days)}.{own_rule}"
    quiet = quiet_text(event.quiet, event.days).strip()
    looked = f"Looked for in: {', '.join(event.looked_in)}." if event.looked_in else ""
    return " ".join(
        filter(None, (ended, last, quiet, limit, looked, "If we have missed a record, please tell us."))
    )
