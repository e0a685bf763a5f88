"""Listens on localhost and serves until it is told to stop. The only file that imports uvicorn."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from aggregator.errors import ConfigError, ConfigIssue

HOST = "127.0.0.1"
# How long requests under way may take when the server is stopped.
LAST_REQUESTS_SECONDS: Final = 3


def bind_port(port: int) -> socket.socket:
    """Listen on the port (0: any that is free). Raises ConfigError if it is taken.

    Clients that connect before we serve have to wait; they are not refused.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen()
    except OSError as error:
        listener.close()
        remedy = "is another `aggregator start` running? Stop it, or choose another --port"
        raise ConfigError((ConfigIssue(f"port {port}", 0, f"{error.strerror}; {remedy}"),)) from error
    return listener


class AppSwapper:
    """One server for a sequence of applications. Each request is answered by the application that got it."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._application: ASGIApp
        self._server = _Server(
            uvicorn.Config(
                self,
                log_level="warning",
                access_log=False,
                lifespan="off",
                timeout_graceful_shutdown=LAST_REQUESTS_SECONDS,
            )
        )
        self._serving: asyncio.Task[None] | None = None

    def serve(self, application: ASGIApp) -> asyncio.Task[None]:
        """Answer with `application` from now on. Returns the task, which ends with `stop`."""
        self._application = application
        if self._serving is None:
            self._serving = asyncio.create_task(self._server.serve(sockets=[self._listener]))
        return self._serving

    async def stop(self) -> None:
        """Answer the requests under way, and end."""
        self._server.should_exit = True
        if self._serving:
            await asyncio.wait({self._serving})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request to the present application."""
        await self._application(scope, receive, send)


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the program, which has more to end than the server."""
        yield
