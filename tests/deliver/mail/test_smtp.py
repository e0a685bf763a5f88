"""Messages to real mail servers on this machine, well-behaved and not; and the outbox."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.deliver.mail.outbox import Outbox
from aggregator.deliver.mail.smtp import SmtpSender, redact_reply
from aggregator.errors import DeliveryError
from aggregator.model import Message, SendOutcome, SendResult
from tests.crash.mail_server import RunningMailServer, run_mail_server
from tests.deliver.mail.scripted_server import make_message, make_server


def send(sender: SmtpSender, *batches: list[Message]) -> dict[str, SendResult]:
    """Send batches one after another over the same connections."""

    async def work() -> dict[str, SendResult]:
        results = [result for batch in batches for result in await sender(batch)]
        await sender.close()
        return {result.message.subscriber_id: result for result in results}

    return asyncio.run(work())


@pytest.fixture
def mailboxes(tmp_path: Path) -> Iterator[RunningMailServer]:
    with run_mail_server(tmp_path / "mailboxes.jsonl") as found:
        yield found


def test_each_message_has_its_own_result(mailboxes: RunningMailServer) -> None:
    names = ["plain", "never", "later", "slow", "drop", *(f"plain-{n}" for n in range(20))]

    results = send(SmtpSender(make_server(mailboxes.port)), [make_message(name) for name in names])

    assert {name: one.outcome for name, one in results.items() if not name.startswith("plain")} == {
        "never": SendOutcome.PERMANENT_FAILURE,
        "later": SendOutcome.TEMPORARY_FAILURE,
        "slow": SendOutcome.ACCEPTED,
        "drop": SendOutcome.UNKNOWN,
    }
    assert {one.outcome for name, one in results.items() if name.startswith("plain")} == {
        SendOutcome.ACCEPTED
    }
    assert results["never"].reply == "550 5.1.1 <(address)> nobody of this name"
    assert sorted(one["to"] for one in mailboxes.accepted_mails()) == sorted(
        f"{name}@example.org" for name in names if name not in ("never", "later")
    )
    assert {one["from"] for one in mailboxes.accepted_mails()} == {"post+x@example.org"}


def test_a_lost_connection_is_replaced_in_the_next_batch(mailboxes: RunningMailServer) -> None:
    sender = SmtpSender(make_server(mailboxes.port, connections=1))

    results = send(sender, [make_message("drop")], [make_message("plain"), make_message("slow")])

    assert [one.outcome for one in results.values()] == [
        SendOutcome.UNKNOWN,
        SendOutcome.ACCEPTED,
        SendOutcome.ACCEPTED,
    ]


def test_where_no_server_listens_nothing_is_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]

    with pytest.raises(DeliveryError, match=rf"127\.0\.0\.1:{port}: cannot be used"):
        send(SmtpSender(make_server(port)), [make_message("a")])


Handle = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def on_a_server(work: Callable[[int], Awaitable[None]], handle: Handle) -> None:
    """Run `work` with the port of a server whose connections `handle` serves."""

    connections = list[asyncio.Task[None]]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await handle(reader, writer)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    async def both() -> None:
        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connections.append(asyncio.ensure_future(serve(reader, writer)))

        async with await asyncio.start_server(accept, "127.0.0.1", 0) as server:
            await work(server.sockets[0].getsockname()[1])
        await asyncio.gather(*connections)

    asyncio.run(both())


async def refuses_logins(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A server without STARTTLS that refuses every login."""
    writer.write(b"220 ready\r\n")
    while command := await reader.readline():
        replies = {b"EHLO": b"250-here\r\n250 AUTH PLAIN LOGIN\r\n", b"QUIT": b"221 bye\r\n"}
        writer.write(replies.get(command[:4].upper(), b"535 5.7.8 who are you\r\n"))


def test_a_server_on_another_machine_is_not_used_without_tls() -> None:
    async def work(port: int) -> None:
        with pytest.raises(DeliveryError, match="STARTTLS"):
            await SmtpSender(make_server(port, starttls=True))([make_message("a")])

    on_a_server(work, refuses_logins)


def test_a_wrong_password_is_reported_and_never_shown() -> None:
    async def work(port: int) -> None:
        sender = SmtpSender(make_server(port, user="letters", password="hunter2"))  # noqa: S106  # nobody's
        with pytest.raises(DeliveryError) as error:
            await sender([make_message("a")])
        assert "does not take the user and password (535)" in str(error.value)
        assert "hunter2" not in str(error.value)

    on_a_server(work, refuses_logins)


def test_a_silent_server_is_given_up() -> None:
    async def stay_silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async def work(port: int) -> None:
        with pytest.raises(DeliveryError, match="cannot be used"):
            await SmtpSender(make_server(port), reply_timeout=timedelta(seconds=0.2))([make_message("a")])

    on_a_server(work, stay_silent)


@pytest.mark.parametrize(
    ("reply", "redacted"),
    [
        ("550 <a@b.org>: no\nsuch user", "550 <(address)>: no such user"),
        ("x" * 300, "x" * 200),
        ('to "a.b+c@example.org" denied', 'to "(address)" denied'),
    ],
)
def test_a_servers_reply_is_shortened_and_its_addresses_removed(reply: str, redacted: str) -> None:
    assert redact_reply(reply) == redacted


def test_the_outbox_has_one_file_for_each_message_however_often_it_is_sent(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")

    results = asyncio.run(outbox([make_message("a"), make_message("b")]))
    asyncio.run(outbox([make_message("a")]))

    assert {one.outcome for one in results} == {SendOutcome.ACCEPTED}
    assert sorted(str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*.*")) == [
        "outbox/2024-W04/a.eml",
        "outbox/2024-W04/b.eml",
    ]
    assert (tmp_path / "outbox/2024-W04/a.eml").read_bytes() == make_message("a").payload


def test_an_outbox_that_cannot_be_written_is_named_in_the_error(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file")

    with pytest.raises(DeliveryError, match=r"outbox: mail cannot be written here"):
        asyncio.run(Outbox(tmp_path / "outbox")([make_message("a")]))


def test_a_message_that_the_outbox_cannot_take_stops_no_other(tmp_path: Path) -> None:
    (tmp_path / "outbox/2024-W04/a.eml").mkdir(parents=True)
    broken: Any = None
    messages = [make_message("a"), replace(make_message("b"), payload=broken), make_message("c")]

    results = asyncio.run(Outbox(tmp_path / "outbox")(messages))

    assert [one.outcome for one in results] == [SendOutcome.NOT_SENT] * 2 + [SendOutcome.ACCEPTED]
    assert [type(one.error) for one in results] == [IsADirectoryError, TypeError, type(None)]
