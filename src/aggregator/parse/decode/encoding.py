"""Decodes bytes to text that XML allows, even when the declared encoding is wrong or missing."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Final

# Byte order marks and the first bytes of `<?` (XML 1.0, appendix F.1). UTF-32 comes before UTF-16, because
# the little-endian mark of UTF-32 starts with that of UTF-16.
BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\x00?\x00", "utf-16-le"),
    (b"\x00<\x00?", "utf-16-be"),
)

CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})")
DECLARED: Final = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})")
# Encodings that a declaration may choose. UTF-7 and similar ones could hide markup from our checks.
ALLOWED_ENCODING: Final = re.compile(r"utf-(?:8|16|32)(?:-[bl]e)?|cp125\d|iso8859-\d{1,2}")

SURROGATES: Final = re.compile("[\udc80-\udcff]+")
# Characters that XML 1.0, 2.2 forbids. WordPress lets them through from pasted text.
NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")


def decode(payload: bytes, content_type: str = "") -> str:
    """The text of `payload` without the characters that XML forbids. Never raises.

    Bytes that are valid UTF-8 are read as UTF-8, whatever was declared. Otherwise the header's charset comes
    before the XML declaration (RFC 7303, 3.2). What fits neither is read as UTF-8 with stray Windows-1252.
    """
    for encoding in _encodings(payload, content_type):
        try:
            text = payload.decode(encoding)
        except UnicodeDecodeError:
            continue
        return NOT_XML.sub("", text)
    text = payload.decode("utf-8", "surrogateescape")
    return NOT_XML.sub("", SURROGATES.sub(_as_windows, text))


def _encodings(payload: bytes, content_type: str) -> Iterator[str]:
    yield from (encoding for mark, encoding in BYTE_ORDER_MARKS if payload.startswith(mark))
    yield "utf-8"
    charset = CHARSET.search(content_type.lower())
    declared = DECLARED.search(payload[:400])
    names = (charset and charset[1], declared and declared[1].decode("ascii", "replace"))
    yield from filter(None, map(_allowed_encoding, names))


def _allowed_encoding(name: str | None) -> str | None:
    """Python's name of a declared encoding; None if it is unknown or not allowed."""
    try:
        found = codecs.lookup(name or "").name
    except LookupError:
        return None
    if found in {"iso8859-1", "ascii"}:
        # The WHATWG Encoding Standard reads these labels as Windows-1252, and so do browsers.
        return "cp1252"
    return found if ALLOWED_ENCODING.fullmatch(found) else None


def _as_windows(stray: re.Match[str]) -> str:
    return stray[0].encode("utf-8", "surrogateescape").decode("cp1252", "replace")
