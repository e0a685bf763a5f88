"""Takes a digest of a mailing list apart into the messages in it.

A plain digest (RFC 1153) has a preamble with the names of all writers, then each message with a few of its
header fields, between lines of hyphens. Software differs in the number of hyphens and in `Message: 3`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from aggregator.parse.mail.message import (
    FOLD,
    LINE,
    MAX_FIELD_CHARACTERS,
    MailHeader,
    MailMessage,
    UnreadableMail,
    decode_header_text,
    parse_message,
)

MAX_DIGESTED: Final = 200

# RFC 1153 has 30 hyphens between messages and 70 after the preamble.
SEPARATOR: Final = re.compile(r"(?:\A|\n)-{25,80}[ \t]*(?=\n|\Z)")
NUMBERED: Final = re.compile(r"Message:? #?\d{1,5}(?: of \d{1,5})?[ \t]*\n+", re.IGNORECASE)
FIELD: Final = re.compile(
    r"(?:date|from|to|cc|subject|message-id|reply-to|sender|[a-z]+(?:-[a-z]+)+) *:", re.IGNORECASE
)
END: Final = re.compile(r"\s*(?:end|diwedd|ende|fin) (?:of|o|von|des|de|du)\b.{1,120}", re.IGNORECASE)
FOOTER: Final = re.compile(r"\bdigest footer\b", re.IGNORECASE)
# Subjects of digests, in the languages of list software.
SUBJECT: Final = re.compile(
    r"\bdigest\b.{0,60}(?:\b(?:vol|issue|of|number|no|v)\b|#|\d)|\bdigest\b\W*$|\bcrynhoad\b|\bzusammenfassung\b.{0,40}\d"
    r"|\blot\b.{0,20}\bvol\b",
    re.IGNORECASE,
)
# These describe the bytes of the message as it was sent alone.
OF_THE_BYTES: Final = ("content-type", "content-transfer-encoding", "content-disposition", "mime-version")


def take_apart(mail: MailMessage) -> Sequence[MailMessage]:
    """Return the messages of a digest, none if it is no digest.

    Raises UnreadableMail if a message in it cannot be read.
    """
    if mail.digested:
        return [parse_message(raw) for raw in mail.digested]
    text = mail.text.replace("\r\n", "\n")
    starts = list(SEPARATOR.finditer(text))
    if not starts:
        return ()
    ends = [*(found.start() for found in starts[1:]), len(text)]
    pieces = [text[found.end() : end] for found, end in zip(starts, ends, strict=True)]
    is_named = SUBJECT.search(decode_header_text(mail.header.first("subject"))) is not None
    ended = any(END.match(piece) for piece in pieces[-2:])
    messages = list(_join_rules(pieces))
    if not (is_named or ended):
        return ()
    if len(messages) > MAX_DIGESTED:
        raise UnreadableMail(f"it is a digest of more than {MAX_DIGESTED} messages")
    return messages


def _join_rules(pieces: Sequence[str]) -> Iterator[MailMessage]:
    """Yield the messages; a line of hyphens that begins none is part of the one before."""
    header, body = None, ""
    for piece in pieces:
        begun = _header_and_body(piece)
        ends = END.match(piece) or (begun and FOOTER.search(begun[0].first("subject")))
        if header and (begun or ends):
            yield MailMessage(header=header, text=body, markup="", attachments=())
        if ends:
            return
        if begun:
            header, body = begun
        elif header:
            body += f"\n{'-' * 30}{piece}"
    if header:
        yield MailMessage(header=header, text=body, markup="", attachments=())


def _header_and_body(piece: str) -> tuple[MailHeader, str] | None:
    """Return header and body of a message of a digest; None if the piece begins with no header."""
    rest = piece.lstrip("\n \t")
    if numbered := NUMBERED.match(rest):
        rest = rest[numbered.end() :]
    head, _, body = rest.partition("\n\n")
    lines = LINE.split(FOLD.sub(" ", head[: 20 * MAX_FIELD_CHARACTERS]))
    if not all(FIELD.match(line) for line in lines):
        return None
    named = (line.partition(":") for line in lines)
    fields = tuple(
        (name.strip().lower(), value.strip()[:MAX_FIELD_CHARACTERS])
        for name, _, value in named
        if name.strip().lower() not in OF_THE_BYTES
    )
    header = MailHeader(fields)
    is_header = header.first("from") and (header.first("subject") or header.first("date"))
    return (header, body) if is_header else None
