"""Repairs the heads of responses that every browser reads and aiohttp's parser would refuse."""

from __future__ import annotations

import re
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, Final

import aiohttp
from aiohttp.client_proto import ResponseHandler

# The longest head that is read, as in Chromium: all header fields together, so any one of them, too.
MAX_HEAD: Final = 256 * 1024

# Statuses whose responses have no body (RFC 9110, 6.4.1).
_BODILESS: Final = {204, 304}
_END_OF_HEAD: Final = re.compile(rb"\r?\n\r?\n")
_LINE_END: Final = re.compile(rb"\r?\n")
_STATUS: Final = re.compile(rb"HTTP/[\d.]+ +(\d{3})")
_NOT_ASCII: Final = re.compile(rb"[^\x20-\x7e]")
_TOKEN: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# Python reads no number of more than 4,300 digits.
_DIGITS: Final = re.compile(rb"\d{1,18}")
_LENGTH: Final = b"content-length"
_CODING: Final = b"transfer-encoding"

# The name of a field in lower case (empty for the status line), and the lines that it takes.
_Field = tuple[bytes, bytes]


class TolerantConnector(aiohttp.TCPConnector):
    """A connector whose connections repair the heads of responses."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # aiohttp has no public way to name the protocol (3.14.5). Without this line tests with real sockets
        # fail.
        handler: Callable[..., ResponseHandler] = _TolerantHandler
        self._factory = partial(handler, self._loop)


class _TolerantHandler(ResponseHandler):
    """Collects the head of each response and passes it on repaired; cuts off what comes after the body."""

    def __init__(self, loop: AbstractEventLoop) -> None:
        super().__init__(loop)
        # The head so far; None once it is complete.
        self._head: bytearray | None = bytearray()
        # Bytes of the body that are still to come; None if only its end or the connection's tells.
        self._body_left: int | None = None

    def set_response_params(self, **params: Any) -> None:
        """Expect the next response. aiohttp calls this for each request, also on a connection used before."""
        self._head, self._body_left = bytearray(), None
        super().set_response_params(**params)

    def data_received(self, data: bytes) -> None:
        """Pass bytes on to aiohttp's parser, the head once it is complete."""
        if self._parser is None or not data:
            # Either nobody waits for a response, or aiohttp goes on with bytes that it has already.
            super().data_received(data)
        elif self._head is None:
            self._pass_on(b"", data)
        else:
            self._collect(self._head, data)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Pass on a head without an end, so that aiohttp says what is wrong with it."""
        if self._head and self._parser is not None:
            super().data_received(bytes(self._head))
        super().connection_lost(exc)

    def _collect(self, head: bytearray, data: bytes) -> None:
        searched = max(len(head) - 3, 0)
        head += data
        end = _END_OF_HEAD.search(head, searched)
        if end:
            self._head_complete(bytes(head[: end.end()]), bytes(head[end.end() :]))
        elif len(head) > MAX_HEAD or not _may_be_http(head):
            self._head = None
            super().data_received(bytes(head))
        else:
            self._reschedule_timeout()

    def _head_complete(self, head: bytes, rest: bytes) -> None:
        status, repaired, length = repair_head(head)
        if 100 <= status < 200 and status != 101:  # more heads follow, such as that of 103 Early Hints
            self._head = bytearray()
            super().data_received(repaired)
            if rest:
                self.data_received(rest)
            return
        self._head, self._body_left = None, 0 if status in _BODILESS else length
        self._pass_on(repaired, rest)

    def _pass_on(self, head: bytes, body: bytes) -> None:
        if self._body_left is not None:
            if len(body) > self._body_left:
                # Browsers do not read them either; the connection is not used again.
                self.force_close()
            body = body[: self._body_left]
            self._body_left -= len(body)
        if head or body:
            super().data_received(head + body)


def repair_head(head: bytes) -> tuple[int, bytes, int | None]:
    """Return the status, the head as browsers read it, and the length of the body if it states one.

    Lines without a colon and names that are no token are left out, a space before the colon goes, equal
    lengths count as one, and a length beside `chunked` counts for nothing (RFC 9112, 6.3). Different lengths
    stay, so that aiohttp refuses them. The reason after the status loses what is not ASCII, on which httpx
    raises.
    """
    fields = list(_readable(_fields(head)))
    status = _STATUS.match(fields[0][1]) if fields else None
    chunked = any(name == _CODING and _value(line).lower().endswith(b"chunked") for name, line in fields)
    stated = [value for name, line in fields if name == _LENGTH for value in _value(line).split(b",")]
    lengths = {int(value) for value in map(bytes.strip, stated) if _DIGITS.fullmatch(value)}
    length = lengths.pop() if len(lengths) == 1 and not chunked else None
    if chunked or len(lengths) == 0:
        fields = [field for field in fields if field[0] != _LENGTH]
    if not chunked:
        fields = [field for field in fields if field[0] != _CODING or _value(field[1]).lower() != b"identity"]
    if length is not None:
        fields.append((_LENGTH, b"Content-Length: %d" % length))
    lines = b"".join(line + b"\r\n" for _, line in fields)
    return int(status[1]) if status else 0, lines + b"\r\n", length


def _may_be_http(head: bytearray) -> bool:
    start = bytes(head.lstrip()[:5])
    return b"HTTP/".startswith(start)


def _fields(head: bytes) -> Iterator[_Field]:
    """The status line and the fields; a line that begins with a space belongs to the one before."""
    lines: list[bytes] = []
    for line in filter(None, _LINE_END.split(head.lstrip())):
        if line[:1] in (b" ", b"\t") and lines:
            lines[-1] += b" " + line.strip()
        else:
            lines.append(line)
    for number, line in enumerate(lines):
        yield (line.partition(b":")[0].strip().lower() if number else b"", line)


def _readable(fields: Iterable[_Field]) -> Iterator[_Field]:
    for number, (name, line) in enumerate(fields):
        if not number:
            yield name, _NOT_ASCII.sub(b"", line)
        elif b":" in line and _TOKEN.fullmatch(name):
            yield name, line.partition(b":")[0].strip() + b": " + _value(line)


def _value(line: bytes) -> bytes:
    return line.partition(b":")[2].strip()
