"""A mail server for tests, in a process of its own: it takes letters into a file, and it can be difficult.

Usage: python -m tests.crash.mail_server MAILBOX_FILE. Prints its port. Every letter that it takes is one line
of the file, written before the reply: recipient, Message-ID, envelope sender. How it behaves goes by the
recipient's name: `never` is refused for good; `later` is refused the first two times; `slow` waits; `drop`
has the line cut after its message was taken, before the reply, the first time.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.projects import PROJECT

LATER = 2
SLOW = 0.02


class Difficult:
    """Takes letters, and makes trouble by name."""

    def __init__(self, mailbox: Path) -> None:
        self._mailbox = mailbox
        self._asked = Counter[str]()

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self._asked[address] += 1
        if address.startswith("never"):
            return f"550 5.1.1 <{address}> nobody of this name"
        if address.startswith("later") and self._asked[address] <= LATER:
            return "451 4.7.1 greylisted, come again"
        envelope.rcpt_tos.append(address)
        return "250 yes"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        address = envelope.rcpt_tos[0]
        line = {"to": address, "id": str(message["Message-ID"]), "from": envelope.mail_from}
        with self._mailbox.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        if address.startswith("slow"):
            await asyncio.sleep(SLOW)
        if address.startswith("drop") and self._asked[address] == 1 and server.transport:
            cut(server.transport)
        return "250 taken"


def cut(transport: asyncio.BaseTransport) -> None:
    """Break the line off, without a word."""
    assert isinstance(transport, asyncio.Transport)
    transport.abort()


async def serve(mailbox: Path) -> None:
    """Serve until the process is ended."""
    handler = Difficult(mailbox)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, hostname="localhost"), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """A running server and what it took."""

    port: int
    file: Path

    def taken(self) -> list[dict[str, str]]:
        """Every letter in the order in which it was taken, repeats and all."""
        if not self.file.exists():
            return []
        return [json.loads(line) for line in self.file.read_text(encoding="utf-8").splitlines()]

    def count(self) -> int:
        """How many letters were taken, repeats and all."""
        return self.file.read_bytes().count(b"\n") if self.file.exists() else 0

    def wait_for(self, count: int, seconds: float = 6) -> None:
        """Until so many letters were taken, or the time is over."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and self.count() < count:
            time.sleep(0.005)


@contextmanager
def running(mailbox: Path) -> Iterator[Mailboxes]:
    """The server in a process of its own; ended at the end of the `with`."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.crash.mail_server", str(mailbox)]
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield Mailboxes(int(process.stdout.readline()), mailbox)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
