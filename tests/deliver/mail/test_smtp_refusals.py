"""Refusals of a mail server: what follows for the message, the connection and the next message."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from aggregator.deliver.mail.smtp import SmtpSender
from aggregator.errors import DeliveryError
from aggregator.model import SendOutcome
from tests.deliver.mail.scripted_server import (
    HANG_UP,
    STAY_SILENT,
    ScriptedServer,
    make_message,
    make_server,
    run_scripted_server,
)

SOON = timedelta(seconds=0.3)


async def send(server: ScriptedServer, *names: str, **changes: object) -> list[SendOutcome]:
    """Send messages one after another on one connection."""
    sender = SmtpSender(make_server(server.port, **{"connections": 1, **changes}), reply_timeout=SOON)
    results = await sender([make_message(name) for name in names])
    await sender.close()
    return [one.outcome for one in results]


@pytest.mark.parametrize(
    ("command", "reply", "outcome", "connections"),
    [
        ("RCPT", "550 5.1.1 nobody", SendOutcome.PERMANENT_FAILURE, 1),
        ("RCPT", "450 4.2.1 later", SendOutcome.TEMPORARY_FAILURE, 1),
        ("RCPT", "421 4.3.2 going down", SendOutcome.TEMPORARY_FAILURE, 2),
        # It refuses us, not the subscriber: nobody may miss a digest because our server is set up wrong.
        ("MAIL", "530 5.7.0 authenticate first", SendOutcome.TEMPORARY_FAILURE, 1),
        ("MAIL", "553 5.7.1 not your address", SendOutcome.TEMPORARY_FAILURE, 1),
        ("MAIL", "451 4.3.0 later", SendOutcome.TEMPORARY_FAILURE, 1),
        ("MAIL", "552 5.3.4 too large", SendOutcome.TEMPORARY_FAILURE, 1),
        ("MAIL", HANG_UP, SendOutcome.TEMPORARY_FAILURE, 2),
        ("DATA", "554 5.7.1 no", SendOutcome.PERMANENT_FAILURE, 1),
        ("DATA", "451 4.3.0 later", SendOutcome.TEMPORARY_FAILURE, 1),
        ("BODY", "550 5.7.1 unwanted", SendOutcome.PERMANENT_FAILURE, 1),
        ("BODY", "452 4.3.1 full", SendOutcome.TEMPORARY_FAILURE, 1),
        ("BODY", HANG_UP, SendOutcome.UNKNOWN, 2),
        ("BODY", STAY_SILENT, SendOutcome.UNKNOWN, 2),
        ("RCPT", STAY_SILENT, SendOutcome.TEMPORARY_FAILURE, 2),
    ],
)
def test_a_refusal_concerns_one_message_and_the_next_is_sent(
    command: str, reply: str, outcome: SendOutcome, connections: int
) -> None:
    async def work() -> None:
        async with run_scripted_server(
            {command: [reply, "354 go on" if command == "DATA" else "250 yes"]}
        ) as server:
            assert await send(server, "a", "b") == [outcome, SendOutcome.ACCEPTED]
            assert len(server.commands) == connections
            if connections == 1:  # RSET ends the refused transaction before the next message
                rset = server.commands[0].index("RSET")
                assert [c[:4] for c in server.commands[0][rset + 1 :]] == ["MAIL", "RCPT", "DATA", "QUIT"]

    asyncio.run(work())


@pytest.mark.parametrize("reply", ["500 what?", "421 bye", HANG_UP, STAY_SILENT])
def test_a_connection_that_cannot_be_reset_is_not_used_again(reply: str) -> None:
    async def work() -> None:
        async with run_scripted_server({"RCPT": ["550 nobody", "250 yes"], "RSET": reply}) as server:
            assert await send(server, "a", "b") == [SendOutcome.PERMANENT_FAILURE, SendOutcome.ACCEPTED]
            assert [[c for c in connection if c.startswith("RCPT")] for connection in server.commands] == [
                ["RCPT TO:<a@example.org>"],
                ["RCPT TO:<b@example.org>"],
            ]

    asyncio.run(work())


@pytest.mark.parametrize("greeting", ["421 4.3.2 too busy", "554 5.3.2 no mail here", HANG_UP, STAY_SILENT])
def test_a_server_that_does_not_greet_cannot_be_used(greeting: str) -> None:
    async def work() -> None:
        async with run_scripted_server({"HELLO": greeting}) as server:
            with pytest.raises(DeliveryError, match="cannot be used"):
                await send(server, "a")

    asyncio.run(work())


def test_a_server_that_knows_only_helo_is_used() -> None:
    async def work() -> None:
        async with run_scripted_server({"EHLO": "502 what?"}) as server:
            assert await send(server, "a") == [SendOutcome.ACCEPTED]
            assert [c[:4] for c in server.commands[0]] == ["EHLO", "HELO", "MAIL", "RCPT", "DATA", "QUIT"]

    asyncio.run(work())


def test_a_server_without_login_is_sent_no_password() -> None:
    async def work() -> None:
        async with run_scripted_server() as server:
            with pytest.raises(DeliveryError, match="AUTH"):
                await send(server, "a", user="letters", password="hunter2")  # noqa: S106  # nobody's
            assert "hunter2" not in str(server.commands)

    asyncio.run(work())


def test_when_no_connection_can_be_opened_the_rest_is_untried_without_further_attempts() -> None:
    async def work() -> None:
        async with run_scripted_server({"HELLO": ["220 ready", "421 too many"], "BODY": HANG_UP}) as server:
            assert await send(server, "a", "b", "c") == [
                SendOutcome.UNKNOWN,
                SendOutcome.NOT_SENT,
                SendOutcome.NOT_SENT,
            ]
            assert len(server.commands) == 2

    asyncio.run(work())


@pytest.mark.parametrize(
    ("capability", "parameter"),
    [("250 SIZE 1000000", " SIZE=28"), ("250 SIZE", " SIZE=28"), ("250 8BITMIME", "")],
)
def test_the_size_is_sent_where_the_server_supports_it(capability: str, parameter: str) -> None:
    """RFC 1870, 3: the size of the message itself, without the dots that are doubled in transit."""

    async def work() -> None:
        async with run_scripted_server({"EHLO": f"250-here\r\n{capability}"}) as server:
            sender = SmtpSender(make_server(server.port))
            await sender([make_message("a", b"Subject: x\r\n\r\n.dotted line\r\n")])
            await sender.close()
            assert server.commands[0][1] == f"MAIL FROM:<post+x@example.org>{parameter}"
            assert server.bodies == [b"Subject: x\r\n\r\n..dotted line\r\n.\r\n"]

    asyncio.run(work())
