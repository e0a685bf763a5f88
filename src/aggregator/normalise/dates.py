"""Reads every form of date that publishers use, as exactly as it was given; the only door to dateparser."""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from dateparser.date import DateDataParser

from aggregator.model import LONDON, Moment, Precision, ZoneBasis

NAMES: Final = (
    "january jan ionawr ion",
    "february feb chwefror chwef chw",
    "march mar mawrth fawrth maw",
    "april apr ebrill ebr",
    "may mai fai",
    "june jun mehefin fehefin meh",
    "july jul gorffennaf orffennaf gorff gor",
    "august aug awst",
    "september sept sep medi fedi",
    "october oct hydref hyd",
    "november nov tachwedd dachwedd thachwedd tach",
    "december dec rhagfyr ragfyr rhag",
)
MONTHS: Final[Mapping[str, int]] = {
    name: number for number, names in enumerate(NAMES, 1) for name in names.split()
}
"""Month by name, in small letters; Welsh with its mutations, since dates are written inside sentences."""

WEEKDAYS: Final = re.compile(
    r"\b(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
    r"|dydd (?:llun|mawrth|mercher|iau|gwener|sadwrn|sul))\b[.,]?"
)
"""Weekdays say nothing that the date does not. Welsh ones only after `dydd`: Mawrth is March, too."""

ORDINAL: Final = r"(?:st|nd|rd|th|af|il|ydd|eg|fed|ed|ain)?"

NOON: Final = re.compile(r"\b(?:12 ?(?:pm)? ?)?(?:noon|midday|hanner dydd)\b")
MIDNIGHT: Final = re.compile(r"\b(?:12 ?(?:am)? ?)?(?:midnight|hanner nos)\b")
FILLERS: Final = re.compile(r"\b(?:at|on|by|from|ar|(?<!\d )am(?= \d))\b|,|\([a-z ]*\)")
"""Words between a date and its time. Welsh `am` (at) only where a time follows it."""

HOURS: Final[Mapping[str, float]] = {
    "z": 0,
    "ut": 0,
    "utc": 0,
    "gmt": 0,
    "wet": 0,
    "bst": 1,
    "ist": 1,
    "west": 1,
    "cet": 1,
    "cest": 2,
    "est": -5,
    "edt": -4,
    "cst": -6,
    "cdt": -5,
    "mst": -7,
    "mdt": -6,
    "pst": -8,
    "pdt": -7,
}
"""Hours east of Greenwich. BST is British Summer Time, IST is Ireland's time in summer: the publishers are
British and Irish. The American names are those of RFC 822, 5.1."""


YEARS: Final = range(1800, 2300)
"""Years that a public record can bear; others are placeholders (0001-01-01) or misprints. GOV.UK's own
examples of open consultations close in 2210, 2211 and 2216, so that they never close."""

LONGEST: Final = 1_000
"""Characters of a date field that are looked at; the longest real one, in its markup, has about 80."""

DATES: Final = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        r"(?<!\d)(?P<year>\d{4})(?P<s>[-/])(?P<month>\d{1,2})(?P=s)(?P<day>\d{1,2})(?!\d)",
        r"(?<!\d)(?P<day>\d{1,2})(?P<s>[-/.])(?P<month>\d{1,2})(?P=s)(?P<year>\d{4})(?!\d)",
        rf"(?<!\d)(?P<day>\d{{1,2}}){ORDINAL}[ -](?:of |o )?(?P<name>[a-z]+)\.?,?[ -](?P<year>\d{{4}})(?!\d)",
        rf"\b(?P<name>[a-z]+)\.? (?P<day>\d{{1,2}}){ORDINAL},? (?P<year>\d{{4}})(?!\d)",
        r"^(?P<year>\d{4})-(?P<month>\d\d)$",
        r"^(?P<name>[a-z]+)\.? (?P<year>\d{4})$",
        r"^(?P<year>\d{4})$",
    )
)
"""Forms of a date, in small letters; `d/m/y` always means the day first. What is left must be a time."""

TIME: Final = re.compile(
    r"t?(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d)(?:[:.](?P<second>\d\d)(?:[.,]\d+)?)?)?"
    r" ?(?P<half>[ap]\.?m\b\.?)? ?(?P<zone>[a-z]{1,5}|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII,
)
WRAPPED: Final = re.compile(
    r"<time\b[^<>]*?\bdatetime\s*=\s*[\"']?([^\"'<>]*)[\"']?[^<>]*>(.*?)(?:</time|$)",
    re.IGNORECASE | re.DOTALL,
)
PLACEHOLDER: Final = re.compile(r"T12:00(?::00(?:\.0+)?)?(?:Z|\+00:?00)\s*$", re.IGNORECASE)


def zone_offset(name: str) -> timedelta | None:
    """The offset of `z`, `bst`, `+0100`, `+01:00`, `-05`, in small letters; None for a zone not known here.

    Raises nothing: an offset that no clock has is caught where the time is built.
    """
    numeric = re.fullmatch(r"([+-])(\d\d):?(\d\d)?", name)
    if numeric:
        sign = -1 if numeric[1] == "-" else 1
        return sign * timedelta(hours=int(numeric[2]), minutes=int(numeric[3] or 0))
    hours = HOURS.get(name)
    return None if hours is None else timedelta(hours=hours)


@dataclass(frozen=True, slots=True)
class DateParts:
    """A date as it was written; None for every part that was not."""

    year: int
    month: int | None
    day: int | None
    hour: int | None = None
    minute: int = 0
    second: int | None = None
    offset: timedelta | None = None

    @property
    def precision(self) -> Precision:
        """How exact it is: by its smallest part."""
        if self.hour is not None:
            return Precision.MINUTE if self.second is None else Precision.SECOND
        if self.day is not None:
            return Precision.DAY
        return Precision.YEAR if self.month is None else Precision.MONTH


def parse_moment(text: str | None, *, now: datetime, unzoned: ZoneBasis = ZoneBasis.ASSUMED) -> Moment | None:
    """The moment that `text` names, or None when it names none. Never raises.

    A day, month or year is that of Europe/London, and `at` its first instant. A time without a zone is local
    time in London too, or UTC where the caller knows the publisher's form to be so (`Zone.UTC_BY_FORM`: the
    `_gmt` fields of WordPress, legislation.gov.uk's feed). A local time that the clocks skip in March is read
    by the offset before the change (01:30 on that night is 01:30 UTC); one that comes twice in October is the
    first (in summer time). "Midnight" could be either end of a day, so only the day is kept. Parts of a
    second are cut.

    Nothing is invented: no relative dates, none without a year, none out of an id. `now` stands in for what
    dateparser would otherwise ask the clock.
    """
    words = _unwrap((text or "")[:LONGEST])
    if not words:
        return None
    reading = _read(words)
    try:
        return _place(reading, unzoned) if reading else _guess(words, now, unzoned)
    except (ValueError, OverflowError):
        return None


def _unwrap(text: str) -> str:
    """The words of a date, out of its markup.

    Drupal puts noon into `<time datetime>` where it has only a day (gov.wales, 2026-08; NI departments).
    """
    text = html.unescape(html.unescape(text)) if "&" in text else text
    wrapped = WRAPPED.search(text)
    if not wrapped:
        return _words(text)
    machine, people = _words(wrapped[1]), _words(wrapped[2])
    stated, shown = _read(machine), _read(people)
    if not (stated and shown):
        return people if shown else machine or people
    placeholder = PLACEHOLDER.search(wrapped[1]) and shown.hour is None
    return people if placeholder else machine


def _words(text: str) -> str:
    """Small letters, single spaces, no markup, no weekdays."""
    folded = " ".join(re.sub(r"<[^<>]*>", " ", text).split()).lower()
    return " ".join(WEEKDAYS.sub(" ", folded).strip(" ,").split())


def _read(words: str) -> DateParts | None:
    """What the words say, if all of them are understood."""
    for form in DATES:
        found = form.search(words)
        if found and (reading := _complete(found, words[: found.start()] + " " + words[found.end() :])):
            return reading
    return None


def _complete(found: re.Match[str], rest: str) -> DateParts | None:
    """A date with the time that stands around it; None when either is not understood."""
    parts = found.groupdict()
    month = MONTHS.get(parts["name"]) if "name" in parts else parts.get("month")
    if "name" in parts and month is None:
        return None
    year, day = int(parts["year"]), parts.get("day")
    reading = DateParts(year, int(month) if month else None, int(day) if day else None)
    rest = " ".join(FILLERS.sub(" ", MIDNIGHT.sub(" ", NOON.sub(" 12:00 ", rest))).split())
    return _with_time(reading, rest) if rest else reading


def _with_time(reading: DateParts, rest: str) -> DateParts | None:
    time = TIME.fullmatch(rest)
    if not time or not (time["minute"] or time["half"]):
        return None
    offset = zone_offset(time["zone"]) if time["zone"] else None
    if time["zone"] and offset is None:
        return None
    return DateParts(
        reading.year,
        reading.month,
        reading.day,
        hour=_hour(int(time["hour"]), time["half"]),
        minute=int(time["minute"] or 0),
        second=int(time["second"]) if time["second"] else None,
        offset=offset,
    )


def _hour(hour: int, half: str | None) -> int:
    """The hour of 24; an hour that no clock shows (`13am`) stays out of range, so that nothing is built."""
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        return 24
    return hour % 12 + (12 if half.startswith("p") else 0)


def _place(reading: DateParts, unzoned: ZoneBasis) -> Moment:
    """The reading in UTC. Raises ValueError or OverflowError for a date that no calendar has."""
    if reading.year not in YEARS:
        raise ValueError(reading.year)
    second = 59 if reading.second == 60 else reading.second or 0  # a leap second (RFC 3339, 5.6)
    month, day, hour = reading.month or 1, reading.day or 1, reading.hour or 0
    wall = datetime(reading.year, month, day, hour, reading.minute, second, tzinfo=UTC)
    return _settle(wall, reading.precision, reading.offset, unzoned)


def _settle(wall: datetime, precision: Precision, offset: timedelta | None, unzoned: ZoneBasis) -> Moment:
    """What clocks on a wall showed, in UTC; the zone that `wall` itself bears means nothing."""
    timed = precision in {Precision.MINUTE, Precision.SECOND}
    if timed and offset is not None:
        return Moment(at=wall.replace(tzinfo=timezone(offset)).astimezone(UTC), precision=precision)
    if timed and unzoned is ZoneBasis.UTC_BY_FORMAT:
        return Moment(at=wall.replace(tzinfo=UTC), precision=precision, zone=unzoned)
    return Moment(at=wall.replace(tzinfo=LONDON).astimezone(UTC), precision=precision, zone=ZoneBasis.ASSUMED)


@functools.lru_cache(maxsize=1)
def _parser(now: datetime) -> DateDataParser:
    return DateDataParser(
        languages=["en", "cy"],
        try_previous_locales=False,
        settings={
            "DATE_ORDER": "DMY",
            "STRICT_PARSING": True,
            "PARSERS": ["absolute-time"],
            "RELATIVE_BASE": now.replace(tzinfo=None),
            "RETURN_TIME_AS_PERIOD": True,
        },
    )


def _guess(words: str, now: datetime, unzoned: ZoneBasis) -> Moment | None:
    """dateparser's word for forms that we do not know (`25/05/26`, zones of other countries)."""
    try:
        found = _parser(now.replace(microsecond=0)).get_date_data(words[:100])
    except Exception:  # whatever it stumbles over is not a date
        return None
    date = found.date_obj
    if date is None or date.year not in YEARS or found.period not in {"day", "time"}:
        return None
    exact = Precision.SECOND if date.second else Precision.MINUTE
    precision = exact if found.period == "time" else Precision.DAY
    return _settle(date.replace(microsecond=0), precision, date.utcoffset(), unzoned)
