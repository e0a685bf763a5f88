"""Reads the payload of a response within a size limit, before and after decompression, and never half of
it."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Final

from aggregator.errors import Cause
from aggregator.fetch.errors import FetchError, truncated_error

# A gzip stream may have several members (RFC 1952, 2.2). Millions of empty ones would only cost time.
_MAX_MEMBERS: Final = 100
MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeLimit:
    """The most bytes that a payload may have. A longer one is refused, or truncated."""

    max_bytes: int
    truncate: bool = False


async def read_payload(chunks: AsyncIterator[bytes], headers: Mapping[str, str], limit: SizeLimit) -> bytes:
    """The decompressed payload. `chunks` are the bytes as sent; the names of `headers` are in lower case.

    Raises `FetchError`: TOO_LARGE by the announced length, while reading, or after decompression; TRUNCATED
    for a gzip stream without its end, which the HTTP library does not report; ENCODING.
    """
    encoding = _encoding(headers)
    announced = headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit.max_bytes and not limit.truncate:
        raise _too_large(f"{announced} bytes were announced", limit)
    raw = bytearray()
    async for chunk in chunks:
        raw += chunk
        if len(raw) > limit.max_bytes:
            break
    return _decompress(bytes(raw), encoding, limit)


def _encoding(headers: Mapping[str, str]) -> str:
    """`gzip`, or empty for none. We offer only gzip, so any other encoding is an error (RFC 9110, 12.5.3)."""
    names = [name.strip().lower() for name in headers.get("content-encoding", "").split(",")]
    applied = [name for name in names if name not in ("", "identity")]
    if applied not in ([], ["gzip"], ["x-gzip"]):
        raise _encoding_error(f"it is packed as {', '.join(applied)}; only gzip was offered")
    return "gzip" if applied else ""


def _decompress(raw: bytes, encoding: str, limit: SizeLimit) -> bytes:
    if len(raw) > limit.max_bytes and not limit.truncate:
        raise _too_large("more came", limit)
    try:
        payload = _gunzip(raw, limit) if encoding else raw
    except zlib.error as error:
        raise _encoding_error(f"the gzip stream is broken ({error})") from error
    if len(payload) > limit.max_bytes and not limit.truncate:
        raise _too_large("it unpacks to more", limit)
    return payload[: limit.max_bytes]


def _gunzip(raw: bytes, limit: SizeLimit) -> bytes:
    """The unpacked bytes, at most one more than the limit however much `raw` contains. Raises zlib.error."""
    payload = bytearray()
    for _ in range(_MAX_MEMBERS + 1):
        if not raw or len(payload) > limit.max_bytes:
            return bytes(payload)
        member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        payload += member.decompress(raw, limit.max_bytes + 1 - len(payload))
        if not member.eof and len(payload) <= limit.max_bytes and not limit.truncate:
            raise truncated_error(f"the gzip stream has no end; {len(payload)} bytes could be unpacked")
        raw = member.unused_data.lstrip(b"\0")
    raise _encoding_error(f"the gzip stream has more than {_MAX_MEMBERS} members")


def _too_large(what: str, limit: SizeLimit) -> FetchError:
    megabytes, rest = divmod(limit.max_bytes, MEGABYTE)
    most = f"{limit.max_bytes} bytes" if rest else f"{megabytes} megabytes"
    hint = "look at the address in a browser; if it is right, raise answer_megabytes in settings.yaml"
    return FetchError(Cause.TOO_LARGE, f"{what}; {most} are allowed (answer_megabytes)", hint)


def _encoding_error(detail: str) -> FetchError:
    return FetchError(Cause.ENCODING, detail, "try again later; if it goes on, tell the publisher")
