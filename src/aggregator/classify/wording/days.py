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
_WEEKDAY: Final = (
    r"(?:(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
    r"|dydd (?:llun|mawrth|mercher|iau|gwener|sadwrn|sul)),? (?:the )?"
)
_TIME: Final = r"(?:,? (?:at |- ?)?\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?: ?[ap]\.?m\.?)?(?: (?:gmt|bst|utc))?)?"

# The fields of each form end in its number.
DATE: Final = re.compile(
    rf"\b(?:{_WEEKDAY})?(?:(?P<day1>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month1>{_MONTH})\b\.?,?"
    rf"(?: (?P<year1>\d{{4}}))?"
    rf"|(?P<month2>{_MONTH})\.? (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<year2>\d{{4}}))?"
    r"|(?P<year3>\d{4})-(?P<month3>\d\d)-(?P<day3>\d\d)(?:t[\d:.]+(?:z|\+[\d:]+)?)?"
    rf"|(?P<day4>\d{{1,2}})[/.](?P<month4>\d{{1,2}})[/.](?P<year4>\d{{4}})){_TIME}"
)


def day_of(found: re.Match[str], year: int) -> date | None:
    """Return the day of a match of `DATE`; of this `year` if it names none. None if there is no such day."""
    given = {name[:-1]: value for name, value in found.groupdict().items() if value}
    month = given["month"]
    try:
        number = _NUMBER_OF.get(month) or int(month)
        return date(int(given.get("year", year)), number, int(given["day"]))
    except ValueError:
        return None
