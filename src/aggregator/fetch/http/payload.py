"""Reads the bytes of an answer: never more than allowed, before or after decompression, and never half."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Final

from aggregator.errors import Cause
from aggregator.fetch.errors import FetchError, truncated_error

# A gzip stream may hold several members (RFC 1952, 2.2); millions of empty ones would only cost us time.
_MOST_MEMBERS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeLimit:
    """How many bytes an answer may have, and what happens to a longer one: refused, or cut off there."""

    max_bytes: int
    truncate: bool = False


async def read_payload(chunks: AsyncIterator[bytes], headers: Mapping[str, str], allowed: SizeLimit) -> bytes:
    """The payload, decompressed. `chunks` are the bytes as they came, `headers` have names in lower case.

    Raises `NoAnswer`: TOO_LARGE by the length announced, while streaming, or once decompressed; TRUNCATED for
    a gzip stream without its end (inside a complete message nobody else reports that); ENCODING.
    """
    encoding = _encoding(headers)
    announced = headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > allowed.max_bytes and not allowed.truncate:
        raise _too_large(f"{announced} bytes were announced", allowed)
    raw = bytearray()
    async for chunk in chunks:
        raw += chunk
        if len(raw) > allowed.max_bytes:
            break
    return _unpack(bytes(raw), encoding, allowed)


def _encoding(headers: Mapping[str, str]) -> str:
    """`gzip` or nothing: we offer gzip only, so anything else cannot be read (RFC 9110, 12.5.3)."""
    named = [name.strip().lower() for name in headers.get("content-encoding", "").split(",")]
    applied = [name for name in named if name not in ("", "identity")]
    if applied not in ([], ["gzip"], ["x-gzip"]):
        raise _unreadable(f"it is packed as {', '.join(applied)}; only gzip was offered")
    return "gzip" if applied else ""


def _unpack(raw: bytes, encoding: str, allowed: SizeLimit) -> bytes:
    if len(raw) > allowed.max_bytes and not allowed.truncate:
        raise _too_large("more came", allowed)
    try:
        payload = _gunzip(raw, allowed) if encoding else raw
    except zlib.error as error:
        raise _unreadable(f"the gzip stream is broken ({error})") from error
    if len(payload) > allowed.max_bytes and not allowed.truncate:
        raise _too_large("it unpacks to more", allowed)
    return payload[: allowed.max_bytes]


def _gunzip(raw: bytes, allowed: SizeLimit) -> bytes:
    """At most one byte more than allowed, however much is packed in `raw`. Raises zlib.error."""
    payload = bytearray()
    for _ in range(_MOST_MEMBERS + 1):
        if not raw or len(payload) > allowed.max_bytes:
            return bytes(payload)
        member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        payload += member.decompress(raw, allowed.max_bytes + 1 - len(payload))
        if not member.eof and len(payload) <= allowed.max_bytes and not allowed.truncate:
            raise truncated_error(f"the gzip stream has no end; {len(payload)} bytes could be unpacked")
        raw = member.unused_data.lstrip(b"\0")
    raise _unreadable(f"the gzip stream has more than {_MOST_MEMBERS} members")


def _too_large(what: str, allowed: SizeLimit) -> FetchError:
    hint = "look at the address in a browser; if it is right, raise the limit"
    return FetchError(Cause.TOO_LARGE, f"{what}, {allowed.max_bytes} are allowed", hint)


def _unreadable(detail: str) -> FetchError:
    return FetchError(Cause.ENCODING, detail, "try again later; if it goes on, tell the publisher")
