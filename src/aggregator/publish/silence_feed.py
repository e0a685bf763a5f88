"""The feed of long gaps: an item when a limit is passed and when a silence ends; never one for each day."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import Artifact, Basis, Edition, ProcessLine, Site, Turn
from aggregator.publish.board_json import address
from aggregator.publish.board_words import count
from aggregator.publish.dates import say, say_day
from aggregator.publish.documents import publish_items
from aggregator.publish.feeds import feed_id
from aggregator.publish.items import Heading, Item
from aggregator.publish.words import line, titled

NAME: Final = "silence"
NEWEST: Final = 100
BEGAN: Final = datetime(2026, 11, 23, tzinfo=UTC)
"""When the register of processes was begun: how old the feed is while nothing stands in it."""


def silence_heading(edition: Edition) -> Heading | None:
    """The feed by its name; without a process there is none."""
    if not edition.board.processes:
        return None
    return Heading(
        name=NAME,
        title=titled(f"{edition.site.title}: silence"),
        subtitle="When a limit is passed without a record, and when a silence ends. Not an official site.",
    )


def publish_silence(edition: Edition) -> Iterator[Artifact]:
    """The feed in each form; a day is the start of that day in the site's zone."""
    heading = silence_heading(edition)
    if heading is None:
        return
    told = [(turn, one) for one in edition.board.processes for turn in one.turns]
    told.sort(key=lambda pair: (pair[0].day, pair[0].id), reverse=True)
    items = tuple(_item(turn, process, edition.site) for turn, process in told[:NEWEST])
    updated = items[0].updated if items else BEGAN
    yield from publish_items(heading, items, updated, "board.html", edition.site)


def _item(turn: Turn, process: ProcessLine, site: Site) -> Item:
    zone = site.zone
    instant = datetime.combine(turn.day, time(), zone).astimezone(UTC)
    page = f"{site.base_url}board/{process.process.id}.html"
    shown = address(turn.by, site) if turn.by else None
    return Item(
        id=f"urn:uuid:{uuid.uuid5(uuid.UUID(feed_id(site, f'{NAME}.atom')), turn.id)}",
        title=titled(_title(turn, process)),
        url=shown or page,
        updated=instant,
        published=instant,
        summary=line(_text(turn, process, zone)),
    )


def _title(turn: Turn, process: ProcessLine) -> str:
    what = "meeting on record" if turn.rule.measure.value == "meeting-interval" else "official record"
    if turn.ended:
        return f"{process.process.name}: a new {what} after {count(turn.days)}"
    return f"{process.process.name}: no {what} found for {count(turn.days)}"


def _text(turn: Turn, process: ProcessLine, zone: ZoneInfo) -> str:
    """What was found, where it was looked for, and by which limit."""
    last = "We hold no earlier one."
    if turn.last and turn.last.moment:
        last = f"The last one that we hold is of {say(turn.last.moment, zone).words}: {turn.last.title}."
    mark = " This limit is our own mark, no rule of anybody." if turn.rule.basis is Basis.OURS else ""
    now = f"The silence ended on {say_day(turn.day).words}." if turn.ended else ""
    limit = f"The limit of {turn.rule.id} is {count(turn.rule.days)}.{mark}"
    looked = f"Looked for in: {', '.join(process.watch.looked)}."
    return " ".join(filter(None, (now, last, limit, looked, "If we have missed a record, please tell us.")))
