"""Meetings of a forum, read from minutes, read-outs and records: when held, when put on record, what is told.

One record may tell of many meetings (a list of minutes), and one meeting may be told by several documents. A
date that a title gives and the record does not is kept beside it, and shown.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import LONDON, Claim, Document, Evidence, Meeting, Moment, Precision, Process
from aggregator.model.days import COARSE, MONTHS, day_of, in_words, last_day
from aggregator.observe.state.process_state import document, is_official, perhaps_public, surely_public

HELD: Final = "meeting held"
POSTED: Final = re.compile(r"record (?:of the meeting of (?P<day>\d{1,2} \w+ \d{4}) )?posted")
FOLLOWING: Final = re.compile(
    r"next meeting(?: announced in the record of (?P<month>\w+ \d{4})| announced.*)?"
)
NOT_FORMAL: Final = re.compile(r"said not to be a formal forum meeting")
PREPARATORY: Final = re.compile(r"\bpre-MSF\b|\bpre-multi-?stakeholder\b|\bnot a formal\b", re.IGNORECASE)
NAMES: Final = re.compile(r"names of those who attended are (?P<no>not )?published")
LISTED: Final = re.compile(r"\battendees and apologies\b", re.IGNORECASE)
"""The heading under which gov.scot's minutes name those who took part."""
SLIDES: Final = re.compile(r"\bslides\b", re.IGNORECASE)
TITLED: Final = re.compile(rf"(?:(\d{{1,2}})(?:st|nd|rd|th)? )?({'|'.join(MONTHS)}),? (\d{{4}})")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """One document's word on one meeting."""

    held: date
    holding: Document
    source: str | None
    """Where that this very meeting was held stands; None: in the document itself."""
    posted: Moment | None
    following: Moment | None
    conflicts: tuple[Claim, ...]


def meetings(
    process: Process, holdings: Iterable[Document], at: datetime, zone: ZoneInfo, hosts: frozenset[str]
) -> tuple[Meeting, ...]:
    """The meetings of the process's forum that were held by `at`, newest first.

    Left out is what is known to have come out later. Where it is not known when a record came out, the
    meeting is there and not `sure`.
    """
    told: dict[date, list[_Told]] = defaultdict(list)
    for holding in holdings:
        if _is_of(process, holding) and perhaps_public(holding, at, zone):
            for one in _tells(holding, zone):
                told[one.held].append(one)
    today = day_of(at, zone)
    found = (_meeting(told[held], at, zone, hosts) for held in sorted(told, reverse=True) if held <= today)
    return tuple(found)


def _is_of(process: Process, holding: Document) -> bool:
    forum, entry = process.forum, holding.entry
    if forum is None or holding.labels.type != "meeting-record" or not holding.labels.relevant:
        return False
    named = any(name.startswith(f"meeting:{forum.body}:") for name in entry.names)
    title = entry.title.casefold()
    return entry.body == forum.body or named or any(words.casefold() in title for words in forum.words)


def _tells(holding: Document, zone: ZoneInfo) -> Iterator[_Told]:
    """One for each meeting that the document says was held; for a document without claims, by its title."""
    claims = holding.entry.claims
    held = [claim for claim in claims if claim.what == HELD and _is_day(claim.moment)]
    if not held:
        if (day := _day_in(holding.entry.title)) is not None:
            yield _told(day, holding, None, (), zone, several=False)
        return
    for claim in held:
        if claim.moment:
            day = day_of(claim.moment.at, zone)
            several = len(held) > 1
            yield _told(
                day, holding, claim.source, () if several else _conflicts(day, holding, zone), zone, several
            )


def _told(
    day: date,
    holding: Document,
    source: str | None,
    conflicts: tuple[Claim, ...],
    zone: ZoneInfo,
    several: bool,
) -> _Told:
    claims = holding.entry.claims
    posted = next(
        (c.moment for c in claims if (m := POSTED.fullmatch(c.what)) and _means(m["day"], day, several)), None
    )
    following = next(
        (c.moment for c in claims if (m := FOLLOWING.fullmatch(c.what)) and _means(m["month"], day, several)),
        None,
    )
    return _Told(
        held=day,
        holding=holding,
        source=source,
        posted=posted or (None if several else holding.entry.published),
        following=following,
        conflicts=conflicts,
    )


def _means(words: str | None, day: date, several: bool) -> bool:
    """Whether a claim of a document is about the meeting of `day`: it names it, or there is only that one."""
    if words is None:
        return not several
    return f" {words}" in f" {in_words(day)}"


def _conflicts(day: date, holding: Document, zone: ZoneInfo) -> tuple[Claim, ...]:
    """Other dates that the document, or its title, gives for the meeting."""
    others = [
        c for c in holding.entry.claims if c.what.startswith(HELD + ",") and not _fits(c.moment, day, zone)
    ]
    entries = (holding.entry, *(carrier.entry for carrier in holding.carriers))
    for title, url in dict.fromkeys((entry.title, entry.url) for entry in entries):
        moment = _moment_in(title, zone)
        if moment and not _fits(moment, day, zone):
            others.append(Claim(what=f"meeting held, by the title “{title}”", moment=moment, source=url))
    return tuple(others)


def _fits(moment: Moment | None, day: date, zone: ZoneInfo) -> bool:
    return moment is None or day_of(moment.at, zone) <= day <= last_day(moment, zone)


def _is_day(moment: Moment | None) -> bool:
    return moment is not None and moment.precision not in COARSE


def _moment_in(title: str, zone: ZoneInfo) -> Moment | None:
    """The day or month that a title names, if it names one only."""
    found = set(TITLED.findall(title))
    if len(found) != 1:
        return None
    day, month, year = found.pop()
    try:
        first = datetime(int(year), MONTHS.index(month) + 1, int(day or 1), tzinfo=zone)
    except ValueError:
        return None
    return Moment(at=first.astimezone(UTC), precision=Precision.DAY if day else Precision.MONTH)


def _day_in(title: str) -> date | None:
    moment = _moment_in(title, LONDON)
    if moment is None or moment.precision is not Precision.DAY:
        return None
    return day_of(moment.at, LONDON)


def _meeting(told: list[_Told], at: datetime, zone: ZoneInfo, hosts: frozenset[str]) -> Meeting:
    """A meeting as all its documents tell it; what stands on an official page comes first."""
    ordered = sorted(
        told, key=lambda one: (not is_official(one.holding.entry.url, hosts), one.holding.entry.id)
    )
    held = ordered[0].held
    posted = min((one.posted for one in ordered if one.posted), default=None)
    out = last_day(posted, zone) if posted else None
    claims = [claim for one in ordered for claim in one.holding.entry.claims]
    texts = [text for one in ordered for text in (one.holding.entry.title, *(c.what for c in claims))]
    return Meeting(
        held=held,
        posted=posted,
        lag=(out - held).days if out and _is_day(posted) and out >= held else None,
        names=_names([one.holding for one in ordered], claims),
        slides=_slides([one.holding for one in ordered], claims),
        following=next((one.following for one in ordered if one.following), None),
        conflicts=tuple(dict.fromkeys(claim for one in ordered for claim in one.conflicts)),
        evidence=tuple(_evidence(one, at, zone, hosts) for one in ordered),
        sure=any(surely_public(one.holding, at, zone) for one in ordered),
        formal=not any(NOT_FORMAL.match(text) or PREPARATORY.search(text) for text in texts),
    )


def _evidence(one: _Told, at: datetime, zone: ZoneInfo, hosts: frozenset[str]) -> Evidence:
    entry = one.holding.entry
    url = entry.url or one.source
    made = document(one.holding, is_official(url, hosts), surely_public(one.holding, at, zone))
    return Evidence(
        title=made.title,
        url=url or made.url,
        moment=one.posted,
        official=made.official,
        note="" if entry.url else "by a record kept here",
        sure=made.sure,
    )


def _names(holdings: list[Document], claims: list[Claim]) -> bool | None:
    """Whether the names of those who took part are published, if anything tells."""
    told = [match for claim in claims if (match := NAMES.match(claim.what))]
    if told:
        return any(match["no"] is None for match in told)
    return True if any(LISTED.search(holding.entry.text) for holding in holdings) else None


def _slides(holdings: list[Document], claims: list[Claim]) -> bool | None:
    linked = any(SLIDES.search(link.title or "") for holding in holdings for link in holding.entry.links)
    return True if linked or any(claim.what.startswith("slides published") for claim in claims) else None
