"""Measures how fast letters go out: personal ones against one that is ready-made, on the same connections.

Usage: python tools/measure_letters.py [READERS] [CONNECTIONS] [ROUNDS]

Both go to the same sink, a process of its own that takes every message and forgets it. The ready-made message
is one letter of the same size, handed to aiosmtplib as it is. The personal ones go the whole way: planned,
taken from a store on disk in batches, filled in, signed, handed over, settled. The two take turns, so that
what else the machine does weighs on both; what counts is the sum over all rounds, in time and processor time.
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

from aggregator.config import load
from aggregator.config.settings import load_settings
from aggregator.deliver import window
from aggregator.deliver.mail.smtp import Server, Smtp
from aggregator.model import Choices, Digest, DigestItem, Message, Moment, Reader, Section, SubscriberStatus
from aggregator.services.mailing.mailer import dispatch
from aggregator.store import open_store

NOW = datetime(2024, 1, 29, 8, 0, tzinfo=UTC)
WEEK = "2024-W04"
PROJECT = Path(__file__).parents[1]


class Sink(asyncio.Protocol):
    """A mail server that says yes to everything."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # a TCP server has no other
        self._transport, self._kept, self._in_data = transport, b"", False
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer every line, and every message."""
        self._kept += data
        end = b"\r\n.\r\n" if self._in_data else b"\r\n"
        while (at := self._kept.find(end)) >= 0:
            line, self._kept = self._kept[:at], self._kept[at + len(end) :]
            self._in_data = not self._in_data and line[:4].upper() == b"DATA"
            self._transport.write(b"354 go on\r\n" if self._in_data else b"250 yes\r\n")
            end = b"\r\n.\r\n" if self._in_data else b"\r\n"


def sink(listener: socket.socket) -> None:
    """Run the sink until the process is ended."""

    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(Sink, sock=listener)
        await server.serve_forever()

    asyncio.run(serve())


def letter() -> Digest:
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
    span = window(WEEK, ZoneInfo("Europe/London"))
    return Digest(week=WEEK, window=span, sections=sections, unread=(), issued=NOW)


@dataclass(frozen=True)
class Times:
    """Seconds on the clock, and of this process's processor time."""

    wall: float = 0
    processor: float = 0

    @classmethod
    def now(cls) -> Times:
        """As they stand."""
        return cls(time.perf_counter(), time.process_time())

    def __sub__(self, other: Times) -> Times:
        return Times(self.wall - other.wall, self.processor - other.processor)

    def __add__(self, other: Times) -> Times:
        return Times(self.wall + other.wall, self.processor + other.processor)


async def ready_made(port: int, message: Message, count: int, connections: int) -> Times:
    """What as many messages take, the same bytes each time."""
    left = iter(range(count))

    async def line() -> None:
        way = SMTP(hostname="127.0.0.1", port=port, start_tls=False)
        await way.connect()
        for _ in left:
            await way.sendmail(message.sender, [message.recipient], message.payload)
        way.close()

    started = Times.now()
    await asyncio.gather(*(line() for _ in range(connections)))
    return Times.now() - started


async def personal(port: int, folder: Path, count: int, connections: int) -> tuple[Times, Message]:
    """What letters take by the whole way, and one of them."""
    config = load(load_settings(PROJECT / "settings.yaml", store=f"sqlite:///{folder}/store.db"))
    config.settings.__dict__["secret_file"] = str(folder / "secret")
    with open_store(f"sqlite:///{folder}/store.db") as store:
        store.digests.issue([letter()])
        store.readers.add(
            Reader(
                id=f"{n:016x}",
                address=f"reader{n}@example.org",
                standing=SubscriberStatus.READING,
                since=NOW,
                choices=Choices(),
            )
            for n in range(count)
        )
        server = Server(host="127.0.0.1", port=port, tls_first=False, starttls=False, connections=connections)
        letters, way = dispatch(config, store), Smtp(server)
        started = Times.now()
        letters.plan(NOW)
        counts = await letters.send(way, lambda: NOW, everybody=True)
        taken = Times.now() - started
        await way.close()
        if sum(counts.values()) != count:
            raise SystemExit(f"only {counts} of {count}")
        return taken, letters.message(WEEK, store.readers.all()[0], NOW)


async def measure(port: int, count: int, connections: int, rounds: int) -> None:
    """Print what the rounds came to, and the ratios of the rates."""
    ours, theirs, size = Times(), Times(), 0
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(dir=".") as folder:
            taken, message = await personal(port, Path(folder), count, connections)
        ours, size = ours + taken, len(message.payload)
        theirs += await ready_made(port, message, count, connections)
    told = count * rounds
    sys.stdout.write(
        f"{told:,} letters of {size:,} bytes each way, {rounds} turns, {connections} connections\n"
        f"by the clock: {told / ours.wall:,.0f} personal a second, {told / theirs.wall:,.0f} ready-made: "
        f"{theirs.wall / ours.wall:.2f}\n"
        f"by processor time: {told / ours.processor:,.0f} and {told / theirs.processor:,.0f}: "
        f"{theirs.processor / ours.processor:.2f}\n"
    )


def main(arguments: list[str]) -> None:
    """Start the sink, measure, end the sink."""
    count, connections, rounds = (int(a) for a in (*arguments, *("2000", "4", "5")[len(arguments) :]))
    listener = socket.create_server(("127.0.0.1", 0))
    process = multiprocessing.get_context("fork").Process(target=sink, args=(listener,), daemon=True)
    process.start()
    try:
        asyncio.run(measure(listener.getsockname()[1], count, connections, rounds))
    finally:
        process.terminate()


if __name__ == "__main__":
    main(sys.argv[1:])
