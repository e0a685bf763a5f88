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
# Two servers in a row may pack. More than that costs time and means nothing.
_MAX_PACKINGS: Final = 3
_GZIP_MAGIC: Final = b"\x1f\x8b"
_PACKINGS: Final = {"gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}
# Packings that we cannot read and never offered.
_UNREAD: Final = {"br", "zstd", "compress", "x-compress", "dcb", "dcz", "bzip2", "xz", "lzma"}
MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeLimit:
    """The most bytes that a payload may have. A longer one is refused, or truncated."""

    max_bytes: int
    truncate: bool = False


async def read_payload(chunks: AsyncIterator[bytes], headers: Mapping[str, str], limit: SizeLimit) -> bytes:
    """The decompressed payload. `chunks` are the bytes as sent; the names of `headers` are in lower case.

    Raises `FetchError`: TOO_LARGE by the announced length, while reading, or after decompression; TRUNCATED
    for a packed stream without its end, which the HTTP library does not report; ENCODING.
    """
    encodings = _encodings(headers)
    announced = headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit.max_bytes and not limit.truncate:
        raise _too_large(f"{announced} bytes were announced", limit)
    raw = bytearray()
    async for chunk in chunks:
        raw += chunk
        if len(raw) > limit.max_bytes:
            break
    return _decompress(bytes(raw), encodings, limit)


def _encodings(headers: Mapping[str, str]) -> list[str]:
    """The packings of the payload, in the order in which they were applied: `gzip` or `deflate`.

    A name that is no packing, such as `utf-8`, `none` or `aws-chunked`, says nothing; browsers skip it, too.
    """
    # We offer only gzip (RFC 9110, 12.5.3), but some servers pack as deflate whatever was offered.
    names = [name.strip().lower() for name in headers.get("content-encoding", "").split(",")]
    if unread := [name for name in names if name in _UNREAD]:
        raise _encoding_error(f"it is packed as {', '.join(unread)}; only gzip was offered")
    packings = [_PACKINGS[name] for name in names if name in _PACKINGS]
    if len(packings) > _MAX_PACKINGS:
        raise _encoding_error(f"it is packed {len(packings)} times; at most {_MAX_PACKINGS} are read")
    return packings


def _decompress(raw: bytes, encodings: list[str], limit: SizeLimit) -> bytes:
    if len(raw) > limit.max_bytes and not limit.truncate:
        raise _too_large("more came", limit)
    payload = raw
    for number, encoding in enumerate(reversed(encodings)):
        # Two servers in a row may both say `gzip` where only one of them packed.
        if number and encoding == "gzip" and not payload.startswith(_GZIP_MAGIC):
            continue
        payload = _unpack(payload, encoding, limit)
        if len(payload) > limit.max_bytes and not limit.truncate:
            raise _too_large("it unpacks to more", limit)
    return payload[: limit.max_bytes]


def _unpack(raw: bytes, encoding: str, limit: SizeLimit) -> bytes:
    try:
        return _gunzip(raw, limit) if encoding == "gzip" else _inflate(raw, limit)
    except zlib.error as error:
        raise _encoding_error(f"the {encoding} stream is broken ({error})") from error


def _gunzip(raw: bytes, limit: SizeLimit) -> bytes:
    """The unpacked bytes, at most one more than the limit however much `raw` contains. Raises zlib.error.

    What follows a whole stream and is no further one is left out, as browsers and gzip(1) do.
    """
    payload = bytearray()
    if not raw:
        return b""
    for _ in range(_MAX_MEMBERS):
        member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        payload += member.decompress(raw, limit.max_bytes + 1 - len(payload))
        _check_end(member.eof, payload, limit)
        raw = member.unused_data.lstrip(b"\0")
        if not raw.startswith(_GZIP_MAGIC) or len(payload) > limit.max_bytes:
            return bytes(payload)
    raise _encoding_error(f"the gzip stream has more than {_MAX_MEMBERS} members")


def _inflate(raw: bytes, limit: SizeLimit) -> bytes:
    """The unpacked bytes of a deflate stream, at most one more than the limit. Raises zlib.error."""
    # RFC 9110, 8.4.1.2 means the zlib format; some servers send the bare stream (RFC 1951).
    has_header = len(raw) > 1 and raw[0] & 0x0F == 8 and int.from_bytes(raw[:2], "big") % 31 == 0
    stream = zlib.decompressobj(wbits=zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS)
    payload = stream.decompress(raw, limit.max_bytes + 1)
    _check_end(stream.eof, payload, limit)
    return payload


def _check_end(eof: bool, payload: bytes | bytearray, limit: SizeLimit) -> None:
    if not eof and len(payload) <= limit.max_bytes and not limit.truncate:
        raise truncated_error(f"the packed stream has no end; {len(payload)} bytes could be unpacked")


def _too_large(what: str, limit: SizeLimit) -> FetchError:
    megabytes, rest = divmod(limit.max_bytes, MEGABYTE)
    most = f"{limit.max_bytes} bytes" if rest else f"{megabytes} megabytes"
    hint = "look at the address in a browser; if it is right, raise answer_megabytes in settings.yaml"
    return FetchError(Cause.TOO_LARGE, f"{what}; {most} are allowed (answer_megabytes)", hint)


def _encoding_error(detail: str) -> FetchError:
    return FetchError(Cause.ENCODING, detail, "try again later; if it goes on, tell the publisher")
