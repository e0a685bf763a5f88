"""Listens on localhost and serves until it is told to stop; the only file that imports uvicorn."""

from __future__ import annotations

import socket

import uvicorn
from starlette.applications import Starlette

from aggregator.errors import ConfigError, Mistake

HOST = "127.0.0.1"


def bind(port: int) -> socket.socket:
    """Take the port (0: any that is free), or raise ConfigError when somebody else has it."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        remedy = "is another `aggregator start` running? Stop it, or choose another --port"
        raise ConfigError((Mistake(f"port {port}", 0, f"{error.strerror}; {remedy}"),)) from error
    return listener


async def serve(application: Starlette, listener: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM."""
    settings = uvicorn.Config(application, log_level="warning", access_log=False, lifespan="off")
    await uvicorn.Server(settings).serve(sockets=[listener])
