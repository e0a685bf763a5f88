"""The feeds of what are no documents: letters, and long gaps, an item when one begins and when it ends."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, time
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import Artifact, Basis, Digest, DigestItem, ProcessLine, SilenceEvent, Site, Snapshot
from aggregator.publish.board.board_json import address
from aggregator.publish.board.wording import count
from aggregator.publish.feeds.catalogue import NOT_OFFICIAL, feed_id
from aggregator.publish.feeds.feed_files import publish_items
from aggregator.publish.feeds.items import Heading, Item
from aggregator.publish.presentation.dates import say, say_day
from aggregator.publish.presentation.paths import web
from aggregator.publish.presentation.rows import body_name
from aggregator.publish.presentation.text import line, titled

DIGESTS: Final = "digests"
NEWEST_DIGESTS: Final = 26
"""Half a year of letters."""


SILENCE: Final = "silence"
NEWEST_SILENCES: Final = 100
BEGAN: Final = datetime(2026, 11, 23, tzinfo=UTC)
"""When the register of processes was begun: how old the feed is while nothing stands in it."""


def digest_heading(edition: Snapshot) -> Heading | None:
    """The feed of letters by its name; while none was issued there is none."""
    if not any(digest.issued for digest in edition.digests):
        return None
    return Heading(
        name=DIGESTS,
        title=titled(f"{edition.site.title}: weekly letters"),
        subtitle=line(f"One entry for each letter. {NOT_OFFICIAL}"),
    )


def publish_digests(edition: Snapshot) -> Iterator[Artifact]:
    """The feed of issued letters."""
    heading = digest_heading(edition)
    if heading is None:
        return
    items = tuple(_digest_items(edition))
    yield from publish_items(heading, items, items[0].updated, "letters.html", edition.site)


def _digest_items(edition: Snapshot) -> Iterator[Item]:
    issued = [(digest, digest.issued) for digest in edition.digests if digest.issued]
    for digest, at in issued[:NEWEST_DIGESTS]:
        page = f"digests/{digest.week}.html"
        yield Item(
            id=feed_id(edition.site, page),
            title=f"Letter of {digest.week}: {digest.news} update{'' if digest.news == 1 else 's'}",
            url=edition.site.base_url + page,
            updated=at,
            published=at,
            content="".join(_content(digest, edition)),
            rights="Titles are their publishers'; each document states its own licence.",
        )


def _content(digest: Digest, edition: Snapshot) -> Iterator[str]:
    for section in digest.sections:
        yield f"<h2>{escape(section.title)}</h2><ul>"
        yield from (f"<li>{_item(item, edition)}</li>" for item in section.items)
        yield "</ul>"


def _item(item: DigestItem, edition: Snapshot) -> str:
    title, address = escape(titled(item.title)), web(item.url)
    named = f'<a href="{escape(address)}">{title}</a>' if address else title
    return f"{named} ({escape(body_name(edition, item.body))})"


def silence_heading(edition: Snapshot) -> Heading | None:
    """The feed by its name; without a process there is none."""
    if not edition.board.processes:
        return None
    return Heading(
        name=SILENCE,
        title=titled(f"{edition.site.title}: silence"),
        subtitle="When a limit is passed without a record, and when a silence ends. Not an official site.",
    )


def publish_silence(edition: Snapshot) -> Iterator[Artifact]:
    """The feed in each form; a day is the start of that day in the site's zone."""
    heading = silence_heading(edition)
    if heading is None:
        return
    told = [(turn, one) for one in edition.board.processes for turn in one.turns]
    told.sort(key=lambda pair: (pair[0].day, pair[0].id), reverse=True)
    items = tuple(_silence_item(turn, process, edition.site) for turn, process in told[:NEWEST_SILENCES])
    updated = items[0].updated if items else BEGAN
    yield from publish_items(heading, items, updated, "board.html", edition.site)


def _silence_item(turn: SilenceEvent, process: ProcessLine, site: Site) -> Item:
    zone = site.zone
    instant = datetime.combine(turn.day, time(), zone).astimezone(UTC)
    page = f"{site.base_url}board/{process.process.id}.html"
    shown = address(turn.by, site) if turn.by else None
    return Item(
        id=f"urn:uuid:{uuid.uuid5(uuid.UUID(feed_id(site, f'{SILENCE}.atom')), turn.id)}",
        title=titled(_title(turn, process)),
        url=shown or page,
        updated=instant,
        published=instant,
        summary=line(_text(turn, process, zone)),
    )


def _title(turn: SilenceEvent, process: ProcessLine) -> str:
    what = "meeting on record" if turn.rule.measure.value == "meeting-interval" else "official record"
    if turn.ended:
        return f"{process.process.name}: a new {what} after {count(turn.days)}"
    return f"{process.process.name}: no {what} found for {count(turn.days)}"


def _text(turn: SilenceEvent, process: ProcessLine, zone: ZoneInfo) -> str:
    """What was found, where it was looked for, and by which limit."""
    last = "We hold no earlier one."
    if turn.last and turn.last.moment:
        last = f"The last one that we hold is of {say(turn.last.moment, zone).words}: {turn.last.title}."
    mark = " This limit is our own mark, no rule of anybody." if turn.rule.basis is Basis.OURS else ""
    now = f"The silence ended on {say_day(turn.day).words}." if turn.ended else ""
    limit = f"The limit of {turn.rule.id} is {count(turn.rule.days)}.{mark}"
    looked = f"Looked for in: {', '.join(process.watch.looked)}."
    return " ".join(filter(None, (now, last, limit, looked, "If we have missed a record, please tell us.")))
