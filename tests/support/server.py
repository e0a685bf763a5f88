"""A real HTTP or HTTPS server on 127.0.0.1 that answers by a script and records the requests."""

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
class ReceivedRequest:
    """One request as received."""

    method: str
    path: str
    """The target of the request line, with its query."""
    headers: Mapping[str, str]
    """Names in lower case."""
    at: float
    """By `time.monotonic()`."""
    payload: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedResponse:
    """A response, sent whole and at once unless it says otherwise. A Content-Length is added if missing."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    payload: bytes = b""
    wait: float = 0.0
    """Seconds before the first byte."""
    trickle: float = 0.0
    """Seconds before each single byte of the payload."""


Answer = ScriptedResponse | bytes
"""Bytes are sent as they are, and then the connection is closed."""
Reply = Answer | Callable[[ReceivedRequest], Answer]

NOT_FOUND = ScriptedResponse(status=404, payload=b"not here")


def conditional(payload: bytes, **validators: str) -> Callable[[ReceivedRequest], ScriptedResponse]:
    """A reply that is 304 if the request has the same validators: `conditional(b"...", etag='"1"')`."""
    headers = {name.replace("_", "-"): value for name, value in validators.items()}
    request_headers = {"etag": "if-none-match", "last-modified": "if-modified-since"}

    def answer(request: ReceivedRequest) -> ScriptedResponse:
        unchanged = all(
            request.headers.get(request_headers[name]) == value for name, value in headers.items()
        )
        return (
            ScriptedResponse(status=304, headers=headers)
            if unchanged
            else ScriptedResponse(headers=headers, payload=payload)
        )

    return answer


class ScriptedServer:
    """Answers by `script` (path to reply; 404 for other paths) while entered as a context manager."""

    def __init__(
        self, script: Mapping[str, Reply] | None = None, *, tls: ssl.SSLContext | None = None
    ) -> None:
        self.script: dict[str, Reply] = dict(script or {})
        self.requests: list[ReceivedRequest] = []
        self.max_concurrent = 0
        """The greatest number of requests in progress at one time."""
        self.port = 0
        self._tls = tls
        self._active = 0
        self._connections: set[asyncio.Task[None]] = set()
        self._started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="test server")

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        """The address of `path` on this server."""
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}{path}"

    def paths(self) -> list[str]:
        """The requested paths, in order."""
        return [request.path for request in self.requests]

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
        server = await asyncio.start_server(
            self._handle_connection, "127.0.0.1", 0, ssl=self._tls, backlog=500
        )
        self.port = server.sockets[0].getsockname()[1]
        self._started.set_result((asyncio.get_running_loop(), stop))
        await stop.wait()
        server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _handle_connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer all requests of one connection, until the client leaves or the server ends."""
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            while True:
                request = _read(await reader.readuntil(b"\r\n\r\n"))
                size = int(request.headers.get("content-length", "0"))
                if not await self._answer(replace(request, payload=await reader.readexactly(size)), writer):
                    break
        writer.close()
        with suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()
        self._connections.discard(task)

    async def _answer(self, request: ReceivedRequest, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; returns whether the connection stays open."""
        self.requests.append(request)
        self._active += 1
        self.max_concurrent = max(self.max_concurrent, self._active)
        try:
            reply = self.script.get(request.path, NOT_FOUND)
            answer = reply(request) if callable(reply) else reply
            if isinstance(answer, ScriptedResponse):
                await _send(answer, writer)
            else:
                writer.write(answer)
            await writer.drain()
        finally:
            self._active -= 1
        return isinstance(answer, ScriptedResponse)


def _read(head: bytes) -> ReceivedRequest:
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return ReceivedRequest(method=method, path=path, headers=headers, at=time.monotonic())


async def _send(response: ScriptedResponse, writer: asyncio.StreamWriter) -> None:
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
