"""A mail server that says, to each command, what a test wants it to say; and keeps what it was told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from aggregator.deliver.mail.smtp import SmtpServer
from aggregator.model import Message

HANG_UP = "hang up"
MUTE = "say nothing"
SAYS = {
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


def message(name: str, payload: bytes = b"Subject: x\r\n\r\n.a line\r\n") -> Message:
    """A letter to somebody."""
    return Message(
        run="2024-W04",
        subscriber_id=name,
        sender="post+x@example.org",
        recipient=f"{name}@example.org",
        payload=payload,
    )


def server(port: int, **changes: object) -> SmtpServer:
    """Where it listens, as the program knows it."""
    told: dict[str, object] = {"tls_first": False, "starttls": False, "connections": 3, **changes}
    return SmtpServer(host="127.0.0.1", port=port, **told)  # type: ignore[arg-type]  # each by its own name


@dataclass
class Scripted:
    """What is said to each command, one after the other, the last for good; and what each line was told."""

    says: dict[str, list[str]]
    told: list[list[str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    port: int = 0
    lines: list[asyncio.Task[None]] = field(default_factory=list)

    def begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A connection was opened."""
        self.lines.append(asyncio.ensure_future(self.line(reader, writer)))

    async def line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either end hangs up."""
        commands = list[str]()
        self.told.append(commands)
        with suppress(ConnectionError):
            going = self._say(writer, "HELLO")
            while going and (chunk := await reader.read(65536)):
                assert chunk.count(b"\r\n") == 1, "commands come one by one"
                commands.append(chunk.decode().strip())
                going = self._say(writer, word := chunk[:4].decode().upper())
                if going == "354":
                    self.bodies.append(await reader.readuntil(b"\r\n.\r\n"))
                    going = self._say(writer, "BODY")
                if word == "QUIT":
                    break
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    def _say(self, writer: asyncio.StreamWriter, word: str) -> str:
        """Answer; gives the code, and nothing when it is time to hang up."""
        left = self.says.get(word, ["500 what?"])
        reply = left.pop(0) if len(left) > 1 else left[0]
        if reply not in (HANG_UP, MUTE):
            writer.write(reply.encode() + b"\r\n")
        return "" if reply == HANG_UP else reply[:3]


@asynccontextmanager
async def scripted(
    says: Mapping[str, str | list[str]] | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[Scripted]:
    """A server that says `says`, and else what a good one would."""
    told = {
        word: [said] if isinstance(said, str) else list(said)
        for word, said in {**SAYS, **(says or {})}.items()
    }
    found = Scripted(told)
    async with await asyncio.start_server(found.begin, host, 0) as listener:
        found.port = listener.sockets[0].getsockname()[1]
        yield found
    await asyncio.gather(*found.lines)
