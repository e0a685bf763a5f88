"""The meetings of a forum, read from minutes, read-outs and records: when each was, and when it was recorded.

One record can list many meetings, and several documents can record one meeting. Where a title gives another
date than the record, the board shows both.
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
from aggregator.model.days import COARSE, MONTHS, day_in_words, day_of, first_day, last_day
from aggregator.observe.state.process_state import (
    certainly_public,
    document_evidence,
    first_sight,
    is_official,
    possibly_public,
    published_by,
)

# How the records of this project word their claims (records/README.md).
MEETING_CLAIM: Final = "meeting held"
POSTED_CLAIM: Final = re.compile(r"record (?:of the meeting of (?P<day>\d{1,2} \w+ \d{4}) )?posted")
NEXT_MEETING_CLAIM: Final = re.compile(
    r"next meeting(?: announced in the record of (?P<month>\w+ \d{4})| announced.*)?"
)
NOT_FORMAL: Final = re.compile(r"said not to be a formal forum meeting")
PREPARATORY: Final = re.compile(r"\bpre-MSF\b|\bpre-multi-?stakeholder\b|\bnot a formal\b", re.IGNORECASE)
NAMES_CLAIM: Final = re.compile(r"names of those who attended are (?P<no>not )?published")
# The heading under which gov.scot's minutes name those who took part.
ATTENDEES_HEADING: Final = re.compile(r"\battendees and apologies\b", re.IGNORECASE)
SLIDES_WORD: Final = re.compile(r"\bslides\b", re.IGNORECASE)
TITLE_DATE: Final = re.compile(rf"(?:(\d{{1,2}})(?:st|nd|rd|th)? )?({'|'.join(MONTHS)}),? (\d{{4}})")


@dataclass(frozen=True, slots=True, kw_only=True)
class _MeetingReport:
    """What one document says of one meeting."""

    day: date
    document: Document
    # The page that records this meeting, where a claim names one; None: the document itself.
    record_url: str | None
    record_published: Moment | None
    next_meeting: Moment | None
    conflicts: tuple[Claim, ...]


def forum_meetings(
    process: Process, documents: Iterable[Document], at: datetime, zone: ZoneInfo, hosts: frozenset[str]
) -> tuple[Meeting, ...]:
    """The meetings of the process's forum up to `at`, newest first.

    Records that are known to have come out later are left out. Where nobody knows when a record came out, its
    meeting is included, and `sure` is False.
    """
    reports: dict[date, list[_MeetingReport]] = defaultdict(list)
    for document in documents:
        if _is_forum_record(process, document) and possibly_public(document, at, zone):
            for report in _reports_of(document, zone):
                if not _came_out_later(report, at, zone):
                    reports[report.day].append(report)
    today = day_of(at, zone)
    days = (day for day in sorted(reports, reverse=True) if day <= today)
    return tuple(_meeting(reports[day], at, zone, hosts) for day in days)


def records_of_unknown_meetings(
    process: Process, documents: Iterable[Document], at: datetime, zone: ZoneInfo, hosts: frozenset[str]
) -> tuple[Evidence, ...]:
    """The records of the forum that do not tell the day of the meeting, such as "Read-out of October"."""
    return tuple(
        document_evidence(document, is_official(document.entry.url, hosts))
        for document in documents
        if _is_forum_record(process, document)
        and possibly_public(document, at, zone)
        and not PREPARATORY.search(document.entry.title)
        and not any(_reports_of(document, zone))
    )


def _came_out_later(report: _MeetingReport, at: datetime, zone: ZoneInfo) -> bool:
    """Whether we had not seen the record of a meeting, and it says itself that it came out after `at`."""
    published = report.record_published
    return report.document.first_seen > at and published is not None and not published_by(published, at, zone)


def _is_forum_record(process: Process, document: Document) -> bool:
    forum, entry = process.forum, document.entry
    if forum is None or document.labels.type != "meeting-record" or not document.labels.relevant:
        return False
    # `normalise/identity.py` gives this name to titles with the group and the day.
    named = any(name.startswith(f"meeting:{forum.body}:") for name in entry.names)
    title = entry.title.casefold()
    return entry.body == forum.body or named or any(phrase.casefold() in title for phrase in forum.words)


def _reports_of(document: Document, zone: ZoneInfo) -> Iterator[_MeetingReport]:
    """One for each meeting that the document's claims name; without claims, for the day in its title."""
    claims = document.entry.claims
    meeting_claims = [claim for claim in claims if claim.what == MEETING_CLAIM and _is_day(claim.moment)]
    if not meeting_claims:
        if (day := _day_in_title(document.entry.title)) is not None:
            yield _report(day, document, None, (), zone, several=False)
        return
    for claim in meeting_claims:
        if claim.moment:
            day = first_day(claim.moment, zone)
            several = len(meeting_claims) > 1
            yield _report(
                day, document, claim.source, () if several else _conflicts(day, document, zone), zone, several
            )


def _report(
    day: date,
    document: Document,
    record_url: str | None,
    conflicts: tuple[Claim, ...],
    zone: ZoneInfo,
    several: bool,
) -> _MeetingReport:
    claims = document.entry.claims
    record_published = next(
        (
            c.moment
            for c in claims
            if (m := POSTED_CLAIM.fullmatch(c.what)) and _is_about(m["day"], day, several)
        ),
        None,
    )
    next_meeting = next(
        (
            c.moment
            for c in claims
            if (m := NEXT_MEETING_CLAIM.fullmatch(c.what)) and _is_about(m["month"], day, several)
        ),
        None,
    )
    return _MeetingReport(
        day=day,
        document=document,
        record_url=record_url,
        record_published=record_published or (None if several else document.entry.published),
        next_meeting=next_meeting,
        conflicts=conflicts,
    )


def _is_about(named: str | None, day: date, several: bool) -> bool:
    """Whether a claim is about the meeting of `day`: it names its day or month, or there is only one."""
    if named is None:
        return not several
    return f" {named}" in f" {day_in_words(day)}"


def _conflicts(day: date, document: Document, zone: ZoneInfo) -> tuple[Claim, ...]:
    """Other dates that the document or one of its titles gives for the meeting."""
    others = [
        c
        for c in document.entry.claims
        if c.what.startswith(MEETING_CLAIM + ",") and not _agrees(c.moment, day, zone)
    ]
    entries = (document.entry, *(carrier.entry for carrier in document.carriers))
    # The combined entry has the lead's title only; a wrong date may be in that of any carrier.
    for title, url in dict.fromkeys((entry.title, entry.url) for entry in entries):
        moment = _moment_in_title(title, zone)
        if moment and not _agrees(moment, day, zone):
            others.append(Claim(what=f"meeting held, by the title “{title}”", moment=moment, source=url))
    return tuple(others)


def _agrees(moment: Moment | None, day: date, zone: ZoneInfo) -> bool:
    return moment is None or first_day(moment, zone) <= day <= last_day(moment, zone)


def _is_day(moment: Moment | None) -> bool:
    return moment is not None and moment.precision not in COARSE


def _moment_in_title(title: str, zone: ZoneInfo) -> Moment | None:
    """The day or month that a title names; None where it names none or several."""
    found = set(TITLE_DATE.findall(title))
    if len(found) != 1:
        return None
    day, month, year = found.pop()
    try:
        first = datetime(int(year), MONTHS.index(month) + 1, int(day or 1), tzinfo=LONDON)
    except ValueError:
        return None
    return Moment(at=first.astimezone(UTC), precision=Precision.DAY if day else Precision.MONTH)


def _day_in_title(title: str) -> date | None:
    moment = _moment_in_title(title, LONDON)
    if moment is None or moment.precision is not Precision.DAY:
        return None
    return moment.day


def _meeting(reports: list[_MeetingReport], at: datetime, zone: ZoneInfo, hosts: frozenset[str]) -> Meeting:
    """One meeting out of all that documents say of it; an official page comes first."""

    def official_first(report: _MeetingReport) -> tuple[bool, str]:
        return not is_official(report.document.entry.url, hosts), report.document.entry.id

    ordered = sorted(reports, key=official_first)
    day = ordered[0].day
    record_published = min((one.record_published for one in ordered if one.record_published), default=None)
    published_on = last_day(record_published, zone) if record_published else None
    # A month is too coarse for a lag, and a record dated before its meeting is an announcement or an error.
    has_lag = published_on and _is_day(record_published) and published_on >= day
    claims = [claim for report in ordered for claim in report.document.entry.claims]
    texts = [text for report in ordered for text in (report.document.entry.title, *(c.what for c in claims))]
    return Meeting(
        day=day,
        record_published=record_published,
        lag=(published_on - day).days if published_on and has_lag else None,
        names_published=_names_published([report.document for report in ordered], claims),
        slides_published=_slides_published([report.document for report in ordered], claims),
        next_meeting=next((report.next_meeting for report in ordered if report.next_meeting), None),
        conflicts=tuple(dict.fromkeys(claim for report in ordered for claim in report.conflicts)),
        evidence=tuple(_evidence(report, at, zone, hosts) for report in ordered),
        sure=any(certainly_public(report.document, at, zone) for report in ordered),
        formal=not any(NOT_FORMAL.match(text) or PREPARATORY.search(text) for text in texts),
    )


def _evidence(report: _MeetingReport, at: datetime, zone: ZoneInfo, hosts: frozenset[str]) -> Evidence:
    entry = report.document.entry
    url = entry.url or report.record_url
    sure = certainly_public(report.document, at, zone)
    evidence = document_evidence(report.document, is_official(url, hosts), sure=sure)
    return Evidence(
        title=evidence.title,
        url=url or evidence.url,
        # A record that we first saw later may have been out already: no later than when we saw it.
        moment=report.record_published or (None if sure else first_sight(report.document)),
        official=evidence.official,
        note="" if entry.url else "by a record kept here",
        sure=evidence.sure,
        no_later=report.record_published is None and not sure,
    )


def _names_published(documents: list[Document], claims: list[Claim]) -> bool | None:
    """Whether the names of those who took part are published; None where nothing says so."""
    stated = [match for claim in claims if (match := NAMES_CLAIM.match(claim.what))]
    if stated:
        return any(match["no"] is None for match in stated)
    return True if any(ATTENDEES_HEADING.search(document.entry.text) for document in documents) else None


def _slides_published(documents: list[Document], claims: list[Claim]) -> bool | None:
    linked = any(
        SLIDES_WORD.search(link.title or "") for document in documents for link in document.entry.links
    )
    return True if linked or any(claim.what.startswith("slides published") for claim in claims) else None
