"""Removes private persons from a message: mail addresses, telephone numbers, and the names in its header."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final
from urllib.parse import parse_qs, unquote

from aggregator.parse.mail.boilerplate import PUBLIC_WORD, quoted_headers
from aggregator.parse.mail.message import MailHeader, decode_header_text
from aggregator.values.web_addresses import host_of, split_address

# Also in the forms `name [at] example [dot] org` and, in links, `name%40example.org`.
ADDRESS: Final = re.compile(
    r"(?<![\w.+'-])(?:mailto:)?[\w.+'-]{1,64}(?:@|%40| ?[\[(] ?at ?[\])] ?)[\w-]{1,63}"
    r"(?:(?:\.| ?[\[(] ?dot ?[\])] ?)[\w-]{1,63}){1,8}",
    re.IGNORECASE,
)
# A telephone number as it is written in the UK, or with a country code.
NUMBER: Final = re.compile(r"(?<![\w/.,£$€-])(?:\+|\(?0)\d[\d() .-]{7,18}\d(?![\w/])")
PHONE_DIGITS: Final = range(10, 15)
DATE: Final = re.compile(r"\d{1,2}[-./]\d{1,2}[-./]\d{4}|\d{4}[-.]\d\d[-.]\d\d")

# The name before an address. In quotes it may have a comma: `"Smith, Chloe" <…>`.
NAMED: Final = re.compile(r'"([^"<>]{2,80})"\s*<|([^"<>@;,()]{2,80})<')
PERSON: Final = re.compile(r"[A-Z][\w'’-]+(?: (?:[A-Z]\.?|[A-Z][\w'’-]+|[a-z]{2,3})){1,3}")
FIELDS: Final = ("from", "sender", "reply-to", "x-original-from", "to", "cc")
# Offices as they are written beside a name. Case matters: in lower case most of them are verbs.
OFFICE: Final = re.compile(
    r"\b(?:Minister|Secretary|Chair|Convener|Councillor|Cllr|Mayor|Commissioner|Director|Chief|Head of|Lead"
    r"|President|Lord|Lady|Baroness|Dame|Sir|Ombudsman|Auditor|Speaker|Leader|Gweinidog|Cadeirydd"
    r"|MP|MSP|MLA|MS|AS)\b|\b[Cc]o-?[Cc]hair"
)
SENTENCE: Final = re.compile(r"(?<=[.!?])\s+")

# How a message names whom it quotes: a name before an address, and before or after "wrote".
_PERSON: Final = PERSON.pattern
NAME_WITH_ADDRESS: Final = re.compile(
    rf"({_PERSON})[\"']?,?\s*(?:<|\[|\()(?:mailto:)?[^\s<>\[\]()]{{1,100}}@"
)
WRITER: Final = re.compile(
    rf"({_PERSON})\s*(?:<[^<>]{{0,100}}>|\[[^\[\]]{{0,100}}\]|\([^()]{{0,100}}\))?,?"
    r" (?:wrote|writes|said|a écrit|ha scritto)\s*:"
    rf"|\b(?:ysgrifennodd|schrieb|schreef|skrev|escribió) ({_PERSON})"
)
VERB: Final = re.compile(r"wrote|writes|said|écrit|scritto|ysgrifennodd|schrieb|schreef|skrev|escribió")
QUOTED_FIELD: Final = re.compile(
    r"\W{0,6}(?:from|to|cc|bcc|sender|reply-to|oddi wrth|at|von|an|de|à)\W{0,3}:\s*(.*)", re.IGNORECASE
)
MAX_LINE: Final = 1_000

# Names that are removed, the writer's first.
MAX_NAMES: Final = 200

ADDRESS_REMOVED: Final = "[address removed]"
NUMBER_REMOVED: Final = "[number removed]"
NAME_REMOVED: Final = "[name removed]"
SAFELINKS_HOST: Final = ".safelinks.protection.outlook.com"
SAFELINK: Final = re.compile(rf"https?://[\w.-]{{1,80}}{re.escape(SAFELINKS_HOST)}/[^\s<>\"]+")


@dataclass(frozen=True, slots=True)
class Redactor:
    """Removes addresses, telephone numbers and certain names from text."""

    pattern: re.Pattern[str] | None

    def redact(self, text: str) -> str:
        """The text without addresses, telephone numbers and these names. Other names are not recognised."""
        without_safelinks = SAFELINK.sub(lambda found: unwrap_safelink(found[0]) or ADDRESS_REMOVED, text)
        redacted = NUMBER.sub(_number, ADDRESS.sub(ADDRESS_REMOVED, without_safelinks))
        return self.pattern.sub(NAME_REMOVED, redacted) if self.pattern else redacted


def redactor_for(names: Iterable[str], lines: Sequence[str]) -> Redactor:
    """A redactor for these names, without those of people who have an office.

    A name stays in the whole message if any sentence has it together with an office (`Chair`, `Minister`,
    `MP`).
    """
    known = dict.fromkeys(islice(names, MAX_NAMES))
    office_sentences = [
        sentence for line in lines for sentence in SENTENCE.split(line) if OFFICE.search(sentence)
    ]
    private = [name for name in known if not any(name in sentence for sentence in office_sentences)]
    patterns = (r"\s+".join(map(re.escape, name.split())) for name in sorted(private, key=len, reverse=True))
    return Redactor(re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)") if private else None)


def names_in_header(header: MailHeader) -> Iterator[str]:
    """The names of a message's writers and recipients."""
    return (name for field in FIELDS for value in header.all(field) for name in _names(value))


def quoted_names(lines: Sequence[str]) -> Iterator[str]:
    """The names of those whom a message quotes: by attributions, addresses and quoted header fields."""
    quoted_fields = {number for head in quoted_headers(lines) for number in head}
    for number, line in enumerate(lines):
        start = line[:MAX_LINE]
        patterns = (NAME_WITH_ADDRESS,) * ("@" in start) + (WRITER,) * bool(VERB.search(start))
        for found in (one for pattern in patterns for one in pattern.finditer(start)):
            yield from _persons(next(filter(None, found.groups())))
        is_quoted = number in quoted_fields or start.startswith(">")
        if is_quoted and (field := QUOTED_FIELD.fullmatch(start)):
            yield from _names(field[1])
            for written in re.split(r"[;<>\[\]()]|,(?= [A-Z])", field[1]):
                yield from _persons(written.strip(" \"'"))


def _names(value: str) -> Iterator[str]:
    for found in NAMED.finditer(decode_header_text(value[:2_000])):
        yield from _persons(found[1] or found[2])


def _persons(text: str) -> Iterator[str]:
    """The name in a text such as `Smith, Chloe via Forum`, in the order in which it is said."""
    written = text.partition(" via ")[0].partition("(")[0]
    last, comma, first = written.partition(",")
    name = " ".join(f"{first} {last}".split() if comma else written.split())
    if PERSON.fullmatch(name) and not PUBLIC_WORD.search(name):
        yield name


def _number(found: re.Match[str]) -> str:
    """The replacement of a match. A telephone number has ten to fourteen digits; dates in a row are none."""
    digits = sum(character.isdigit() for character in found[0])
    return found[0] if digits not in PHONE_DIGITS or DATE.search(found[0]) else NUMBER_REMOVED


def unwrap_safelink(href: str) -> str | None:
    """The link inside an Outlook Safe Link, or the link itself; None for a mail address or a private link.

    A Safe Link contains the mail address of the recipient, so it must not be published.
    """
    if host_of(href.strip()).endswith(SAFELINKS_HOST):
        href = parse_qs(split_address(href.strip()).query).get("url", [""])[0]
    if split_address(href.strip()).scheme not in {"http", "https", ""} or ADDRESS.search(unquote(href)):
        return None
    return href.strip()
