"""A mail server for tests, in a process of its own: it writes mails to a file, and it can misbehave.

Usage: python -m tests.crash.mail_server MAILBOX_FILE. It prints its port. For each accepted mail it writes
one line, before the reply: recipient, Message-ID, envelope sender. The recipient's name decides what it does:
`never` is refused for good; `later` is refused the first two times; for `slow` it waits; for `drop` it breaks
the connection the first time, after accepting the message and before the reply.
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

REFUSALS = 2
SLOW_SECONDS = 0.02


class FaultyMailHandler:
    """Accepts mails, and misbehaves by the recipient's name."""

    def __init__(self, mailbox: Path) -> None:
        self._mailbox = mailbox
        self._attempts = Counter[str]()

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self._attempts[address] += 1
        if address.startswith("never"):
            return f"550 5.1.1 <{address}> nobody of this name"
        if address.startswith("later") and self._attempts[address] <= REFUSALS:
            return "451 4.7.1 greylisted, come again"
        envelope.rcpt_tos.append(address)
        return "250 yes"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        address = envelope.rcpt_tos[0]
        fields = {"to": address, "id": str(message["Message-ID"]), "from": envelope.mail_from}
        with self._mailbox.open("a", encoding="utf-8") as file:
            file.write(json.dumps(fields) + "\n")
        if address.startswith("slow"):
            await asyncio.sleep(SLOW_SECONDS)
        if address.startswith("drop") and self._attempts[address] == 1 and server.transport:
            break_connection(server.transport)
        return "250 taken"


def break_connection(transport: asyncio.BaseTransport) -> None:
    """Break the connection without a reply."""
    assert isinstance(transport, asyncio.Transport)
    transport.abort()


async def serve(mailbox: Path) -> None:
    """Serve until the process ends."""
    handler = FaultyMailHandler(mailbox)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, hostname="localhost"), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


@dataclass(frozen=True, slots=True)
class RunningMailServer:
    """A running mail server and the mails it accepted."""

    port: int
    file: Path

    def accepted_mails(self) -> list[dict[str, str]]:
        """Every accepted mail in order, repeats included."""
        if not self.file.exists():
            return []
        return [json.loads(line) for line in self.file.read_text(encoding="utf-8").splitlines()]

    def count(self) -> int:
        """The number of accepted mails, repeats included."""
        return self.file.read_bytes().count(b"\n") if self.file.exists() else 0

    def wait_for(self, count: int, seconds: float = 6) -> None:
        """Wait until that many mails were accepted, or the time is over."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.count() < count:
            time.sleep(0.005)


@contextmanager
def run_mail_server(mailbox: Path) -> Iterator[RunningMailServer]:
    """Run the server in a process of its own; it ends with the `with` block."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.crash.mail_server", str(mailbox)]
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield RunningMailServer(int(process.stdout.readline()), mailbox)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
