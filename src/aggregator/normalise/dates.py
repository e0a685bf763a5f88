"""Parses the forms of date that publishers use, with the precision that they give; only it uses
dateparser."""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final

from dateparser.date import DateDataParser

from aggregator.model import LONDON, Moment, Precision, ZoneBasis

MONTH_NAMES: Final = (
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
# Month by name, in lower case; Welsh with mutations, since dates are written inside sentences.
MONTHS: Final[Mapping[str, int]] = {
    name: number for number, names in enumerate(MONTH_NAMES, 1) for name in names.split()
}

# Weekdays, which add nothing to a date. Welsh ones only after `dydd`, since Mawrth is also March.
WEEKDAYS: Final = re.compile(
    r"\b(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
    r"|dydd (?:llun|mawrth|mercher|iau|gwener|sadwrn|sul))\b[.,]?"
)

ORDINAL: Final = r"(?:st|nd|rd|th|af|il|ydd|eg|fed|ed|ain)?"

NOON: Final = re.compile(r"\b(?:12 ?(?:pm)? ?)?(?:noon|midday|hanner dydd)\b")
MIDNIGHT: Final = re.compile(r"\b(?:12 ?(?:am)? ?)?(?:midnight|hanner nos)\b")
# Words between a date and its time. Welsh `am` (at) only before a time.
FILLERS: Final = re.compile(r"\b(?:at|on|by|from|ar|(?<!\d )am(?= \d))\b|,|\([a-z ]*\)")

# Hours east of Greenwich. BST is British Summer Time, IST is Ireland's time in summer: the publishers are
# British and Irish. The American names are those of RFC 822, 5.1.
ZONE_HOURS: Final[Mapping[str, float]] = {
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


# Years that a public record can have; others are placeholders (0001-01-01) or misprints. GOV.UK's own
# examples of open consultations close in 2210, 2211 and 2216, so that they never close.
YEARS: Final = range(1800, 2300)

# Where clocks of computers begin or end, in UTC. A date there says that nobody gave one.
ZERO_INSTANTS: Final = frozenset(
    {
        # The least and the greatest of 32 bits.
        datetime(1901, 12, 13, 20, 45, 52, tzinfo=UTC),
        datetime(2038, 1, 19, 3, 14, 7, tzinfo=UTC),
        datetime(2106, 2, 7, 6, 28, 15, tzinfo=UTC),
    }
)
# Spreadsheets and databases begin in these days, Unix on 1 January 1970 (the day before in America): no page
# of a body has such a date by right. 1 January 2000 is some clock's first day too, but documents have it.
ZERO_DAYS: Final = frozenset(
    {date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1), date(1969, 12, 31), date(1970, 1, 1)}
)

# Characters of a date field that are parsed; the longest real one, with its markup, has about 80.
MAX_DATE_CHARS: Final = 1_000

# Forms of a date, in lower case; `d/m/y` always has the day first. What is left around it must be a time.
DATE_FORMS: Final = tuple(
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

TIME_FORM: Final = re.compile(
    r"t?(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d)(?:[:.](?P<second>\d\d)(?:[.,]\d+)?)?)?"
    r" ?(?P<am_pm>[ap]\.?m\b\.?)? ?(?P<zone>[a-z]{1,5}|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII,
)
TIME_ELEMENT: Final = re.compile(
    r"<time\b[^<>]*?\bdatetime\s*=\s*[\"']?([^\"'<>]*)[\"']?[^<>]*>(.*?)(?:</time|$)",
    re.IGNORECASE | re.DOTALL,
)
NOON_PLACEHOLDER: Final = re.compile(r"T12:00(?::00(?:\.0+)?)?(?:Z|\+00:?00)\s*$", re.IGNORECASE)


def zone_offset(name: str) -> timedelta | None:
    """The offset of `z`, `bst`, `+0100`, `+01:00` or `-05`, in lower case; None for an unknown zone.

    Raises nothing: an impossible offset (`+9900`) is caught where the time is built.
    """
    numeric = re.fullmatch(r"([+-])(\d\d):?(\d\d)?", name)
    if numeric:
        sign = -1 if numeric[1] == "-" else 1
        return sign * timedelta(hours=int(numeric[2]), minutes=int(numeric[3] or 0))
    hours = ZONE_HOURS.get(name)
    return None if hours is None else timedelta(hours=hours)


@dataclass(frozen=True, slots=True)
class DateParts:
    """The parts of a date as it was written; None for parts that were not written."""

    year: int
    month: int | None
    day: int | None
    hour: int | None = None
    minute: int = 0
    second: int | None = None
    offset: timedelta | None = None

    @property
    def precision(self) -> Precision:
        """The precision of its smallest part."""
        if self.hour is not None:
            return Precision.MINUTE if self.second is None else Precision.SECOND
        if self.day is not None:
            return Precision.DAY
        return Precision.YEAR if self.month is None else Precision.MONTH


def parse_moment(
    text: str | None, *, now: datetime, unzoned: ZoneBasis = ZoneBasis.ASSUMED, exact: bool = False
) -> Moment | None:
    """The moment that `text` names, in UTC; None if it names none. Never raises.

    A day, month or year is one of Europe/London, and `at` its first instant. A time without a zone is London
    time, too, or UTC where the caller knows that the publisher's format means it (`ZoneBasis.UTC_BY_FORMAT`:
    the `_gmt` fields of WordPress, legislation.gov.uk's feed). A local time that the clocks skip in March is
    read with the offset before the change (01:30 on that night is 01:30 UTC); of one that comes twice in
    October the first counts (in summer time). "Midnight" can be either end of a day, so only the day is used.
    Fractions of a second are cut. A time of exactly 00:00:00, on the publisher's clock or in London, is a
    day: software that has only days writes it so. Not if `exact`: another instance of this program says what
    it is.

    Nothing is guessed: no relative dates, none without a year, none out of an id; a date that stands for none
    (1970-01-01) is none. `now` is for dateparser, which would otherwise ask the clock.
    """
    date_text = _date_text((text or "")[:MAX_DATE_CHARS])
    if not date_text:
        return None
    date_parts = _parse_known_form(date_text)
    try:
        moment = (
            _to_moment(date_parts, unzoned) if date_parts else _parse_with_dateparser(date_text, now, unzoned)
        )
    except (ValueError, OverflowError):
        return None
    if moment is None or is_placeholder(moment):
        return None
    return moment if exact else _day_of_midnight(moment, date_parts.offset if date_parts else None)


def _day_of_midnight(moment: Moment, offset: timedelta | None) -> Moment:
    """The day that a time of exactly 00:00:00 stands for, on the clock that showed it or in London."""
    # "12am" and "00:00" without a zone are words of a person, who means the hour.
    if not moment.has_time or (moment.precision is Precision.MINUTE and offset is None):
        return moment
    own = (
        UTC if moment.zone is ZoneBasis.UTC_BY_FORMAT else timezone(offset) if offset is not None else LONDON
    )
    clocks = (moment.at.astimezone(zone) for zone in (own, LONDON))
    day = next((one.date() for one in clocks if one.time() == time()), None)
    if day is None:
        return moment
    first = datetime.combine(day, time(), LONDON)
    return Moment(at=first.astimezone(UTC), precision=Precision.DAY, zone=ZoneBasis.ASSUMED)


def is_placeholder(moment: Moment) -> bool:
    """Whether software writes this date where nobody has given one.

    A time in January 1970 is a number of seconds that was read as one of milliseconds, or nearly none.
    """
    if moment.has_time:
        in_first_month = (moment.at.year, moment.at.month) == (1970, 1)
        return in_first_month or moment.at in ZERO_INSTANTS or moment.at.date() in ZERO_DAYS
    return moment.precision is Precision.DAY and moment.day in ZERO_DAYS


def _date_text(text: str) -> str:
    """The text of a date without markup: of `<time>` the attribute, or else the visible text.

    Drupal puts noon into `<time datetime>` where it has only a day (gov.wales, 2026-08; NI departments); then
    the visible text counts.
    """
    # Feeds escape markup once, some of them twice.
    text = html.unescape(html.unescape(text)) if "&" in text else text
    element = TIME_ELEMENT.search(text)
    if not element:
        return _simplify(text)
    machine_text, visible_text = _simplify(element[1]), _simplify(element[2])
    machine_date, visible_date = _parse_known_form(machine_text), _parse_known_form(visible_text)
    if not (machine_date and visible_date):
        return visible_text if visible_date else machine_text or visible_text
    placeholder = NOON_PLACEHOLDER.search(element[1]) and visible_date.hour is None
    return visible_text if placeholder else machine_text


def _simplify(text: str) -> str:
    """Lower case, single spaces, no markup, no weekdays."""
    text = " ".join(re.sub(r"<[^<>]*>", " ", text).split()).lower()
    return " ".join(WEEKDAYS.sub(" ", text).strip(" ,").split())


def _parse_known_form(date_text: str) -> DateParts | None:
    """The date in one of our forms; None unless all of the text is understood."""
    for form in DATE_FORMS:
        found = form.search(date_text)
        if found and (
            date_parts := _parse_rest(found, date_text[: found.start()] + " " + date_text[found.end() :])
        ):
            return date_parts
    return None


def _parse_rest(found: re.Match[str], rest: str) -> DateParts | None:
    """The date with the time before or after it; None if either is not understood."""
    parts = found.groupdict()
    month = MONTHS.get(parts["name"]) if "name" in parts else parts.get("month")
    if "name" in parts and month is None:
        return None
    year, day = int(parts["year"]), parts.get("day")
    date_parts = DateParts(year, int(month) if month else None, int(day) if day else None)
    rest = " ".join(FILLERS.sub(" ", MIDNIGHT.sub(" ", NOON.sub(" 12:00 ", rest))).split())
    return _with_time(date_parts, rest) if rest else date_parts


def _with_time(date_parts: DateParts, rest: str) -> DateParts | None:
    time = TIME_FORM.fullmatch(rest)
    if not time or not (time["minute"] or time["am_pm"]):
        return None
    offset = zone_offset(time["zone"]) if time["zone"] else None
    if time["zone"] and offset is None:
        return None
    return DateParts(
        date_parts.year,
        date_parts.month,
        date_parts.day,
        hour=_hour(int(time["hour"]), time["am_pm"]),
        minute=int(time["minute"] or 0),
        second=int(time["second"]) if time["second"] else None,
        offset=offset,
    )


def _hour(hour: int, am_pm: str | None) -> int:
    """The hour on a 24-hour clock; 24 (out of range) for an impossible one such as `13am`."""
    if am_pm is None:
        return hour
    if not 1 <= hour <= 12:
        return 24
    return hour % 12 + (12 if am_pm.startswith("p") else 0)


def _to_moment(date_parts: DateParts, unzoned: ZoneBasis) -> Moment:
    """The date in UTC. Raises ValueError or OverflowError for a date that no calendar has."""
    if date_parts.year not in YEARS:
        raise ValueError(date_parts.year)
    second = 59 if date_parts.second == 60 else date_parts.second or 0  # a leap second (RFC 3339, 5.6)
    month, day, hour = date_parts.month or 1, date_parts.day or 1, date_parts.hour or 0
    clock = datetime(date_parts.year, month, day, hour, date_parts.minute, second, tzinfo=UTC)
    return _clock_to_moment(clock, date_parts.precision, date_parts.offset, unzoned)


def _clock_to_moment(
    clock: datetime, precision: Precision, offset: timedelta | None, unzoned: ZoneBasis
) -> Moment:
    """The moment at which a wall clock showed this time; the zone of `clock` itself means nothing."""
    timed = precision in {Precision.MINUTE, Precision.SECOND}
    if timed and offset is not None:
        return Moment(at=clock.replace(tzinfo=timezone(offset)).astimezone(UTC), precision=precision)
    if timed and unzoned is ZoneBasis.UTC_BY_FORMAT:
        return Moment(at=clock.replace(tzinfo=UTC), precision=precision, zone=unzoned)
    return Moment(
        at=clock.replace(tzinfo=LONDON).astimezone(UTC), precision=precision, zone=ZoneBasis.ASSUMED
    )


@functools.lru_cache(maxsize=1)
def _parser(now: datetime) -> DateDataParser:
    return DateDataParser(
        languages=["en", "cy"],
        try_previous_locales=False,
        settings={
            "DATE_ORDER": "DMY",
            # Only dates with a day, month and year: nothing is guessed.
            "STRICT_PARSING": True,
            "PARSERS": ["absolute-time"],
            "RELATIVE_BASE": now.replace(tzinfo=None),
            "RETURN_TIME_AS_PERIOD": True,
        },
    )


def _parse_with_dateparser(date_text: str, now: datetime, unzoned: ZoneBasis) -> Moment | None:
    """The moment by dateparser, for forms that we do not know (`25/05/26`, zones of other countries)."""
    try:
        found = _parser(now.replace(microsecond=0)).get_date_data(date_text[:100])
    except MemoryError:
        raise
    except Exception:  # dateparser raises all kinds of errors on hostile text; none of it is a date
        return None
    date = found.date_obj
    if date is None or date.year not in YEARS or found.period not in {"day", "time"}:
        return None
    exact = Precision.SECOND if date.second else Precision.MINUTE
    precision = exact if found.period == "time" else Precision.DAY
    return _clock_to_moment(date.replace(microsecond=0), precision, date.utcoffset(), unzoned)
