"""The form of a record's front matter: its keys, what each may hold, and what to write instead."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from aggregator.errors import Mistake
from aggregator.yamldoc import Document

Path = tuple[str | int, ...]


def _matches(form: str) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and re.fullmatch(form, value) is not None


def _is_date(value: object) -> bool:
    """A year (which YAML reads as a number), a month or a day that exists."""
    text = str(value) if isinstance(value, str | int) else ""
    if not re.fullmatch(r"[12]\d{3}(?:-\d\d(?:-\d\d)?)?", text):
        return False
    try:
        date.fromisoformat((text + "-01-01")[:10])
    except ValueError:
        return False
    return True


Form = tuple[Callable[[object], bool], str]


def _is_day(value: object) -> bool:
    return isinstance(value, str) and len(value) == 10 and _is_date(value)


def _is_list(value: object) -> bool:
    return isinstance(value, list)


TEXT: Final[Form] = (_matches(r"(?s).*\S.*"), "text, in quotes if it is a number")
SLUG: Final[Form] = (
    _matches(r"[a-z0-9]+(?:-[a-z0-9]+)*"),
    "small letters, digits and single hyphens, such as uk-msf",
)
ADDRESS: Final[Form] = (_matches(r"https?://[^\s/?#]+\.[^\s]+"), "an address that starts with https://")
DATE: Final[Form] = (_is_date, "a date such as 2024-01-24, or 2024-01, or 2024")

RECORD: Final[Mapping[str, Form]] = {
    "id": SLUG,
    "body": SLUG,
    "title": TEXT,
    "type": SLUG,
    "document": ADDRESS,
    "published": DATE,
    "language": (_matches(r"[a-z]{2,3}"), "a language code such as en, cy or gd"),
    "claims": (_is_list, "a list, each claim on a line that starts with - what:"),
    "attachments": (_is_list, "a list, each attachment on a line that starts with - title:"),
    "added": (_is_day, "the day on which the record was added, such as 2026-11-23"),
    "added_by": TEXT,
}
ATTACHMENT: Final[Mapping[str, Form]] = {"title": TEXT, "url": ADDRESS, "type": TEXT}
CLAIM: Final[Mapping[str, Form]] = {"what": TEXT, "date": DATE, "source": ADDRESS, "note": TEXT}


def find_mistakes(front: Document, name: str) -> tuple[Mistake, ...]:
    """Everything that is wrong in the front matter of the record file `name`; empty when it is right."""
    found = tuple(_check(front, (), RECORD, ("id", "body", "title", "added")))
    facts = front.value
    for key, form, required in (("claims", CLAIM, ("what",)), ("attachments", ATTACHMENT, ("title", "url"))):
        listed = facts.get(key) if isinstance(facts, dict) else None
        for number in range(len(listed) if isinstance(listed, list) else 0):
            found += tuple(_check(front, (key, number), form, required))
    if not found and f"{facts['id']}.md" != name:
        what = f"the id is '{facts['id']}', but the file is named {name}: make them the same"
        found = (front.mistake(("id",), what),)
    return found


def _check(
    front: Document, path: Path, forms: Mapping[str, Form], required: tuple[str, ...]
) -> Iterator[Mistake]:
    """The mistakes of one mapping: its keys, then its values."""
    mapping: Any = front.value
    for step in path:
        mapping = mapping[step]
    if not isinstance(mapping, dict):
        yield front.mistake(path, f"write the facts here as 'key: value' lines: {', '.join(forms)}")
        return
    for key in required:
        if key not in mapping:
            yield front.mistake(path, f"the key '{key}' is missing: write '{key}:' with {forms[key][1]}")
    for key, value in mapping.items():
        if key not in forms:
            yield front.mistake((*path, str(key)), _unknown(str(key), forms))
        elif not forms[key][0](value):
            yield front.mistake((*path, key), _wrong(key, value, forms[key][1]))


def _unknown(key: str, forms: Mapping[str, Form]) -> str:
    close = difflib.get_close_matches(key, forms, n=1)
    remedy = f"did you mean '{close[0]}'?" if close else f"known keys: {', '.join(forms)}"
    return f"the key '{key}' is not known; {remedy}"


def _wrong(key: str, value: object, form: str) -> str:
    if value is None:
        return f"'{key}' is empty: leave the key out when it is not known, or write {form}"
    return f"'{key}' is {str(value)[:60]!r}, but should be {form}"
