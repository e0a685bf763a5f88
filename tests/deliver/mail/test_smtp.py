"""Letters handed to a real mail server on this machine, well-behaved and not."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.deliver.mail.outbox import Outbox
from aggregator.deliver.mail.smtp import SmtpSender, redact_reply
from aggregator.errors import DeliveryError
from aggregator.model import SendOutcome, Message, SendResult
from tests.crash.mail_server import Mailboxes, running
from tests.deliver.mail.scripted_server import message, server


def hand(way: SmtpSender, *batches: list[Message]) -> dict[str, SendResult]:
    """Hand batches over, one after the other, on the same lines."""

    async def work() -> dict[str, SendResult]:
        receipts = [receipt for batch in batches for receipt in await way(batch)]
        await way.close()
        return {receipt.message.subscriber_id: receipt for receipt in receipts}

    return asyncio.run(work())


@pytest.fixture
def mailboxes(tmp_path: Path) -> Iterator[Mailboxes]:
    with running(tmp_path / "mailboxes.jsonl") as found:
        yield found


def test_each_letter_gets_its_own_answer(mailboxes: Mailboxes) -> None:
    names = ["plain", "never", "later", "slow", "drop", *(f"plain-{n}" for n in range(20))]

    receipts = hand(SmtpSender(server(mailboxes.port)), [message(name) for name in names])

    assert {name: one.outcome for name, one in receipts.items() if not name.startswith("plain")} == {
        "never": SendOutcome.PERMANENT_FAILURE,
        "later": SendOutcome.TEMPORARY_FAILURE,
        "slow": SendOutcome.ACCEPTED,
        "drop": SendOutcome.UNKNOWN,
    }
    assert {one.outcome for name, one in receipts.items() if name.startswith("plain")} == {SendOutcome.ACCEPTED}
    assert receipts["never"].reply == "550 5.1.1 <(address)> nobody of this name"
    assert sorted(one["to"] for one in mailboxes.taken()) == sorted(
        f"{name}@example.org" for name in names if name not in ("never", "later")
    )
    assert {one["from"] for one in mailboxes.taken()} == {"post+x@example.org"}


def test_a_lost_line_is_taken_up_again_in_the_next_batch(mailboxes: Mailboxes) -> None:
    way = SmtpSender(server(mailboxes.port, connections=1))

    receipts = hand(way, [message("drop")], [message("plain"), message("slow")])

    assert [one.outcome for one in receipts.values()] == [SendOutcome.UNKNOWN, SendOutcome.ACCEPTED, SendOutcome.ACCEPTED]


def test_where_nobody_listens_nothing_is_handed_over() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    with pytest.raises(DeliveryError, match=rf"127\.0\.0\.1:{port}: cannot be used"):
        hand(SmtpSender(server(port)), [message("a")])


Handle = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def on_a_server(work: Callable[[int], Awaitable[None]], handle: Handle) -> None:
    """Run `work` with the port of a mail server that `handle` plays."""

    lines = list[asyncio.Task[None]]()

    async def line(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await handle(reader, writer)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    async def both() -> None:
        def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            lines.append(asyncio.ensure_future(line(reader, writer)))

        async with await asyncio.start_server(begin, "127.0.0.1", 0) as found:
            await work(found.sockets[0].getsockname()[1])
        await asyncio.gather(*lines)

    asyncio.run(both())


async def refuses_logins(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A server without STARTTLS that knows nobody."""
    writer.write(b"220 ready\r\n")
    while line := await reader.readline():
        known = {b"EHLO": b"250-here\r\n250 AUTH PLAIN LOGIN\r\n", b"QUIT": b"221 bye\r\n"}
        writer.write(known.get(line[:4].upper(), b"535 5.7.8 who are you\r\n"))


def test_a_server_elsewhere_is_not_spoken_to_without_tls() -> None:
    async def work(port: int) -> None:
        with pytest.raises(DeliveryError, match="STARTTLS"):
            await SmtpSender(server(port, starttls=True))([message("a")])

    on_a_server(work, refuses_logins)


def test_a_wrong_password_is_said_as_such_and_shown_nowhere() -> None:
    async def work(port: int) -> None:
        way = SmtpSender(server(port, user="letters", password="hunter2"))  # noqa: S106  # nobody's
        with pytest.raises(DeliveryError) as error:
            await way([message("a")])
        assert "does not take the user and password (535)" in str(error.value)
        assert "hunter2" not in str(error.value)

    on_a_server(work, refuses_logins)


def test_a_server_that_says_nothing_is_left() -> None:
    async def mute(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async def work(port: int) -> None:
        with pytest.raises(DeliveryError, match="cannot be used"):
            await SmtpSender(server(port), reply_timeout=timedelta(seconds=0.2))([message("a")])

    on_a_server(work, mute)


@pytest.mark.parametrize(
    ("reply", "kept"),
    [
        ("550 <a@b.org>: no\nsuch user", "550 <(address)>: no such user"),
        ("x" * 300, "x" * 200),
        ('to "a.b+c@example.org" denied', 'to "(address)" denied'),
    ],
)
def test_a_servers_words_are_kept_short_and_without_addresses(reply: str, kept: str) -> None:
    assert redact_reply(reply) == kept


def test_the_outbox_holds_a_file_a_letter_however_often_it_is_handed_over(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")

    receipts = asyncio.run(outbox([message("a"), message("b")]))
    asyncio.run(outbox([message("a")]))

    assert {one.outcome for one in receipts} == {SendOutcome.ACCEPTED}
    assert sorted(str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*.*")) == [
        "outbox/2024-W04/a.eml",
        "outbox/2024-W04/b.eml",
    ]
    assert (tmp_path / "outbox/2024-W04/a.eml").read_bytes() == message("a").payload


def test_an_outbox_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file")

    with pytest.raises(DeliveryError, match=r"outbox: letters cannot be written here"):
        asyncio.run(Outbox(tmp_path / "outbox")([message("a")]))
