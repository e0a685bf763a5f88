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
from aggregator.model.days import COARSE, MONTHS, day_in_words, day_of, last_day
from aggregator.observe.state.process_state import (
    certainly_public,
    document_evidence,
    is_official,
    possibly_public,
)

MEETING_CLAIM: Final = "meeting held"
POSTED_CLAIM: Final = re.compile(r"record (?:of the meeting of (?P<day>\d{1,2} \w+ \d{4}) )?posted")
NEXT_MEETING_CLAIM: Final = re.compile(
    r"next meeting(?: announced in the record of (?P<month>\w+ \d{4})| announced.*)?"
)
NOT_FORMAL: Final = re.compile(r"said not to be a formal forum meeting")
PREPARATORY: Final = re.compile(r"\bpre-MSF\b|\bpre-multi-?stakeholder\b|\bnot a formal\b", re.IGNORECASE)
NAMES_CLAIM: Final = re.compile(r"names of those who attended are (?P<no>not )?published")
ATTENDEES_HEADING: Final = re.compile(r"\battendees and apologies\b", re.IGNORECASE)
"""The heading under which gov.scot's minutes name those who took part."""
SLIDES_WORD: Final = re.compile(r"\bslides\b", re.IGNORECASE)
TITLE_DATE: Final = re.compile(rf"(?:(\d{{1,2}})(?:st|nd|rd|th)? )?({'|'.join(MONTHS)}),? (\d{{4}})")


@dataclass(frozen=True, slots=True, kw_only=True)
class _MeetingReport:
    """One document's word on one meeting."""

    held: date
    document: Document
    source: str | None
    """Where that this very meeting was held stands; None: in the document itself."""
    posted: Moment | None
    following: Moment | None
    conflicts: tuple[Claim, ...]


def forum_meetings(
    process: Process, documents: Iterable[Document], at: datetime, zone: ZoneInfo, hosts: frozenset[str]
) -> tuple[Meeting, ...]:
    """The meetings of the process's forum that were held by `at`, newest first.

    Left out is what is known to have come out later. Where it is not known when a record came out, the
    meeting is there and not `sure`.
    """
    reports: dict[date, list[_MeetingReport]] = defaultdict(list)
    for document in documents:
        if _is_forum_record(process, document) and possibly_public(document, at, zone):
            for one in _reports_of(document, zone):
                reports[one.held].append(one)
    today = day_of(at, zone)
    found = (
        _meeting(reports[held], at, zone, hosts) for held in sorted(reports, reverse=True) if held <= today
    )
    return tuple(found)


def _is_forum_record(process: Process, document: Document) -> bool:
    forum, entry = process.forum, document.entry
    if forum is None or document.labels.type != "meeting-record" or not document.labels.relevant:
        return False
    named = any(name.startswith(f"meeting:{forum.body}:") for name in entry.names)
    title = entry.title.casefold()
    return entry.body == forum.body or named or any(words.casefold() in title for words in forum.words)


def _reports_of(document: Document, zone: ZoneInfo) -> Iterator[_MeetingReport]:
    """One for each meeting that the document says was held; for a document without claims, by its title."""
    claims = document.entry.claims
    held = [claim for claim in claims if claim.what == MEETING_CLAIM and _is_day(claim.moment)]
    if not held:
        if (day := _day_in(document.entry.title)) is not None:
            yield _report(day, document, None, (), zone, several=False)
        return
    for claim in held:
        if claim.moment:
            day = day_of(claim.moment.at, zone)
            several = len(held) > 1
            yield _report(
                day, document, claim.source, () if several else _conflicts(day, document, zone), zone, several
            )


def _report(
    day: date,
    document: Document,
    source: str | None,
    conflicts: tuple[Claim, ...],
    zone: ZoneInfo,
    several: bool,
) -> _MeetingReport:
    claims = document.entry.claims
    posted = next(
        (
            c.moment
            for c in claims
            if (m := POSTED_CLAIM.fullmatch(c.what)) and _is_about(m["day"], day, several)
        ),
        None,
    )
    following = next(
        (
            c.moment
            for c in claims
            if (m := NEXT_MEETING_CLAIM.fullmatch(c.what)) and _is_about(m["month"], day, several)
        ),
        None,
    )
    return _MeetingReport(
        held=day,
        document=document,
        source=source,
        posted=posted or (None if several else document.entry.published),
        following=following,
        conflicts=conflicts,
    )


def _is_about(words: str | None, day: date, several: bool) -> bool:
    """Whether a claim of a document is about the meeting of `day`: it names it, or there is only that one."""
    if words is None:
        return not several
    return f" {words}" in f" {day_in_words(day)}"


def _conflicts(day: date, document: Document, zone: ZoneInfo) -> tuple[Claim, ...]:
    """Other dates that the document, or its title, gives for the meeting."""
    others = [
        c
        for c in document.entry.claims
        if c.what.startswith(MEETING_CLAIM + ",") and not _fits(c.moment, day, zone)
    ]
    entries = (document.entry, *(carrier.entry for carrier in document.carriers))
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
    found = set(TITLE_DATE.findall(title))
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


def _meeting(reports: list[_MeetingReport], at: datetime, zone: ZoneInfo, hosts: frozenset[str]) -> Meeting:
    """A meeting as all its documents tell it; what stands on an official page comes first."""
    ordered = sorted(
        reports, key=lambda one: (not is_official(one.document.entry.url, hosts), one.document.entry.id)
    )
    held = ordered[0].held
    posted = min((one.posted for one in ordered if one.posted), default=None)
    out = last_day(posted, zone) if posted else None
    claims = [claim for one in ordered for claim in one.document.entry.claims]
    texts = [text for one in ordered for text in (one.document.entry.title, *(c.what for c in claims))]
    return Meeting(
        day=held,
        record_published=posted,
        lag=(out - held).days if out and _is_day(posted) and out >= held else None,
        names_published=_names_published([one.document for one in ordered], claims),
        slides_published=_slides_published([one.document for one in ordered], claims),
        next_meeting=next((one.following for one in ordered if one.following), None),
        conflicts=tuple(dict.fromkeys(claim for one in ordered for claim in one.conflicts)),
        evidence=tuple(_evidence(one, at, zone, hosts) for one in ordered),
        sure=any(certainly_public(one.document, at, zone) for one in ordered),
        formal=not any(NOT_FORMAL.match(text) or PREPARATORY.search(text) for text in texts),
    )


def _evidence(one: _MeetingReport, at: datetime, zone: ZoneInfo, hosts: frozenset[str]) -> Evidence:
    entry = one.document.entry
    url = entry.url or one.source
    made = document_evidence(one.document, is_official(url, hosts), certainly_public(one.document, at, zone))
    return Evidence(
        title=made.title,
        url=url or made.url,
        moment=one.posted,
        official=made.official,
        note="" if entry.url else "by a record kept here",
        sure=made.sure,
    )


def _names_published(documents: list[Document], claims: list[Claim]) -> bool | None:
    """Whether the names of those who took part are published, if anything tells."""
    reports = [match for claim in claims if (match := NAMES_CLAIM.match(claim.what))]
    if reports:
        return any(match["no"] is None for match in reports)
    return True if any(ATTENDEES_HEADING.search(document.entry.text) for document in documents) else None


def _slides_published(documents: list[Document], claims: list[Claim]) -> bool | None:
    linked = any(
        SLIDES_WORD.search(link.title or "") for document in documents for link in document.entry.links
    )
    return True if linked or any(claim.what.startswith("slides published") for claim in claims) else None
