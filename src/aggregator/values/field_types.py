"""Types of fields that people write: a name, a text, an address, a day.

Only `config/` checks them, when it reads a file. Everywhere else they are plain `str` and `date`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field

SLUG: Final = r"[a-z0-9]+(-[a-z0-9]+)*"
PARTIAL_DATE: Final = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")


def _text(value: str) -> str:
    if not value.strip():
        raise ValueError("it may not be empty")
    return value.strip()


def matching(pattern: str, remedy: str) -> Callable[[str], str]:
    """A check that a text matches `pattern`; it raises ValueError with the `remedy`."""

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
    if match := PARTIAL_DATE.fullmatch(str(value)):
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
# A year, month or day, read as its first day: `2018` is 2018-01-01.
FirstDay = Annotated[date, BeforeValidator(_first_day)]
# Points of the relevance score.
Points = Annotated[int, Field(ge=0, le=100)]
# For `Annotated`: the list has at least one item.
NotEmpty = Field(min_length=1)
