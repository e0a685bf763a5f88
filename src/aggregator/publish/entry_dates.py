"""Every date of a document with its source: by each carrier, by each claim, and our own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import Claim, Entry, Holding, Moment, Source, Zone
from aggregator.model.days import TIMED
from aggregator.publish.addresses import host, web
from aggregator.publish.dates import Said, say, say_instant
from aggregator.publish.words import line, titled

OURS: Final = "this site"
_NOTES: Final[Mapping[Zone, str]] = {
    Zone.STATED: "",
    Zone.ASSUMED: "no time zone given; read as London time",
    Zone.UTC_BY_FORM: "no time zone given; this publisher writes UTC",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRow:
    """A dated statement and its source; `source` None and `place` empty is shown as not yet sourced."""

    what: str
    when: Said | None
    source: str | None
    place: str
    note: str


def date_rows(holding: Holding, sources: Mapping[str, Source], zone: ZoneInfo) -> tuple[DateRow, ...]:
    """The publisher's dates, the claims, then ours. Where sources disagree each has a row of its own."""
    return (
        *_carried(holding, sources, zone),
        *(_claimed(claim, zone) for claim in holding.entry.claims),
        *_ours(holding, zone),
    )


def _carried(holding: Holding, sources: Mapping[str, Source], zone: ZoneInfo) -> Iterator[DateRow]:
    told: dict[tuple[str, Moment], list[Entry]] = {}
    for carrier in holding.carriers:
        for what, moment in _dates(carrier.entry):
            told.setdefault((what, moment), []).append(carrier.entry)
    order = ("published", "updated", "opens", "closes")
    for (what, moment), entries in sorted(told.items(), key=lambda one: (order.index(one[0][0]), one[0][1])):
        yield DateRow(
            what=what.capitalize(),
            when=say(moment, zone),
            source=web(entries[0].url),
            place="; ".join(dict.fromkeys(source_title(one.source, sources) for one in entries)),
            note=_NOTES[moment.zone] if moment.precision in TIMED else "",
        )


def _dates(entry: Entry) -> Iterator[tuple[str, Moment]]:
    dates = {
        "published": entry.published,
        "updated": entry.updated,
        "opens": entry.opens,
        "closes": entry.closes,
    }
    return ((what, moment) for what, moment in dates.items() if moment)


def _claimed(claim: Claim, zone: ZoneInfo) -> DateRow:
    what, source = titled(claim.what), web(claim.source)
    return DateRow(
        what=what[0].upper() + what[1:],
        when=say(claim.moment, zone) if claim.moment else None,
        source=source,
        place=host(source) if source else "",
        note=line(claim.note),
    )


def _ours(holding: Holding, zone: ZoneInfo) -> Iterator[DateRow]:
    backlog = "found when we first read the source; it may have been there long before"
    yield _our("First seen by us", say_instant(holding.first_seen, zone), backlog if holding.backlog else "")
    if holding.updated > holding.first_seen:
        yield _our("Changed in substance", say_instant(holding.updated, zone), "")
    if holding.removed and holding.removed.moment:
        yield DateRow(
            what="Taken away",
            when=say(holding.removed.moment, zone),
            source=web(holding.entry.url),
            place="the publisher",
            note="",
        )


def _our(what: str, when: Said, note: str) -> DateRow:
    return DateRow(what=what, when=when, source=None, place=OURS, note=note)


def source_title(id: str, sources: Mapping[str, Source]) -> str:
    """The title of a source; its id where `sources.yaml` no longer has it."""
    source = sources.get(id)
    return titled(source.title if source else id, 200)
