"""Reads the bytes of an answer: never more than allowed, before or after decompression, and never half."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Final

from aggregator.errors import Cause
from aggregator.fetch.errors import NoAnswer, cut_short

_MOST_MEMBERS: Final = 100
"""A gzip stream may hold several members (RFC 1952, 2.2); millions of empty ones would only cost us time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How many bytes an answer may have, and what happens to a longer one: refused, or cut off there."""

    most: int
    cut: bool = False


async def collect(chunks: AsyncIterator[bytes], headers: Mapping[str, str], allowed: Allowance) -> bytes:
    """The payload, decompressed. `chunks` are the bytes as they came, `headers` have names in lower case.

    Raises `NoAnswer`: TOO_LARGE by the length announced, while streaming, or once decompressed; TRUNCATED for
    a gzip stream without its end (inside a complete message nobody else reports that); ENCODING.
    """
    encoding = _encoding(headers)
    announced = headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > allowed.most and not allowed.cut:
        raise _too_large(f"{announced} bytes were announced", allowed)
    raw = bytearray()
    async for chunk in chunks:
        raw += chunk
        if len(raw) > allowed.most:
            break
    return _unpack(bytes(raw), encoding, allowed)


def _encoding(headers: Mapping[str, str]) -> str:
    """`gzip` or nothing: we offer gzip only, so anything else cannot be read (RFC 9110, 12.5.3)."""
    named = [name.strip().lower() for name in headers.get("content-encoding", "").split(",")]
    applied = [name for name in named if name not in ("", "identity")]
    if applied not in ([], ["gzip"], ["x-gzip"]):
        raise _unreadable(f"it is packed as {', '.join(applied)}; only gzip was offered")
    return "gzip" if applied else ""


def _unpack(raw: bytes, encoding: str, allowed: Allowance) -> bytes:
    if len(raw) > allowed.most and not allowed.cut:
        raise _too_large("more came", allowed)
    try:
        payload = _gunzip(raw, allowed) if encoding else raw
    except zlib.error as error:
        raise _unreadable(f"the gzip stream is broken ({error})") from error
    if len(payload) > allowed.most and not allowed.cut:
        raise _too_large("it unpacks to more", allowed)
    return payload[: allowed.most]


def _gunzip(raw: bytes, allowed: Allowance) -> bytes:
    """At most one byte more than allowed, however much is packed in `raw`. Raises zlib.error."""
    payload = bytearray()
    for _ in range(_MOST_MEMBERS + 1):
        if not raw or len(payload) > allowed.most:
            return bytes(payload)
        member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        payload += member.decompress(raw, allowed.most + 1 - len(payload))
        if not member.eof and len(payload) <= allowed.most and not allowed.cut:
            raise cut_short(f"the gzip stream has no end; {len(payload)} bytes could be unpacked")
        raw = member.unused_data.lstrip(b"\0")
    raise _unreadable(f"the gzip stream has more than {_MOST_MEMBERS} members")


def _too_large(what: str, allowed: Allowance) -> NoAnswer:
    hint = "look at the address in a browser; if it is right, raise the limit"
    return NoAnswer(Cause.TOO_LARGE, f"{what}, {allowed.most} are allowed", hint)


def _unreadable(detail: str) -> NoAnswer:
    return NoAnswer(Cause.ENCODING, detail, "try again later; if it goes on, tell the publisher")
