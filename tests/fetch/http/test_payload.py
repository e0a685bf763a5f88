"""The payload of a response is never larger than allowed and never truncated unnoticed."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import Cause
from aggregator.fetch.errors import FetchError
from aggregator.fetch.http.payload import SizeLimit, read_payload

THOUSAND = SizeLimit(max_bytes=1000)
GZIP = {"content-encoding": "gzip"}


def payload_of(
    *chunks: bytes, headers: dict[str, str] | None = None, limit: SizeLimit = THOUSAND
) -> bytes | Cause:
    async def chunks_sent() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    try:
        return asyncio.run(read_payload(chunks_sent(), headers or {}, limit))
    except FetchError as why:
        return why.cause


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "x-gzip", "identity, gzip", " gzip "])
def test_gzip_is_unpacked_under_all_its_names(encoding: str) -> None:
    assert payload_of(gzip.compress(b"words"), headers={"content-encoding": encoding}) == b"words"


@pytest.mark.parametrize("encoding", ["", "identity"])
def test_an_uncompressed_payload_is_unchanged(encoding: str) -> None:
    assert payload_of(b"wor", b"ds", headers={"content-encoding": encoding}) == b"words"


@pytest.mark.parametrize("encoding", ["none", "UTF-8", "aws-chunked", "text/xml, identity", "binary"])
def test_a_name_that_is_no_packing_says_nothing(encoding: str) -> None:
    assert payload_of(b"words", headers={"content-encoding": encoding}) == b"words"
    packed = payload_of(gzip.compress(b"words"), headers={"content-encoding": f"{encoding}, gzip"})
    assert packed == b"words"


@pytest.mark.parametrize(
    "encoding", ["br", "deflate", "gzip, gzip", "zstd", "gzip, br", "gzip,gzip,gzip,gzip"]
)
def test_a_packing_that_cannot_be_read_is_an_error(encoding: str) -> None:
    assert payload_of(b"words", headers={"content-encoding": encoding}) is Cause.ENCODING


def bare_deflate(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("deflate", zlib.compress(b"words")),
        ("deflate", bare_deflate(b"words")),
        ("gzip, gzip", gzip.compress(gzip.compress(b"words", mtime=0), mtime=0)),
        ("deflate, gzip", gzip.compress(zlib.compress(b"words"), mtime=0)),
        # Both of two servers say so, but one did it.
        ("gzip, gzip", gzip.compress(b"words", mtime=0)),
        # Whatever follows a whole stream.
        ("gzip", gzip.compress(b"words", mtime=0) + b"\r\n"),
        ("gzip", gzip.compress(b"words", mtime=0) + b"<!-- cached -->" + bytes(9)),
        ("deflate", zlib.compress(b"words") + b"\n"),
    ],
)
def test_packings_that_browsers_read_are_read(encoding: str, packed: bytes) -> None:
    assert payload_of(packed, headers={"content-encoding": encoding}) == b"words"


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("deflate", bare_deflate),
        ("deflate", zlib.compress),
        ("gzip, gzip", lambda c: gzip.compress(gzip.compress(c))),
    ],
)
def test_the_limits_hold_for_each_packing(encoding: str, pack: Callable[[bytes], bytes]) -> None:
    headers = {"content-encoding": encoding}
    assert payload_of(pack(bytes(1000)), headers=headers) == bytes(1000)
    assert payload_of(pack(bytes(1001)), headers=headers) is Cause.TOO_LARGE
    assert payload_of(pack(bytes(99))[:-3], headers=headers) is Cause.TRUNCATED


def test_invalid_gzip_is_an_error() -> None:
    assert payload_of(b"<feed/>", headers=GZIP) is Cause.ENCODING


def test_an_empty_gzip_payload_is_empty() -> None:
    assert payload_of(headers=GZIP) == b""


def test_a_stream_of_several_members_is_read_whole() -> None:
    members = gzip.compress(b"one ") + gzip.compress(b"two") + bytes(8)
    assert payload_of(members, headers=GZIP) == b"one two"


def test_a_hundred_members_are_enough() -> None:
    assert (
        payload_of(gzip.compress(b"x") * 100, headers=GZIP, limit=SizeLimit(max_bytes=10_000)) == b"x" * 100
    )
    many = gzip.compress(b"") * 101
    assert payload_of(many, headers=GZIP, limit=SizeLimit(max_bytes=10_000)) is Cause.ENCODING


@given(st.binary(max_size=2000), st.integers(min_value=1, max_value=50))
def test_a_stream_cut_anywhere_is_never_taken_for_whole(content: bytes, cut: int) -> None:
    packed = gzip.compress(content)
    limit = SizeLimit(max_bytes=3000)
    assert payload_of(packed, headers=GZIP, limit=limit) == content
    short = packed[: -min(cut, len(packed) - 1)]
    assert payload_of(short, headers=GZIP, limit=limit) is Cause.TRUNCATED


@pytest.mark.parametrize(("length", "accepted"), [(1000, True), (1001, False)])
def test_the_limit_applies_to_the_bytes_sent_and_to_the_unpacked_ones(length: int, accepted: bool) -> None:
    content = b"x" * length
    expected = content if accepted else Cause.TOO_LARGE
    assert payload_of(content) == expected
    assert payload_of(gzip.compress(content), headers=GZIP) == expected
    assert payload_of(content, headers={"content-length": str(length)}) == expected


def test_one_byte_too_many_is_noticed_wherever_it_is() -> None:
    thousand = bytes(1000)
    assert payload_of(thousand, b"x") is Cause.TOO_LARGE
    assert payload_of(gzip.compress(thousand) + gzip.compress(b"x"), headers=GZIP) is Cause.TOO_LARGE
    assert payload_of(gzip.compress(thousand)[:-4], headers=GZIP) is Cause.TRUNCATED


def test_an_announced_length_over_the_limit_is_refused_before_reading() -> None:
    read: list[bytes] = []

    async def chunks_sent() -> AsyncIterator[bytes]:
        read.append(b"x")
        yield b"x"

    with pytest.raises(FetchError, match="1001 bytes were announced; 1000 bytes are allowed"):
        asyncio.run(read_payload(chunks_sent(), {"content-length": "1001"}, THOUSAND))
    assert read == []


def test_reading_stops_at_the_limit() -> None:
    read: list[int] = []

    async def endless() -> AsyncIterator[bytes]:
        while True:
            read.append(600)
            yield bytes(600)

    with pytest.raises(FetchError):
        asyncio.run(read_payload(endless(), {}, THOUSAND))
    assert read == [600, 600]


def test_a_payload_is_truncated_where_that_is_allowed() -> None:
    start = SizeLimit(max_bytes=1000, truncate=True)
    content = bytes(range(256)) * 8
    assert payload_of(content, headers={"content-length": "2048"}, limit=start) == content[:1000]
    assert payload_of(gzip.compress(content), headers=GZIP, limit=start) == content[:1000]
    assert payload_of(gzip.compress(content)[:-8], headers=GZIP, limit=start) == content[:1000]
