"""Makes what a message announces out of its HTML or text: without the letter around it, without persons."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from aggregator.model.text import one_line
from aggregator.parse.mail_letter import strip_letter
from aggregator.parse.mail_markup import lines_of, read_markup, rewrite, words_of_markup, write_markup
from aggregator.parse.mail_message import Attachment, Header, Mail
from aggregator.parse.mail_persons import Persons, persons_of

LONGEST, LINES = 300_000, 2_000
"""Characters and lines of a text that are looked at; the read-out of a meeting has some 200 lines."""

BULLET: Final = re.compile(r"(?:[-*•·–]|\d{1,2}[.)])\s")
UNITS: Final = ((1_000_000, "MB"), (1_000, "kB"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What a message announces."""

    content: str
    """HTML, still unsafe. What is attached stands below by name, type and size: it has no address."""
    persons: Persons
    """Who is not to be named, in its title neither."""


def announcement(mail: Mail, *, forwarded: bool) -> Announcement:
    """Of a message's HTML where that can be read, else of its text."""
    said = _from_markup(mail, forwarded) or _from_text(mail, forwarded)
    attached = _attached(mail.attachments, said.persons)
    return Announcement(content=said.content + attached, persons=said.persons)


def _from_markup(mail: Mail, forwarded: bool) -> Announcement | None:
    body = read_markup(mail.markup)
    if body is None:
        return None
    lines = lines_of(body)
    said, persons = _publishable(mail.header, [line.words for line in lines], forwarded)
    if not any(said):
        return None
    for line, after in zip(lines, said, strict=True):
        rewrite(line, after, persons.scrub)
    return Announcement(content=write_markup(body), persons=persons)


def _from_text(mail: Mail, forwarded: bool) -> Announcement:
    text = (mail.text if mail.text.strip() else words_of_markup(mail.markup)).strip()
    lines = text[:LONGEST].split("\n")
    if len(lines) > LINES or len(text) > LONGEST:
        lines[LINES:] = ["", "…"]
    said, persons = _publishable(mail.header, [one_line(line) for line in lines], forwarded)
    paragraphs = re.split(r"\n{2,}", "\n".join(said).strip("\n"))
    content = "".join(f"<p>{_paragraph(text)}</p>" for text in paragraphs if text)
    return Announcement(content=content, persons=persons)


def _publishable(header: Header, lines: Sequence[str], forwarded: bool) -> tuple[list[str], Persons]:
    kept = strip_letter(lines, forwarded=forwarded)
    persons = persons_of(header, kept)
    return [persons.scrub(line) for line in kept], persons


def _paragraph(text: str) -> str:
    """The lines of a paragraph in one; the items of a list each on their own."""
    lines = (html.escape(line, quote=False) for line in text.split("\n"))
    return (
        "".join(f"<br>{line}" if BULLET.match(line) else f" {line}" for line in lines)
        .removeprefix("<br>")
        .strip()
    )


def _attached(attachments: Sequence[Attachment], persons: Persons) -> str:
    items = (
        f"<li>Attachment: {html.escape(persons.scrub(_file(one.name)), quote=False)}"
        f" ({html.escape(one.type, quote=False)}, {_size(one.size)})</li>"
        for one in attachments
    )
    listed = "".join(items)
    return f"<ul>{listed}</ul>" if listed else ""


def _file(name: str) -> str:
    """A file's name without the folders that it lay in."""
    return one_line(re.split(r"[/\\]", name)[-1])[:200] or "without a name"


def _size(size: int) -> str:
    for unit, name in UNITS:
        if size >= unit:
            return f"{size / unit:.1f}".removesuffix(".0") + f" {name}"
    return "1 byte" if size == 1 else f"{size} bytes"
