"""Parses a mail message, within limits: its header fields, text, HTML and attachments.

MIME parts are split here at their boundaries. The standard library's parser works line by line (10 MB of line
ends took 3 s, 1 MB at 30 levels 4 s; Python 3.11) and raises RecursionError at some depth.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from itertools import islice
from typing import Final

from aggregator.parse.decode.encoding import decode

# Bytes and lines of a header, and characters of a field. A chain of ARC fields may have 50 kB in 800 lines.
MAX_HEADER_BYTES, MAX_HEADER_LINES, MAX_FIELD_CHARACTERS = 256 * 1024, 2_000, 4_000
MAX_PARTS: Final = 100
MAX_DEPTH: Final = 10

BLANK: Final = re.compile(rb"\A\r?\n|\r?\n\r?\n")
FOLD: Final = re.compile(r"\r?\n[ \t]+")
# Not `splitlines`: it also splits at other line breaks of Unicode, so a forged field could follow one.
LINE: Final = re.compile(r"\r?\n")
ENCODED_WORDS: Final = re.compile(
    r"=\?[\w.:*-]{1,60}\?[BbQq]\?[^?\s]*\?=(?:\s+=\?[\w.:*-]{1,60}\?[BbQq]\?[^?\s]*\?=)*", re.ASCII
)
SIGNATURES: Final = frozenset(
    {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
)


class UnreadableMail(Exception):
    """The message cannot be read or is not allowed. The text is the reason, for the operator."""


@dataclass(frozen=True, slots=True)
class MailHeader:
    """The fields of a message or of one of its parts, in order. Names are in lower case."""

    fields: tuple[tuple[str, str], ...]

    def all(self, name: str) -> tuple[str, ...]:
        """All fields with this name, the topmost first."""
        return tuple(value for known, value in self.fields if known == name)

    def first(self, name: str) -> str:
        """The topmost field with this name; empty if there is none."""
        return next(iter(self.all(name)), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class MimePart:
    """A MIME part that contains no other parts."""

    type: str
    name: str
    is_attachment: bool
    charset: str
    is_flowed: bool
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class MailMessage:
    """A parsed message. Several parts of text, or of HTML, are joined in order."""

    header: MailHeader
    text: str
    markup: str
    attachments: tuple[MimePart, ...]
    # The messages of a MIME digest (RFC 2046, 5.1.5).
    digested: tuple[bytes, ...] = ()


def read_header(raw: bytes) -> MailHeader:
    """The fields of a message. Raises UnreadableMail for a header beyond the limits."""
    return _split(raw)[0]


def parse_message(raw: bytes) -> MailMessage:
    """The whole message.

    Raises UnreadableMail if it has too many parts, is nested too deeply, or is encrypted.
    """
    parts = list(islice(_parts(raw, 0), MAX_PARTS + 1))
    if len(parts) > MAX_PARTS:
        raise UnreadableMail(f"it has more than {MAX_PARTS} parts")
    inline = [part for part in parts if not part.is_attachment]
    return MailMessage(
        header=read_header(raw),
        text="\n\n".join(_text(part) for part in inline if part.type == "text/plain"),
        markup="\n".join(_text(part) for part in inline if part.type == "text/html"),
        attachments=tuple(part for part in parts if part.is_attachment),
        digested=tuple(part.payload for part in inline if part.type == "message/rfc822"),
    )


def content_parameter(header: MailHeader, name: str) -> str:
    """A parameter of the Content-Type field, decoded; empty if there is none."""
    return _parameter(_content_fields(header), name)


def decode_header_text(value: str) -> str:
    """A field's text with encoded words decoded (RFC 2047). What cannot be decoded stays as it is."""
    return ENCODED_WORDS.sub(_decoded, value)


def _decoded(found: re.Match[str]) -> str:
    try:
        pieces = decode_header(found[0])
    except (HeaderParseError, ValueError):
        return found[0]
    return "".join(
        piece if isinstance(piece, str) else decode(piece, f"charset={charset}") for piece, charset in pieces
    )


def _split(raw: bytes) -> tuple[MailHeader, bytes]:
    end = BLANK.search(raw)
    head, body = (raw[: end.start()], raw[end.end() :]) if end else (raw, b"")
    if len(head) > MAX_HEADER_BYTES or head.count(b"\n") > MAX_HEADER_LINES:
        size = MAX_HEADER_BYTES // 1024
        raise UnreadableMail(
            f"its header is larger than {size} kB, or has more than {MAX_HEADER_LINES:,} lines"
        )
    lines = LINE.split(FOLD.sub(" ", decode(head)))
    fields = (line.partition(":") for line in lines if ":" in line)
    return MailHeader(
        tuple((name.strip().lower(), value.strip()[:MAX_FIELD_CHARACTERS]) for name, _, value in fields)
    ), body


def _parts(raw: bytes, depth: int) -> Iterator[MimePart]:
    header, body = _split(raw)
    content = _content_fields(header)
    boundary = _parameter(content, "boundary")
    if not (content.get_content_maintype() == "multipart" and boundary):
        yield _part(header, content, body)
        return
    _refuse_type(content.get_content_type(), depth)
    for piece in _pieces(body, boundary):
        message = _digested(piece) if content.get_content_type() == "multipart/digest" else None
        yield from [message] if message else _parts(piece, depth + 1)


def _digested(piece: bytes) -> MimePart | None:
    """A message of a digest, unparsed; None for a part that says that it is something else."""
    header, body = _split(piece)
    if header.first("content-type")[:14].lower() not in {"", "message/rfc822"}:
        return None
    return MimePart(
        type="message/rfc822",
        name="",
        is_attachment=False,
        charset="",
        is_flowed=False,
        payload=_decode_transfer(body, header.first("content-transfer-encoding").lower()),
    )


def _refuse_type(type: str, depth: int) -> None:
    if depth == MAX_DEPTH:
        raise UnreadableMail(f"it has parts more than {MAX_DEPTH} deep inside each other")
    if type == "multipart/encrypted":
        raise UnreadableMail("it is encrypted")


def _pieces(body: bytes, boundary: str) -> Iterator[bytes]:
    """The bytes between the boundaries (RFC 2046, 5.1.1). The last part needs no closing boundary."""
    delimiter = re.escape(boundary.encode("utf-8", "replace"))
    start: int | None = None
    for found in re.finditer(rb"(?:\A|\r?\n)--" + delimiter + rb"(--)?[ \t]*(?=\r?\n|\Z)", body):
        if start is not None:
            yield body[start : found.start()].lstrip(b"\r").removeprefix(b"\n")
        start = found.end()
        if found[1]:
            return
    if start is not None:
        yield body[start:].lstrip(b"\r").removeprefix(b"\n")


def _content_fields(header: MailHeader) -> Message:
    """The content fields as the standard library's Message, which parses their parameters."""
    content = Message()
    for name in ("content-type", "content-disposition"):
        if value := header.first(name)[:2_000]:
            content[name] = value
    return content


def _parameter(content: Message, name: str, field: str = "content-type") -> str:
    try:
        value = content.get_param(name, "", field)
        if isinstance(value, tuple):  # RFC 2231: charset, language, percent-decoded bytes
            value = decode(value[2].encode("latin-1", "replace"), f"charset={value[0]}")
    except MemoryError:
        raise
    except (
        Exception
    ):  # such as TypeError: the standard library sorts the None of `x*` with the 0 of `x*0` (3.11)
        return ""
    return decode_header_text(str(value or "")).strip()


def _part(header: MailHeader, content: Message, body: bytes) -> MimePart:
    type = content.get_content_type()
    name = _parameter(content, "filename", "content-disposition") or _parameter(content, "name")
    is_text = type in {"text/plain", "text/html"}
    disposition = content.get_content_disposition()
    is_inline = is_text or type in SIGNATURES or (type.startswith("image/") and disposition != "attachment")
    return MimePart(
        type=type,
        name=name,
        is_attachment=disposition == "attachment"
        or (not is_inline and bool(name or type == "message/rfc822")),
        charset=_parameter(content, "charset"),
        is_flowed=_parameter(content, "format").lower() == "flowed",
        payload=_decode_transfer(body, header.first("content-transfer-encoding").lower()),
    )


def _decode_transfer(body: bytes, encoding: str) -> bytes:
    """The part's bytes, decoded (RFC 2045, 6). Damaged base64 is decoded as far as possible."""
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body)
    if encoding != "base64":
        return body
    digits = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
    digits = digits[: len(digits) - (len(digits) % 4 == 1)]
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))


def _text(part: MimePart) -> str:
    """The text of a part. Lines that were broken only for transport are joined (RFC 3676, 4.1)."""
    text = decode(part.payload, f"charset={part.charset}").replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"(?<!\n--)(?<=[^\n ]) \n(?=[^\n >])", " ", text) if part.is_flowed else text
