"""Listens on localhost and serves until it is told to stop; the only file that imports uvicorn."""

from __future__ import annotations

import asyncio
import socket

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from aggregator.errors import ConfigError, ConfigIssue

HOST = "127.0.0.1"


def bind(port: int) -> socket.socket:
    """Take the port (0: any that is free), or raise ConfigError when somebody else has it.

    Who asks before we serve waits.
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
    """One server for one application after the other; what was asked of one is answered by it."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._site: ASGIApp
        self._serving: asyncio.Task[None] | None = None

    def show(self, site: ASGIApp) -> asyncio.Task[None]:
        """Answer as `site` does from now on; gives the task that ends with SIGINT or SIGTERM."""
        self._site = site
        if self._serving is None:
            self._serving = asyncio.create_task(_serve(self, self._listener))
        return self._serving

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        await self._site(scope, receive, send)


async def _serve(application: ASGIApp, listener: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM."""
    settings = uvicorn.Config(application, log_level="warning", access_log=False, lifespan="off")
    await uvicorn.Server(settings).serve(sockets=[listener])
