"""Measures how fast digests are sent: personal mails against one ready-made mail, on the same connections.

Usage: python tools/measure_digests.py [SUBSCRIBERS] [CONNECTIONS] [ROUNDS]

Both go to the same mail server, a separate process that accepts every message and drops it. The ready-made
message is one digest of the same size, passed to aiosmtplib unchanged. The personal mails go the whole way:
planned, taken from a store on disk in batches, filled in, signed, handed over, settled. The two alternate, so
that other load on the machine slows both alike; the result is the sum over all rounds, in clock time and in
processor time.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import socket
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from aiosmtplib import SMTP

from aggregator.config import load_config
from aggregator.config.settings import load_settings
from aggregator.deliver import digest_window
from aggregator.deliver.mail.smtp import SmtpSender, SmtpServer
from aggregator.model import (
    Choices,
    Digest,
    DigestItem,
    Message,
    Moment,
    Section,
    Subscriber,
    SubscriberStatus,
)
from aggregator.services.isolation import Isolation
from aggregator.services.mailing.delivery import DeliveryService
from aggregator.services.mailing.mailer import delivery_service
from aggregator.services.mailing.message_builder import MessageBuilder
from aggregator.store import open_store

NOW = datetime(2024, 1, 29, 8, 0, tzinfo=UTC)
WEEK = "2024-W04"
PROJECT = Path(__file__).parents[1]


class AcceptingServer(asyncio.Protocol):
    """A mail server that accepts everything."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the greeting."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # a TCP server has no other
        self._transport, self._received, self._in_data = transport, b"", False
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer every line, and every message."""
        self._received += data
        end = b"\r\n.\r\n" if self._in_data else b"\r\n"
        while (at := self._received.find(end)) >= 0:
            line, self._received = self._received[:at], self._received[at + len(end) :]
            self._in_data = not self._in_data and line[:4].upper() == b"DATA"
            self._transport.write(b"354 go on\r\n" if self._in_data else b"250 yes\r\n")
            end = b"\r\n.\r\n" if self._in_data else b"\r\n"


def run_server(listener: socket.socket) -> None:
    """Run the mail server until the process is ended."""

    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(AcceptingServer, sock=listener)
        await server.serve_forever()

    asyncio.run(serve())


def example_digest() -> Digest:
    """A week with 25 updates."""
    items = tuple(
        DigestItem(
            id=f"urn:uuid:{n}",
            title=f"Update number {n} about a plan for open government, with a title of usual length",
            url=f"https://www.gov.uk/government/publications/update-number-{n}",
            body="cabinet-office",
            type="report",
            summary="What the document says, in a sentence as long as such sentences mostly are.",
            language="en",
            dated=Moment(at=NOW - timedelta(days=3)),
            first_seen=NOW - timedelta(days=2),
        )
        for n in range(25)
    )
    sections = (Section(title="Documents", items=items),)
    span = digest_window(WEEK, ZoneInfo("Europe/London"))
    return Digest(period=WEEK, window=span, sections=sections, unread_sources=(), issued_at=NOW)


@dataclass(frozen=True)
class Times:
    """Seconds of clock time, and of this process's processor time."""

    wall: float = 0
    processor: float = 0

    @classmethod
    def now(cls) -> Times:
        """Both clocks as they are now."""
        return cls(time.perf_counter(), time.process_time())

    def __sub__(self, other: Times) -> Times:
        return Times(self.wall - other.wall, self.processor - other.processor)

    def __add__(self, other: Times) -> Times:
        return Times(self.wall + other.wall, self.processor + other.processor)


async def send_ready_made(port: int, message: Message, count: int, connections: int) -> Times:
    """The time that `count` messages take, with the same bytes each time."""
    left = iter(range(count))  # shared: each connection takes the next message when it is free

    async def send_over_one_connection() -> None:
        client = SMTP(hostname="127.0.0.1", port=port, start_tls=False)
        await client.connect()
        for _ in left:
            await client.sendmail(message.sender, [message.recipient], message.payload)
        client.close()

    started = Times.now()
    await asyncio.gather(*(send_over_one_connection() for _ in range(connections)))
    return Times.now() - started


async def send_personal(port: int, folder: Path, count: int, connections: int) -> tuple[Times, Message]:
    """The time that personal mails take the whole way, and one of the mails."""
    config = load_config(load_settings(PROJECT / "settings.yaml", store=f"sqlite:///{folder}/store.db"))
    config.settings.__dict__["secret_file"] = str(folder / "secret")
    with open_store(f"sqlite:///{folder}/store.db") as store:
        store.digests.issue([example_digest()])
        store.subscribers.add(
            Subscriber(
                id=f"{n:016x}",
                address=f"subscriber{n}@example.org",
                status=SubscriberStatus.ACTIVE,
                status_since=NOW,
                choices=Choices(),
            )
            for n in range(count)
        )
        server = SmtpServer(
            host="127.0.0.1", port=port, implicit_tls=False, starttls=False, connections=connections
        )
        deliveries, sender = delivery_service(config, store), SmtpSender(server)
        started = Times.now()
        deliveries.plan_digests(NOW)
        counts = await deliveries.send_due(sender, lambda: NOW, allow_all=True)
        taken = Times.now() - started
        await sender.close()
        if sum(counts.values()) != count:
            raise SystemExit(f"only {counts} of {count}")
        return taken, _builder(deliveries).build(WEEK, store.subscribers.all()[0], NOW)


def _builder(deliveries: DeliveryService) -> MessageBuilder:
    isolation = Isolation(deliveries.store, NOW)
    return MessageBuilder(deliveries.config, deliveries.store, deliveries.context, isolation)


async def measure(port: int, count: int, connections: int, rounds: int) -> None:
    """Print the sums of all rounds, and the ratios of the two rates."""
    personal, ready_made, size = Times(), Times(), 0
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(dir=".") as folder:
            taken, message = await send_personal(port, Path(folder), count, connections)
        personal, size = personal + taken, len(message.payload)
        ready_made += await send_ready_made(port, message, count, connections)
    messages = count * rounds
    sys.stdout.write(
        f"{messages:,} mails of {size:,} bytes each way, {rounds} rounds, {connections} connections\n"
        f"by the clock: {messages / personal.wall:,.0f} personal a second, "
        f"{messages / ready_made.wall:,.0f} ready-made: {ready_made.wall / personal.wall:.2f}\n"
        f"by processor time: {messages / personal.processor:,.0f} and "
        f"{messages / ready_made.processor:,.0f}: {ready_made.processor / personal.processor:.2f}\n"
    )


def main(arguments: list[str]) -> None:
    """Start the mail server, measure, end the server."""
    count, connections, rounds = (int(a) for a in (*arguments, *("2000", "4", "5")[len(arguments) :]))
    listener = socket.create_server(("127.0.0.1", 0))
    process = multiprocessing.get_context("fork").Process(target=run_server, args=(listener,), daemon=True)
    process.start()
    try:
        asyncio.run(measure(listener.getsockname()[1], count, connections, rounds))
    finally:
        process.terminate()


if __name__ == "__main__":
    main(sys.argv[1:])
