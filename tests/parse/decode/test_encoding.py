"""The text of a feed is decoded correctly even if the declared encoding is wrong."""

from __future__ import annotations

from encodings.aliases import aliases

import pytest

from aggregator.parse.decode.encoding import decode
from tests.parse.answers import read_feed


def feed(title: str, declared: str = "") -> str:
    return f"{declared}<rss version='2.0'><channel><item><title>{title}</title></item></channel></rss>"


def title_of(payload: bytes, content_type: str | None = None) -> str | None:
    return read_feed(payload, content_type).entries[0].title


WINDOWS = "<?xml version='1.0' encoding='windows-1252'?>"
LATIN = "<?xml version='1.0' encoding='iso-8859-1'?>"
CELTIC = "<?xml version='1.0' encoding='iso-8859-14'?>"


@pytest.mark.parametrize(
    ("payload", "content_type"),
    [
        (feed("Tŷ £5 – “a”").encode(), None),
        (feed("Tŷ £5 – “a”").encode("utf-8-sig"), None),
        (feed("Tŷ £5 – “a”").encode("utf-16"), None),
        (feed("Tŷ £5 – “a”").encode("utf-32"), None),
        (feed("Tŷ £5 – “a”", "<?xml version='1.0'?>").encode("utf-16-be"), None),
        (feed("Tŷ £5 – “a”", LATIN).encode(), "text/xml; charset=iso-8859-1"),
        (feed("Tŷ £5 – “a”").encode(), "text/xml"),
    ],
)
def test_valid_utf_8_and_byte_order_marks_count_more_than_declarations(
    payload: bytes, content_type: str | None
) -> None:
    assert title_of(payload, content_type) == "Tŷ £5 – “a”"


@pytest.mark.parametrize(
    ("payload", "content_type"),
    [
        (feed("£5 – “a”", WINDOWS).encode("cp1252"), None),
        (feed("£5 – “a”", LATIN).encode("cp1252"), None),
        (feed("£5 – “a”").encode("cp1252"), 'application/rss+xml; CHARSET="Windows-1252"'),
        (feed("£5 – “a”", CELTIC).encode("cp1252"), "text/xml; charset=windows-1252"),
        (feed("£5 – “a”").encode("cp1252"), None),
        (feed("£5 – “a”").encode("cp1252"), "text/xml; charset=utf-8"),
        (feed("£5 – “a”").encode("cp1252"), "text/xml; charset=no-such-charset"),
    ],
)
def test_windows_1252_is_read_declared_or_not_and_the_header_goes_before_the_document(
    payload: bytes, content_type: str | None
) -> None:
    assert title_of(payload, content_type) == "£5 – “a”"


def test_the_declaration_of_the_document_counts_where_the_header_says_nothing() -> None:
    assert title_of(feed("Tŷ", CELTIC).encode("iso-8859-14")) == "Tŷ"


def test_one_stray_byte_does_not_spoil_the_rest() -> None:
    assert title_of(feed("Tŷ\x0b – @5").encode().replace(b"@", b"\xa3")) == "Tŷ – £5"


@pytest.mark.parametrize("name", sorted({*aliases.values(), "rot13", "unknown", "x-user-defined"}))
def test_no_declared_encoding_makes_a_text_unreadable(name: str) -> None:
    """Python also knows encodings of bytes, such as base64, and refuses them only once there is a byte."""
    text = decode(b"plan \xff \xe6 " * 9, f"text/html; charset={name}")
    assert text
