"""Takes private persons out of what a message says: addresses, numbers, and the names in its own header."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final
from urllib.parse import parse_qs, unquote

from aggregator.parse.mail.boilerplate import PUBLIC_WORD
from aggregator.parse.mail.message import MailHeader, decode_header_text
from aggregator.values.web_addresses import host_of, split_address

# Also as people hide it, `name [at] example [dot] org`, and as it stands in links (`%40`).
ADDRESS: Final = re.compile(
    r"(?<![\w.+'-])(?:mailto:)?[\w.+'-]{1,64}(?:@|%40| ?[\[(] ?at ?[\])] ?)[\w-]{1,63}"
    r"(?:(?:\.| ?[\[(] ?dot ?[\])] ?)[\w-]{1,63}){1,8}",
    re.IGNORECASE,
)
# A telephone number as it is written in the UK, or with the country's code.
NUMBER: Final = re.compile(r"(?<![\w/.,£$€-])(?:\+|\(?0)\d[\d() .-]{7,18}\d(?![\w/])")
PHONE_DIGITS: Final = range(10, 15)
DATE: Final = re.compile(r"\d{1,2}[-./]\d{1,2}[-./]\d{4}|\d{4}[-.]\d\d[-.]\d\d")

# The name before an address; in quotes it may hold a comma (`"Smith, Chloe" <…>`).
NAMED: Final = re.compile(r'"([^"<>]{2,80})"\s*<|([^"<>@;,()]{2,80})<')
PERSON: Final = re.compile(r"[A-Z][\w'’-]+(?: (?:[A-Z]\.?|[A-Z][\w'’-]+|[a-z]{2,3})){1,3}")
FIELDS: Final = ("from", "sender", "reply-to", "x-original-from", "to", "cc")
# As they are written beside a name; in small letters most of them are verbs.
OFFICE: Final = re.compile(
    r"\b(?:Minister|Secretary|Chair|Convener|Councillor|Cllr|Mayor|Commissioner|Director|Chief|Head of|Lead"
    r"|President|Lord|Lady|Baroness|Dame|Sir|Ombudsman|Auditor|Speaker|Leader|Gweinidog|Cadeirydd"
    r"|MP|MSP|MLA|MS|AS)\b|\b[Cc]o-?[Cc]hair"
)
SENTENCE: Final = re.compile(r"(?<=[.!?])\s+")

# Names of a header that are looked for; the writer's come first.
MAX_NAMES: Final = 20

ADDRESS_REMOVED: Final = "[address removed]"
NUMBER_REMOVED: Final = "[number removed]"
NAME_REMOVED: Final = "[name removed]"
SAFELINKS_HOST: Final = ".safelinks.protection.outlook.com"
SAFELINK: Final = re.compile(rf"https?://[\w.-]{{1,80}}{re.escape(SAFELINKS_HOST)}/[^\s<>\"]+")


@dataclass(frozen=True, slots=True)
class Redactor:
    """The names that are taken out of a message."""

    pattern: re.Pattern[str] | None

    def scrub(self, text: str) -> str:
        """The text without addresses, telephone numbers and these names. What else is a name is not known."""
        unpacked = SAFELINK.sub(lambda found: unwrap_safelink(found[0]) or ADDRESS_REMOVED, text)
        scrubbed = NUMBER.sub(_number, ADDRESS.sub(ADDRESS_REMOVED, unpacked))
        return self.pattern.sub(NAME_REMOVED, scrubbed) if self.pattern else scrubbed


def redactor_for(header: MailHeader, lines: Sequence[str]) -> Redactor:
    """Who wrote and received the message, by its header, except those whom its text gives an office.

    A name stays wherever any sentence puts it beside an office (`Chair`, `Minister`, `MP`): then it is the
    name of an office holder in all of the message.
    """
    stated = (name for field in FIELDS for value in header.all(field) for name in _names(value))
    names = dict.fromkeys(islice(stated, MAX_NAMES))
    official = [sentence for line in lines for sentence in SENTENCE.split(line) if OFFICE.search(sentence)]
    private = [name for name in names if not any(name in sentence for sentence in official)]
    spaced = (r"\s+".join(map(re.escape, name.split())) for name in sorted(private, key=len, reverse=True))
    return Redactor(re.compile(rf"(?<!\w)(?:{'|'.join(spaced)})(?!\w)") if private else None)


def _names(value: str) -> Iterator[str]:
    for found in NAMED.finditer(decode_header_text(value[:2_000])):
        stated = (found[1] or found[2]).partition(" via ")[0].partition("(")[0]
        last, comma, first = stated.partition(",")
        name = " ".join(f"{first} {last}".split() if comma else stated.split())
        if PERSON.fullmatch(name) and not PUBLIC_WORD.search(name):
            yield name


def _number(found: re.Match[str]) -> str:
    """A number has ten digits or more; a date has fewer, and two of them in a row are no number."""
    digits = sum(character.isdigit() for character in found[0])
    return found[0] if digits not in PHONE_DIGITS or DATE.search(found[0]) else NUMBER_REMOVED


def unwrap_safelink(href: str) -> str | None:
    """A link as it was before a mail filter packed it up with the reader's address; None for one that holds
    an address itself, or leads to no web page."""
    if host_of(href.strip()).endswith(SAFELINKS_HOST):
        href = parse_qs(split_address(href.strip()).query).get("url", [""])[0]
    if split_address(href.strip()).scheme not in {"http", "https", ""} or ADDRESS.search(unquote(href)):
        return None
    return href.strip()
