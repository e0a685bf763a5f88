"""The bytes of an answer: never more than allowed, never half."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import Cause
from aggregator.fetch.errors import FetchError
from aggregator.fetch.http.payload import SizeLimit, read_payload

THOUSAND = SizeLimit(max_bytes=1000)
GZIP = {"content-encoding": "gzip"}


def collected(
    *chunks: bytes, headers: dict[str, str] | None = None, allowed: SizeLimit = THOUSAND
) -> bytes | Cause:
    async def came() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    try:
        return asyncio.run(read_payload(came(), headers or {}, allowed))
    except FetchError as why:
        return why.cause


@pytest.mark.parametrize("named", ["gzip", "GZIP", "x-gzip", "identity, gzip", " gzip "])
def test_gzip_is_unpacked_however_it_is_written(named: str) -> None:
    assert collected(gzip.compress(b"words"), headers={"content-encoding": named}) == b"words"


@pytest.mark.parametrize("named", ["", "identity"])
def test_what_is_not_packed_stays_as_it_is(named: str) -> None:
    assert collected(b"wor", b"ds", headers={"content-encoding": named}) == b"words"


@pytest.mark.parametrize("named", ["br", "deflate", "gzip, gzip", "zstd"])
def test_a_packing_that_was_not_offered_cannot_be_read(named: str) -> None:
    assert collected(b"words", headers={"content-encoding": named}) is Cause.ENCODING


def test_bytes_that_only_claim_to_be_gzip_cannot_be_read() -> None:
    assert collected(b"<feed/>", headers=GZIP) is Cause.ENCODING


def test_nothing_packed_is_nothing() -> None:
    assert collected(headers=GZIP) == b""


def test_a_stream_of_several_members_is_read_whole() -> None:
    members = gzip.compress(b"one ") + gzip.compress(b"two") + bytes(8)
    assert collected(members, headers=GZIP) == b"one two"


def test_a_hundred_members_are_enough() -> None:
    assert (
        collected(gzip.compress(b"x") * 100, headers=GZIP, allowed=SizeLimit(max_bytes=10_000)) == b"x" * 100
    )
    many = gzip.compress(b"") * 101
    assert collected(many, headers=GZIP, allowed=SizeLimit(max_bytes=10_000)) is Cause.ENCODING


@given(st.binary(max_size=2000), st.integers(min_value=1, max_value=50))
def test_a_stream_cut_anywhere_is_never_taken_for_whole(words: bytes, cut: int) -> None:
    packed = gzip.compress(words)
    allowed = SizeLimit(max_bytes=3000)
    assert collected(packed, headers=GZIP, allowed=allowed) == words
    short = packed[: -min(cut, len(packed) - 1)]
    assert collected(short, headers=GZIP, allowed=allowed) is Cause.TRUNCATED


@pytest.mark.parametrize(("length", "kept"), [(1000, True), (1001, False)])
def test_the_limit_holds_for_what_came_and_for_what_it_unpacks_to(length: int, kept: bool) -> None:
    words = b"x" * length
    expected = words if kept else Cause.TOO_LARGE
    assert collected(words) == expected
    assert collected(gzip.compress(words), headers=GZIP) == expected
    assert collected(words, headers={"content-length": str(length)}) == expected


def test_one_byte_too_many_is_noticed_wherever_it_comes() -> None:
    thousand = bytes(1000)
    assert collected(thousand, b"x") is Cause.TOO_LARGE
    assert collected(gzip.compress(thousand) + gzip.compress(b"x"), headers=GZIP) is Cause.TOO_LARGE
    assert collected(gzip.compress(thousand)[:-4], headers=GZIP) is Cause.TRUNCATED


def test_an_announced_length_is_believed_before_anything_is_read() -> None:
    read: list[bytes] = []

    async def came() -> AsyncIterator[bytes]:
        read.append(b"x")
        yield b"x"

    with pytest.raises(FetchError, match="1001 bytes were announced, 1000 are allowed"):
        asyncio.run(read_payload(came(), {"content-length": "1001"}, THOUSAND))
    assert read == []


def test_no_more_is_read_once_it_is_too_much() -> None:
    read: list[int] = []

    async def endless() -> AsyncIterator[bytes]:
        while True:
            read.append(600)
            yield bytes(600)

    with pytest.raises(FetchError):
        asyncio.run(read_payload(endless(), {}, THOUSAND))
    assert read == [600, 600]


def test_where_the_start_is_enough_the_rest_is_cut_off() -> None:
    start = SizeLimit(max_bytes=1000, truncate=True)
    words = bytes(range(256)) * 8
    assert collected(words, headers={"content-length": "2048"}, allowed=start) == words[:1000]
    assert collected(gzip.compress(words), headers=GZIP, allowed=start) == words[:1000]
    assert collected(gzip.compress(words)[:-8], headers=GZIP, allowed=start) == words[:1000]
