"""Listens on localhost and serves until it is told to stop. The only file that imports uvicorn."""

from __future__ import annotations

import asyncio
import socket

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from aggregator.errors import ConfigError, ConfigIssue

HOST = "127.0.0.1"


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
        self._serving: asyncio.Task[None] | None = None

    def serve(self, application: ASGIApp) -> asyncio.Task[None]:
        """Answer with `application` from now on. Returns the task, which ends with SIGINT or SIGTERM."""
        self._application = application
        if self._serving is None:
            self._serving = asyncio.create_task(_serve(self, self._listener))
        return self._serving

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request to the present application."""
        await self._application(scope, receive, send)


async def _serve(application: ASGIApp, listener: socket.socket) -> None:
    settings = uvicorn.Config(application, log_level="warning", access_log=False, lifespan="off")
    await uvicorn.Server(settings).serve(sockets=[listener])
