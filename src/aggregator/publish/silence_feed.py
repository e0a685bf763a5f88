"""`silence.atom`: an entry when a limit is passed and when a silence ends; never one for each day."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from feedgen.feed import FeedGenerator

from aggregator import VERSION
from aggregator.model import Artifact, Basis, Edition, ProcessLine, Turn
from aggregator.publish.board_json import address
from aggregator.publish.board_words import count
from aggregator.publish.dates import say, say_day
from aggregator.publish.feeds import feed_id
from aggregator.publish.words import line, titled

PATH: Final = "silence.atom"
NEWEST: Final = 100
BEGAN: Final = datetime(2026, 11, 23, tzinfo=UTC)
"""When the register of processes was begun: how old the feed is while nothing stands in it."""


def publish_silence(edition: Edition) -> Iterator[Artifact]:
    """One Atom document; a day is the start of that day in the site's zone. None without a process."""
    if not edition.board.processes:
        return
    zone = edition.site.zone
    told = [(turn, one) for one in edition.board.processes for turn in one.turns]
    told.sort(key=lambda pair: (pair[0].day, pair[0].id), reverse=True)
    written = _head(edition)
    written.updated(_instant(told[0][0], zone) if told else BEGAN)
    for turn, process in told[:NEWEST]:
        _fill(written.add_entry(order="append"), turn, process, edition, zone)
    yield Artifact(path=PATH, media_type="application/atom+xml", payload=written.atom_str(pretty=True))


def _head(edition: Edition) -> Any:
    site, written = edition.site, FeedGenerator()
    written.id(feed_id(site, PATH))
    written.title(titled(f"{site.title}: silence"))
    written.subtitle(
        "When a limit is passed without a record, and when a silence ends. Not an official site."
    )
    written.language("en-GB")
    written.link(href=f"{site.base_url}board.html", rel="alternate", type="text/html")
    written.link(href=site.base_url + PATH, rel="self", type="application/atom+xml")
    written.author({"name": line(site.operator) or titled(site.title)})
    written.generator("UK open government updates", version=VERSION)
    return written


def _fill(written: Any, turn: Turn, process: ProcessLine, edition: Edition, zone: ZoneInfo) -> None:
    site, instant = edition.site, _instant(turn, zone)
    written.id(f"urn:uuid:{uuid.uuid5(uuid.UUID(feed_id(site, PATH)), turn.id)}")
    written.title(titled(_title(turn, process)))
    written.updated(instant)
    written.published(instant)
    page = f"{site.base_url}board/{process.process.id}.html"
    shown = address(turn.by, site) if turn.by else None
    written.link(href=shown or page, rel="alternate")
    written.summary(line(_text(turn, process, zone)), type="text")


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


def _instant(turn: Turn, zone: ZoneInfo) -> datetime:
    return datetime.combine(turn.day, time(), zone).astimezone(UTC)
