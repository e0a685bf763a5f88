"""Finds dates in comparable text, as pages print them: in English and in Welsh, with or without a time."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

_MONTHS: Final = (
    ("january", "jan", "ionawr"),
    ("february", "feb", "chwefror"),
    ("march", "mar", "mawrth"),
    ("april", "apr", "ebrill"),
    ("may", "mai"),
    ("june", "jun", "mehefin"),
    ("july", "jul", "gorffennaf"),
    ("august", "aug", "awst"),
    ("september", "sept", "sep", "medi"),
    ("october", "oct", "hydref"),
    ("november", "nov", "tachwedd"),
    ("december", "dec", "rhagfyr"),
)
_NUMBER_OF: Final = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_MONTH: Final = f"(?:{'|'.join(sorted(_NUMBER_OF, key=len, reverse=True))})"
_DAYS: Final = (
    ("mon", "monday", "llun"),
    ("tue", "tues", "tuesday", "mawrth"),
    ("wed", "wednes", "wednesday", "mercher"),
    ("thu", "thurs", "thursday", "iau"),
    ("fri", "friday", "gwener"),
    ("sat", "satur", "saturday", "sadwrn"),
    ("sun", "sunday", "sul"),
)
_DAY_OF: Final = {name: number for number, names in enumerate(_DAYS) for name in names}
_DAY: Final = f"(?:{'|'.join(sorted(_DAY_OF, key=len, reverse=True))})"
_TIME: Final = r"(?:,? (?:at |- ?)?\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?: ?[ap]\.?m\.?)?(?: (?:gmt|bst|utc))?)?"
_ORDINAL: Final = "(?:st|nd|rd|th|af|il|ydd|ed|fed|eg|ain)?"

# A weekday by itself.
WEEKDAY: Final = re.compile(rf"\b(?:dydd )?(?P<weekday>{_DAY})\b")

# The fields of each form end in its number.
DATE: Final = re.compile(
    rf"\b(?:(?:dydd )?{_DAY},? (?:the )?)?"
    rf"(?:(?P<day1>\d{{1,2}}){_ORDINAL}(?: of)?[ -](?P<month1>{_MONTH})\b\.?,?(?:[ -](?P<year1>\d{{4}}))?"
    rf"|(?P<month2>{_MONTH})\.? (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (?P<year2>\d{{4}}))?"
    r"|(?P<year3>\d{4})[/-](?P<month3>\d\d)[/-](?P<day3>\d\d)(?:t[\d:.]+(?:z|\+[\d:]+)?)?"
    rf"|(?P<day4>\d{{1,2}})[/.-](?P<month4>\d{{1,2}})[/.-](?P<year4>\d{{4}}|\d\d)\b){_TIME}"
)


def weekday_of(found: re.Match[str]) -> int:
    """Return the number of the weekday of a match of `WEEKDAY`, from Monday as 0."""
    return _DAY_OF[found["weekday"]]


def day_of(found: re.Match[str], year: int) -> date | None:
    """Return the day of a match of `DATE`; of this `year` if it names none. None if there is no such day."""
    given = {name[:-1]: value for name, value in found.groupdict().items() if value}
    month = given["month"]
    try:
        number = _NUMBER_OF.get(month) or int(month)
        named = int(given.get("year", year))
        return date(named + 2000 if named < 100 else named, number, int(given["day"]))
    except ValueError:
        return None
