"""A real HTTP or HTTPS server on 127.0.0.1 that plays a script and remembers what it was asked."""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    """The target as it stood in the request line, with its query."""
    headers: Mapping[str, str]
    """Names in lower case."""
    at: float
    """By `time.monotonic()`."""
    payload: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer: whole and at once, unless it says otherwise. A Content-Length is added if it has none."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    payload: bytes = b""
    wait: float = 0.0
    """Seconds before the first byte."""
    trickle: float = 0.0
    """Seconds before each single byte of the payload."""


Answered = Response | bytes
"""Bytes go out as they are, and then the connection is closed."""
Reply = Answered | Callable[[Seen], Answered]

MISSING = Response(status=404, payload=b"not here")


def conditional(payload: bytes, **validators: str) -> Callable[[Seen], Response]:
    """Answers 304 when the request carries the same validators: `conditional(b"...", etag='"1"')`."""
    named = {name.replace("_", "-"): value for name, value in validators.items()}
    asked_by = {"etag": "if-none-match", "last-modified": "if-modified-since"}

    def answer(seen: Seen) -> Response:
        unchanged = all(seen.headers.get(asked_by[name]) == value for name, value in named.items())
        return Response(status=304, headers=named) if unchanged else Response(headers=named, payload=payload)

    return answer


class Server:
    """Plays `script` (path to reply; any other path is a 404) while it is entered as a context manager."""

    def __init__(
        self, script: Mapping[str, Reply] | None = None, *, tls: ssl.SSLContext | None = None
    ) -> None:
        self.script: dict[str, Reply] = dict(script or {})
        self.seen: list[Seen] = []
        self.most_at_once = 0
        """The most requests that were being answered at one time."""
        self.port = 0
        self._tls = tls
        self._busy = 0
        self._talks: set[asyncio.Task[None]] = set()
        self._started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="test server")

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        """The address of `path` on this server."""
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}{path}"

    def paths(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [seen.path for seen in self.seen]

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.result(timeout=10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        loop, stop = self._started.result()
        loop.call_soon_threadsafe(stop.set)
        self._thread.join()

    async def _serve(self) -> None:
        stop = asyncio.Event()
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0, ssl=self._tls, backlog=500)
        self.port = server.sockets[0].getsockname()[1]
        self._started.set_result((asyncio.get_running_loop(), stop))
        await stop.wait()
        server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """All requests of one connection; a client that goes away, or the end of the server, ends it."""
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            while True:
                seen = _read(await reader.readuntil(b"\r\n\r\n"))
                size = int(seen.headers.get("content-length", "0"))
                if not await self._answer(replace(seen, payload=await reader.readexactly(size)), writer):
                    break
        writer.close()
        with suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()
        self._talks.discard(task)

    async def _answer(self, seen: Seen, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; says whether the connection stays open."""
        self.seen.append(seen)
        self._busy += 1
        self.most_at_once = max(self.most_at_once, self._busy)
        try:
            reply = self.script.get(seen.path, MISSING)
            answered = reply(seen) if callable(reply) else reply
            if isinstance(answered, Response):
                await _send(answered, writer)
            else:
                writer.write(answered)
            await writer.drain()
        finally:
            self._busy -= 1
        return isinstance(answered, Response)


def _read(head: bytes) -> Seen:
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Seen(method=method, path=path, headers=headers, at=time.monotonic())


async def _send(response: Response, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(response.wait)
    headers = {"Content-Length": str(len(response.payload)), **response.headers}
    lines = [f"HTTP/1.1 {response.status} Scripted", *(f"{name}: {value}" for name, value in headers.items())]
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
    if not response.trickle:
        writer.write(response.payload)
        return
    for byte in response.payload:
        await asyncio.sleep(response.trickle)
        writer.write(bytes([byte]))
        await writer.drain()
