"""The words of dates as UK publishers write them: months in English and Welsh, weekdays, zones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

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
