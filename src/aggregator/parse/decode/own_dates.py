"""Reads the dates of another instance of this program, which says of each how exactly it is known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

RFC_3339_DAY: Final = re.compile(r"(\d{4})(-\d\d)(-\d\d)T")
RFC_822_DAY: Final = re.compile(r"[a-z]{3}, (\d\d )([a-z]{3} )(\d{4}) ", re.IGNORECASE)
# How many parts of a date are known.
PARTS: Final[Mapping[str, int]] = {"year": 1, "month": 2, "day": 3}


def known_part(text: str | None, precision: str | None) -> str | None:
    """The day, month or year of a date if no more is known, else the date as it stands.

    A feed has to write an instant: noon of the day, which nobody has stated.
    """
    known = PARTS.get(precision or "")
    if text is None or known is None:
        return text
    if day := RFC_3339_DAY.match(text):
        return "".join(day.groups()[:known])
    if day := RFC_822_DAY.match(text):
        return "".join(day.groups()[-known:])
    return text
