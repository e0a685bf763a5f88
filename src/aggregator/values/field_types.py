"""What people may write into a field: a name, a text, an address, a day. Checked only as `config/` reads it.

Values made by the program are never checked against these types: to everybody else they are `str` and `date`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field

SLUG: Final = r"[a-z0-9]+(-[a-z0-9]+)*"
PART_OF_A_DATE: Final = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")


def _text(value: str) -> str:
    if not value.strip():
        raise ValueError("it may not be empty")
    return value.strip()


def matching(pattern: str, remedy: str) -> Callable[[str], str]:
    """A check that a text is of one form; it raises ValueError with what would be right."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, str(value), re.DOTALL):
            raise ValueError(remedy)
        return value

    return check


check_address: Final = matching(
    r"https?://(localhost(:\d+)?|[^\s/]+\.[^\s/]+)(/\S*)?|[a-z0-9-]+/",
    "write a whole address that begins with https://, or a folder here such as 'records/'",
)


def _day(value: object) -> object:
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError("write a day, such as 2026-11-23") from None


def _first_day(value: object) -> object:
    if match := PART_OF_A_DATE.fullmatch(str(value)):
        try:
            return date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
        except ValueError:
            pass
    raise ValueError("write a year, a month or a day, such as 2018, 2018-07 or 2018-07-03")


Text = Annotated[str, AfterValidator(_text)]
Name = Annotated[
    str,
    AfterValidator(
        matching(SLUG, "write small letters a to z, digits and single hyphens, such as 'cabinet-office'")
    ),
]
Address = Annotated[str, AfterValidator(check_address)]
Day = Annotated[date, BeforeValidator(_day)]
FirstDay = Annotated[date, BeforeValidator(_first_day)]
"""`2018`, `2018-07` and `2018-07-03` are the first day of what they name."""
Points = Annotated[int, Field(ge=0, le=100)]
"""What a phrase is worth."""
Some = Field(min_length=1)
"""Beside the type of a list: not an empty one."""
