"""A mail server that gives the replies a test chooses, and records the commands that it got."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from aggregator.deliver.mail.smtp import SmtpServer
from aggregator.model import Message

HANG_UP = "hang up"
STAY_SILENT = "say nothing"
GOOD_REPLIES = {
    "HELLO": "220 ready",
    "EHLO": "250-here\r\n250-PIPELINING\r\n250 SIZE 1000000",
    "HELO": "250 here",
    "MAIL": "250 yes",
    "RCPT": "250 yes",
    "DATA": "354 go on",
    "BODY": "250 taken",
    "RSET": "250 forgotten",
    "QUIT": "221 bye",
}


def make_message(name: str, payload: bytes = b"Subject: x\r\n\r\n.a line\r\n") -> Message:
    """A message to NAME@example.org."""
    return Message(
        run="2024-W04",
        subscriber_id=name,
        sender="post+x@example.org",
        recipient=f"{name}@example.org",
        payload=payload,
    )


def make_server(port: int, **changes: object) -> SmtpServer:
    """The settings of a server on this machine."""
    values: dict[str, object] = {"implicit_tls": False, "starttls": False, "connections": 3, **changes}
    return SmtpServer(host="127.0.0.1", port=port, **values)  # type: ignore[arg-type]  # each by its own name


@dataclass
class ScriptedServer:
    """A running server."""

    replies: dict[str, list[str]]
    """By command: used in this order; the last one stays."""
    commands: list[list[str]] = field(default_factory=list)
    """Of each connection."""
    bodies: list[bytes] = field(default_factory=list)
    port: int = 0
    connections: list[asyncio.Task[None]] = field(default_factory=list)

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a new connection."""
        self.connections.append(asyncio.ensure_future(self.serve(reader, writer)))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until either end hangs up."""
        commands = list[str]()
        self.commands.append(commands)
        with suppress(ConnectionError):
            code = self._reply(writer, "HELLO")
            while code and (chunk := await reader.read(65536)):
                assert chunk.count(b"\r\n") == 1, "commands come one by one"
                commands.append(chunk.decode().strip())
                code = self._reply(writer, command := chunk[:4].decode().upper())
                if code == "354":
                    self.bodies.append(await reader.readuntil(b"\r\n.\r\n"))
                    code = self._reply(writer, "BODY")
                if command == "QUIT":
                    break
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    def _reply(self, writer: asyncio.StreamWriter, command: str) -> str:
        """Reply to a command; gives the code, or nothing when the connection is to be closed."""
        replies = self.replies.get(command, ["500 what?"])
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        if reply not in (HANG_UP, STAY_SILENT):
            writer.write(reply.encode() + b"\r\n")
        return "" if reply == HANG_UP else reply[:3]


@asynccontextmanager
async def run_scripted_server(
    replies: Mapping[str, str | list[str]] | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[ScriptedServer]:
    """A server with these replies, and those of a working server for other commands."""
    all_replies = {
        command: [reply] if isinstance(reply, str) else list(reply)
        for command, reply in {**GOOD_REPLIES, **(replies or {})}.items()
    }
    server = ScriptedServer(all_replies)
    async with await asyncio.start_server(server.accept, host, 0) as listener:
        server.port = listener.sockets[0].getsockname()[1]
        yield server
    await asyncio.gather(*server.connections)
