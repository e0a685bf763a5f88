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
# Encodings of Python that no text on the web has, and UTF-7, which could hide markup from other programs.
REFUSED_ENCODING: Final = re.compile(r"utf-7|idna|punycode|undefined|(?:raw_)?unicode_escape|charmap")
# The WHATWG Encoding Standard reads these labels as their supersets, and so do browsers.
SUPERSETS: Final = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
}
# Labels of that standard that Python does not know, apart from `windows-` and a number.
LABELS: Final = {
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "x-gbk": "gb18030",
    "ks_c_5601-1989": "cp949",
    "x-x-big5": "big5hkscs",
    "x-euc-jp": "euc_jp",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-mac-ukrainian": "mac_cyrillic",
    "x-mac-roman": "mac_roman",
    "dos-874": "cp874",
    "dos-866": "cp866",
    "iso-8859-8-i": "iso8859_8",
    "iso-8859-8-e": "iso8859_8",
    "iso-8859-6-i": "iso8859_6",
    "iso-8859-6-e": "iso8859_6",
    "logical": "iso8859_8",
}
WINDOWS: Final = re.compile(r"(?:x-)?(?:windows|cp)-?(\d{3,4})")
# One unreadable character in so many is a slip of the publisher, and no sign of another encoding.
READABLE: Final = 100

SURROGATES: Final = re.compile("[\udc80-\udcff]+")
# Characters that XML 1.0, 2.2 forbids. WordPress lets them through from pasted text.
NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")
# References to characters by number, also escaped once more, and runs of them.
REFERENCE: Final = re.compile(r"&(?:amp;)?#(?:[xX]([0-9a-fA-F]++)|([0-9]++));")
REFERENCES: Final = re.compile(r"(?:&(?:amp;)?#(?:[xX][0-9a-fA-F]++|[0-9]++);)+")
MAX_DIGITS: Final = 12


def decode(payload: bytes, content_type: str = "") -> str:
    """The text of `payload` without the characters that XML forbids, nor references to them. Never raises.

    Two references to the halves of one character (`&#55357;&#56832;`) become that character.

    Bytes that are valid UTF-8 are read as UTF-8, whatever was declared. Otherwise the header's charset comes
    before the XML declaration (RFC 7303, 3.2). What fits neither is read as UTF-8 with stray Windows-1252.
    """
    text = REFERENCES.sub(_mend_references, _decode(payload, content_type))
    return NOT_XML.sub("", text)


def _decode(payload: bytes, content_type: str) -> str:
    encodings = tuple(_encodings(payload, content_type))
    for encoding in encodings:
        try:
            return payload.decode(encoding)
        except UnicodeError:
            continue
    for encoding in encodings:
        text = payload.decode(encoding, "replace")
        if encoding != "utf-8" and text.count("\ufffd") * READABLE <= len(text):
            return text
    return SURROGATES.sub(_as_windows, payload.decode("utf-8", "surrogateescape"))


def _encodings(payload: bytes, content_type: str) -> Iterator[str]:
    yield from (encoding for mark, encoding in BYTE_ORDER_MARKS if payload.startswith(mark))
    charset = CHARSET.search(content_type.lower())
    declared = DECLARED.search(payload[:400])
    names = (charset and charset[1], declared and declared[1].decode("ascii", "replace"))
    declared_names = tuple(filter(None, map(_allowed_encoding, names)))
    # Their bytes are valid UTF-8, too, but mean other characters.
    yield from (name for name in declared_names if _is_unlike_utf_8(name, payload))
    yield "utf-8"
    yield from declared_names


def _is_unlike_utf_8(encoding: str, payload: bytes) -> bool:
    """Whether the bytes are in this encoding, of those whose bytes are all ASCII or zero."""
    if encoding.startswith(("utf-16", "utf-32")):
        return b"\0" in payload[:100]
    if encoding.startswith("iso2022"):
        return b"\x1b" in payload
    return encoding == "hz" and b"~{" in payload


def _allowed_encoding(name: str | None) -> str | None:
    """Python's name of a declared encoding; None if it is unknown or not allowed."""
    label = LABELS.get((name or "").lower(), WINDOWS.sub(r"cp\1", (name or "").lower()))
    try:
        found = codecs.lookup(label).name
        # Raises LookupError for codecs that are no encodings of text, such as rot13: not without a byte.
        b"a".decode(found, "replace")
    except (LookupError, UnicodeError):
        return None
    return None if REFUSED_ENCODING.fullmatch(found) else SUPERSETS.get(found, found)


def _mend_references(run: re.Match[str]) -> str:
    """Join the halves of characters in a run of references, and drop those that stand for no character."""
    pieces: list[str] = []
    high = 0
    for reference in REFERENCE.finditer(run[0]):
        code = _code_of(reference)
        if high and 0xDC00 <= code < 0xE000:
            pieces.append(chr(0x10000 + ((high - 0xD800) << 10) + code - 0xDC00))
        elif code <= 0x10FFFF and not NOT_XML.match(chr(code)):
            pieces.append(reference[0])
        high = code if 0xD800 <= code < 0xDC00 else 0
    return "".join(pieces)


def _code_of(reference: re.Match[str]) -> int:
    digits = (reference[1] or reference[2]).lstrip("0")[:MAX_DIGITS]
    return int(digits or "0", 16 if reference[1] else 10)


def _as_windows(stray: re.Match[str]) -> str:
    return stray[0].encode("utf-8", "surrogateescape").decode("cp1252", "replace")
