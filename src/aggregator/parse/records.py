"""Reads the folder of records: a Markdown file with YAML front matter for each record."""

from __future__ import annotations

import difflib
import html
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from aggregator import yamldoc
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.model import (
    Fetched,
    FetchedPart,
    ParsedPage,
    RawClaim,
    RawEntry,
    RawLink,
    Reject,
    Request,
    Source,
)
from aggregator.yamldoc import YamlDocument

Path = tuple[str | int, ...]


MARKDOWN: Final = MarkdownIt("commonmark", {"html": False}).enable("table")
FENCE: Final = "---"
# Bytes of one record. The YAML and Markdown parsers take minutes for millions of brackets.
MAX_BYTES: Final = 200_000
# Characters of the front matter. The longest so far has 4,100.
MAX_FRONT_MATTER: Final = 20_000


def _matches(pattern: str) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def _is_date(value: object) -> bool:
    """Whether the value is a year, a month or a day that exists. YAML reads a year as a number."""
    text = str(value) if isinstance(value, str | int) else ""
    if not re.fullmatch(r"[12]\d{3}(?:-\d\d(?:-\d\d)?)?", text):
        return False
    try:
        date.fromisoformat((text + "-01-01")[:10])
    except ValueError:
        return False
    return True


# A check of a field's value, and what the field should be, for the error message.
FieldRule = tuple[Callable[[object], bool], str]


def _is_day(value: object) -> bool:
    return isinstance(value, str) and len(value) == 10 and _is_date(value)


def _is_list(value: object) -> bool:
    return isinstance(value, list)


TEXT: Final[FieldRule] = (_matches(r"(?s).*\S.*"), "text, in quotes if it is a number")
SLUG: Final[FieldRule] = (
    _matches(r"[a-z0-9]+(?:-[a-z0-9]+)*"),
    "small letters, digits and single hyphens, such as uk-msf",
)
ADDRESS: Final[FieldRule] = (_matches(r"https?://[^\s/?#]+\.[^\s]+"), "an address that starts with https://")
DATE: Final[FieldRule] = (_is_date, "a date such as 2024-01-24, or 2024-01, or 2024")

RECORD_FIELDS: Final[Mapping[str, FieldRule]] = {
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
ATTACHMENT_FIELDS: Final[Mapping[str, FieldRule]] = {"title": TEXT, "url": ADDRESS, "type": TEXT}
CLAIM_FIELDS: Final[Mapping[str, FieldRule]] = {"what": TEXT, "date": DATE, "source": ADDRESS, "note": TEXT}


def find_issues(front: YamlDocument, name: str) -> tuple[ConfigIssue, ...]:
    """All issues in the front matter of the record file `name`; empty if it is valid."""
    found = tuple(_check(front, (), RECORD_FIELDS, ("id", "body", "title", "added")))
    facts = front.value
    for key, rules, required in (
        ("claims", CLAIM_FIELDS, ("what",)),
        ("attachments", ATTACHMENT_FIELDS, ("title", "url")),
    ):
        listed = facts.get(key) if isinstance(facts, dict) else None
        for number in range(len(listed) if isinstance(listed, list) else 0):
            found += tuple(_check(front, (key, number), rules, required))
    if not found and f"{facts['id']}.md" != name:
        what = f"the id is '{facts['id']}', but the file is named {name}: make them the same"
        found = (front.issue(("id",), what),)
    return found


def _check(
    front: YamlDocument, path: Path, rules: Mapping[str, FieldRule], required: tuple[str, ...]
) -> Iterator[ConfigIssue]:
    """The issues of one mapping: missing keys first, then unknown keys and wrong values."""
    mapping: Any = front.value
    for step in path:
        mapping = mapping[step]
    if not isinstance(mapping, dict):
        yield front.issue(path, f"write the facts here as 'key: value' lines: {', '.join(rules)}")
        return
    for key in required:
        if key not in mapping:
            yield front.issue(path, f"the key '{key}' is missing: write '{key}:' with {rules[key][1]}")
    for key, value in mapping.items():
        if key not in rules:
            yield front.issue((*path, str(key)), _unknown(str(key), rules))
        elif not rules[key][0](value):
            yield front.issue((*path, key), _wrong(key, value, rules[key][1]))


def _unknown(key: str, rules: Mapping[str, FieldRule]) -> str:
    close = difflib.get_close_matches(key, rules, n=1)
    remedy = f"did you mean '{close[0]}'?" if close else f"known keys: {', '.join(rules)}"
    return f"the key '{key}' is not known; {remedy}"


def _wrong(key: str, value: object, expected: str) -> str:
    if value is None:
        return f"'{key}' is empty: leave the key out when it is not known, or write {expected}"
    return f"'{key}' is {str(value)[:60]!r}, but should be {expected}"


def request(source: Source, address: str) -> Request:
    """A request for the whole folder, without a pause: it is on this machine."""
    return Request(url=address, pause=timedelta(0))


def read(source: Source, fetched: Fetched) -> ParsedPage:
    """Every record of the folder, by file name. A file with issues gives a Reject with the line of each
    issue.

    The page is `complete`: a file that is no longer there was removed.
    """
    # The folder may have a README for people, and hidden files of the operating system.
    records = (
        part for part in fetched.parts if part.name.lower() != "readme.md" and not part.name.startswith(".")
    )
    results = [_read_part(part) for part in sorted(records, key=lambda part: part.name)]
    return ParsedPage(
        entries=tuple(entry for entry in results if isinstance(entry, RawEntry)),
        complete=True,
        rejects=tuple(reject for result in results if isinstance(result, tuple) for reject in result),
    )


def _read_part(part: FetchedPart) -> RawEntry | tuple[Reject, ...]:
    try:
        head, text, first_line = _split(part)
        front = yamldoc.load(head, file=part.name, first_line=first_line)
        if issues := find_issues(front, part.name):
            raise ConfigError(issues)
    except ConfigError as error:
        return tuple(Reject(item_name=f"{one.file}:{one.line}", why=one.what) for one in error.issues)
    return _entry(part.name, front.value, text)


def _split(part: FetchedPart) -> tuple[str, str, int]:
    """The front matter, the text, and the number of the line on which the front matter starts."""
    if not part.name.endswith(".md"):
        raise _error_at(part, 1, "a record is a Markdown file: name it ID.md, or move it out of this folder")
    if len(part.payload) > MAX_BYTES:
        raise _error_at(part, 1, f"a record holds at most {MAX_BYTES:,} bytes; link to longer texts instead")
    try:
        text = part.payload.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = part.payload[: error.start].count(b"\n") + 1
        raise _error_at(part, line, "this is not UTF-8; save the file as UTF-8") from error
    lines = text.replace("\r\n", "\n").split("\n")
    if lines[0].rstrip() != FENCE:
        raise _error_at(part, 1, "a record starts with its facts: write --- on the first line")
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == FENCE), None)
    if end is None:
        raise _error_at(
            part, len(lines), "the facts do not end: write --- on a line of its own before the text"
        )
    head = "\n".join(lines[1:end])
    if len(head) > MAX_FRONT_MATTER:
        raise _error_at(
            part,
            1,
            f"the facts hold at most {MAX_FRONT_MATTER:,} characters; put longer texts below the second ---",
        )
    return head, "\n".join(lines[end + 1 :]), 2


def _error_at(part: FetchedPart, line: int, what: str) -> ConfigError:
    return ConfigError((ConfigIssue(part.name, line, what),))


def _entry(name: str, facts: Mapping[str, Any], text: str) -> RawEntry:
    tokens = MARKDOWN.parse(text)
    claims = tuple(
        RawClaim(
            what=claim["what"],
            date=_date_text(claim.get("date")),
            source=claim.get("source"),
            note=claim.get("note", ""),
        )
        for claim in facts.get("claims", ())
    )
    return RawEntry(
        item_name=name,
        id=f"record:{facts['id']}",
        link=facts.get("document"),
        title=facts["title"],
        summary=_first_paragraph(tokens),
        summary_is_html=False,
        content=_render(tokens, facts) or None,
        published=_date_text(facts.get("published")),
        type=facts.get("type"),
        language=facts.get("language"),
        links=(
            *(RawLink(href=href, rel="via") for href in dict.fromkeys(c.source for c in claims) if href),
            *(
                RawLink(href=one["url"], rel="enclosure", type=one.get("type"), title=one["title"])
                for one in facts.get("attachments", ())
            ),
        ),
        body=facts["body"],
        claims=claims,
    )


def _date_text(date: object) -> str | None:
    """A date as it is written. YAML reads a year as a number."""
    return None if date is None else str(date)


def _render(tokens: list[Token], facts: Mapping[str, Any]) -> str:
    text = str(MARKDOWN.renderer.render(tokens, MARKDOWN.options, {}))
    if "added_by" not in facts:
        return text
    return f"{text}<p>Added on {facts['added']} by {html.escape(facts['added_by'])}.</p>\n"


def _first_paragraph(tokens: list[Token]) -> str | None:
    """The first paragraph as plain text."""
    opened = next((n for n, token in enumerate(tokens) if token.type == "paragraph_open"), None)
    if opened is None:
        return None
    words = (" " if "break" in child.type else child.content for child in tokens[opened + 1].children or ())
    return "".join(words) or None
