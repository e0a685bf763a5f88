"""What a mail server may say to each command: what becomes of the letter, the line and the next letter."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from aggregator.deliver.mail.smtp import SmtpSender
from aggregator.errors import DeliveryError
from aggregator.model import SendOutcome
from tests.deliver.mail.scripted_server import HANG_UP, MUTE, Scripted, message, scripted, server

SOON = timedelta(seconds=0.3)


async def hand(found: Scripted, *names: str, **changes: object) -> list[SendOutcome]:
    """Hand letters over, one after the other on one line."""
    way = SmtpSender(server(found.port, **{"connections": 1, **changes}), reply_timeout=SOON)
    receipts = await way([message(name) for name in names])
    await way.close()
    return [one.outcome for one in receipts]


@pytest.mark.parametrize(
    ("word", "reply", "handed", "lines"),
    [
        ("RCPT", "550 5.1.1 nobody", SendOutcome.PERMANENT_FAILURE, 1),
        ("RCPT", "450 4.2.1 later", SendOutcome.TEMPORARY_FAILURE, 1),
        ("RCPT", "421 4.3.2 going down", SendOutcome.TEMPORARY_FAILURE, 2),
        # It refuses us, not the reader: a server that is set up wrong may cost nobody the letter.
        ("MAIL", "530 5.7.0 authenticate first", SendOutcome.TEMPORARY_FAILURE, 1),
        ("MAIL", "553 5.7.1 not your address", SendOutcome.TEMPORARY_FAILURE, 1),
        ("MAIL", "451 4.3.0 later", SendOutcome.TEMPORARY_FAILURE, 1),
        ("MAIL", "552 5.3.4 too large", SendOutcome.TEMPORARY_FAILURE, 1),
        ("MAIL", HANG_UP, SendOutcome.UNKNOWN, 2),
        ("DATA", "554 5.7.1 no", SendOutcome.PERMANENT_FAILURE, 1),
        ("DATA", "451 4.3.0 later", SendOutcome.TEMPORARY_FAILURE, 1),
        ("BODY", "550 5.7.1 unwanted", SendOutcome.PERMANENT_FAILURE, 1),
        ("BODY", "452 4.3.1 full", SendOutcome.TEMPORARY_FAILURE, 1),
        ("BODY", HANG_UP, SendOutcome.UNKNOWN, 2),
        ("BODY", MUTE, SendOutcome.UNKNOWN, 2),
        ("RCPT", MUTE, SendOutcome.UNKNOWN, 2),
    ],
)
def test_a_refusal_is_one_letters_and_the_next_is_taken(
    word: str, reply: str, handed: SendOutcome, lines: int
) -> None:
    async def work() -> None:
        async with scripted({word: [reply, "354 go on" if word == "DATA" else "250 yes"]}) as found:
            assert await hand(found, "a", "b") == [handed, SendOutcome.ACCEPTED]
            assert len(found.told) == lines
            if lines == 1:  # the server forgets the refused one before it hears of the next
                rset = found.told[0].index("RSET")
                assert [c[:4] for c in found.told[0][rset + 1 :]] == ["MAIL", "RCPT", "DATA", "QUIT"]

    asyncio.run(work())


@pytest.mark.parametrize("reply", ["500 what?", "421 bye", HANG_UP, MUTE])
def test_a_line_that_does_not_forget_is_not_used_again(reply: str) -> None:
    async def work() -> None:
        async with scripted({"RCPT": ["550 nobody", "250 yes"], "RSET": reply}) as found:
            assert await hand(found, "a", "b") == [SendOutcome.PERMANENT_FAILURE, SendOutcome.ACCEPTED]
            assert [[c for c in line if c.startswith("RCPT")] for line in found.told] == [
                ["RCPT TO:<a@example.org>"],
                ["RCPT TO:<b@example.org>"],
            ]

    asyncio.run(work())


@pytest.mark.parametrize("greeting", ["421 4.3.2 too busy", "554 5.3.2 no mail here", HANG_UP, MUTE])
def test_a_server_that_does_not_greet_cannot_be_used(greeting: str) -> None:
    async def work() -> None:
        async with scripted({"HELLO": greeting}) as found:
            with pytest.raises(DeliveryError, match="cannot be used"):
                await hand(found, "a")

    asyncio.run(work())


def test_a_server_that_knows_only_the_old_greeting_takes_letters() -> None:
    async def work() -> None:
        async with scripted({"EHLO": "502 what?"}) as found:
            assert await hand(found, "a") == [SendOutcome.ACCEPTED]
            assert [c[:4] for c in found.told[0]] == ["EHLO", "HELO", "MAIL", "RCPT", "DATA", "QUIT"]

    asyncio.run(work())


def test_a_server_that_takes_no_password_is_given_none() -> None:
    async def work() -> None:
        async with scripted() as found:
            with pytest.raises(DeliveryError, match="AUTH"):
                await hand(found, "a", user="letters", password="hunter2")  # noqa: S106  # nobody's
            assert "hunter2" not in str(found.told)

    asyncio.run(work())


def test_what_is_left_when_no_line_can_be_had_is_untried_and_nobody_asks_again_and_again() -> None:
    async def work() -> None:
        async with scripted({"HELLO": ["220 ready", "421 too many"], "BODY": HANG_UP}) as found:
            assert await hand(found, "a", "b", "c") == [SendOutcome.UNKNOWN, SendOutcome.NOT_SENT, SendOutcome.NOT_SENT]
            assert len(found.told) == 2

    asyncio.run(work())


@pytest.mark.parametrize(
    ("offers", "said"), [("250 SIZE 1000000", " SIZE=28"), ("250 SIZE", " SIZE=28"), ("250 8BITMIME", "")]
)
def test_the_size_is_said_where_it_is_asked_for(offers: str, said: str) -> None:
    """RFC 1870, 3: the bytes of the message as it is, without the dots that are doubled on the way."""

    async def work() -> None:
        async with scripted({"EHLO": f"250-here\r\n{offers}"}) as found:
            way = SmtpSender(server(found.port))
            await way([message("a", b"Subject: x\r\n\r\n.dotted line\r\n")])
            await way.close()
            assert found.told[0][1] == f"MAIL FROM:<post+x@example.org>{said}"
            assert found.bodies == [b"Subject: x\r\n\r\n..dotted line\r\n.\r\n"]

    asyncio.run(work())
