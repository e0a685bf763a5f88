"""Reads the folder of records: one Markdown file with front matter for each official record."""

from __future__ import annotations

import html
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from aggregator import yamldoc
from aggregator.errors import ConfigError, Mistake
from aggregator.model import Fetched, Page, Part, RawClaim, RawEntry, RawLink, Reject, Request, Source
from aggregator.parse.record_form import find_mistakes

MARKDOWN: Final = MarkdownIt("commonmark", {"html": False}).enable("table")
FENCE: Final = "---"
LARGEST: Final = 200_000
"""Bytes of one record; the YAML and Markdown readers take minutes for millions of brackets."""
LARGEST_HEAD: Final = 20_000
"""Characters of its facts; the longest so far have 4,100."""


def request(source: Source, address: str) -> Request:
    """The whole folder at once: nobody has to be spared."""
    return Request(url=address, pause=timedelta(0))


def read(source: Source, fetched: Fetched) -> Page:
    """Every record of the folder, by file name; a file with mistakes gives a Reject for each, with its line.

    The listing is complete: a file that is no longer there was removed.
    """
    # A folder of records may hold a README for people, and files that the machine hides.
    records = (
        part for part in fetched.parts if part.name.lower() != "readme.md" and not part.name.startswith(".")
    )
    read = [_read_part(part) for part in sorted(records, key=lambda part: part.name)]
    return Page(
        entries=tuple(entry for entry in read if isinstance(entry, RawEntry)),
        complete=True,
        rejects=tuple(reject for found in read if isinstance(found, tuple) for reject in found),
    )


def _read_part(part: Part) -> RawEntry | tuple[Reject, ...]:
    try:
        head, text, first_line = _split(part)
        front = yamldoc.load(head, file=part.name, first_line=first_line)
        if mistakes := find_mistakes(front, part.name):
            raise ConfigError(mistakes)
    except ConfigError as error:
        return tuple(Reject(where=f"{m.file}:{m.line}", why=m.what) for m in error.mistakes)
    return _entry(part.name, front.value, text)


def _split(part: Part) -> tuple[str, str, int]:
    """Front matter, text, and the line on which the front matter starts."""
    if not part.name.endswith(".md"):
        raise _mistake(part, 1, "a record is a Markdown file: name it ID.md, or move it out of this folder")
    if len(part.payload) > LARGEST:
        raise _mistake(part, 1, f"a record holds at most {LARGEST:,} bytes; link to longer texts instead")
    try:
        text = part.payload.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = part.payload[: error.start].count(b"\n") + 1
        raise _mistake(part, line, "this is not UTF-8; save the file as UTF-8") from error
    lines = text.replace("\r\n", "\n").split("\n")
    if lines[0].rstrip() != FENCE:
        raise _mistake(part, 1, "a record starts with its facts: write --- on the first line")
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == FENCE), None)
    if end is None:
        raise _mistake(
            part, len(lines), "the facts do not end: write --- on a line of its own before the text"
        )
    head = "\n".join(lines[1:end])
    if len(head) > LARGEST_HEAD:
        raise _mistake(
            part,
            1,
            f"the facts hold at most {LARGEST_HEAD:,} characters; put longer texts below the second ---",
        )
    return head, "\n".join(lines[end + 1 :]), 2


def _mistake(part: Part, line: int, what: str) -> ConfigError:
    return ConfigError((Mistake(part.name, line, what),))


def _entry(name: str, facts: Mapping[str, Any], text: str) -> RawEntry:
    tokens = MARKDOWN.parse(text)
    claims = tuple(
        RawClaim(
            what=claim["what"],
            date=_written(claim.get("date")),
            source=claim.get("source"),
            note=claim.get("note", ""),
        )
        for claim in facts.get("claims", ())
    )
    return RawEntry(
        where=name,
        id=f"record:{facts['id']}",
        link=facts.get("document"),
        title=facts["title"],
        summary=_first_paragraph(tokens),
        summary_is_html=False,
        content=_rendered(tokens, facts) or None,
        published=_written(facts.get("published")),
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


def _written(date: object) -> str | None:
    """A date as it stands there; YAML reads a year as a number."""
    return None if date is None else str(date)


def _rendered(tokens: list[Token], facts: Mapping[str, Any]) -> str:
    text = str(MARKDOWN.renderer.render(tokens, MARKDOWN.options, {}))
    if "added_by" not in facts:
        return text
    return f"{text}<p>Added on {facts['added']} by {html.escape(facts['added_by'])}.</p>\n"


def _first_paragraph(tokens: list[Token]) -> str | None:
    """The words of the first paragraph, without their markup."""
    opened = next((n for n, token in enumerate(tokens) if token.type == "paragraph_open"), None)
    if opened is None:
        return None
    words = (" " if "break" in child.type else child.content for child in tokens[opened + 1].children or ())
    return "".join(words) or None
