"""Hands letters to a mail server, over several connections; the only file that imports aiosmtplib."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPHeloError,
    SMTPResponseException,
    SMTPSenderRefused,
)

from aggregator.errors import DeliveryError
from aggregator.model import Handed, Message, Receipt
from aggregator.values.text import one_line

REPLY_TIMEOUT: Final = timedelta(seconds=60)
"""For each reply. RFC 5321, 4.5.3.2 allows minutes; a server that is slower is asked again later."""

_ADDRESS: Final = re.compile(r"[^\s<>()\"']+@[^\s<>()\"']+")


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """Where letters are handed over, and how safe the way has to be."""

    host: str
    port: int
    implicit_tls: bool
    starttls: bool
    """Whether a connection without TLS is refused; only this machine itself may be spoken to plainly."""
    user: str = ""
    password: str = field(default="", repr=False)
    connections: int = 4


class SmtpSender:
    """An open way to a mail server. Connections are kept from one batch to the next."""

    def __init__(self, server: SmtpServer, reply_timeout: timedelta = REPLY_TIMEOUT) -> None:
        self._server = server
        self._patience = reply_timeout.total_seconds()
        self._idle: list[SMTP] = []
        self._slots = asyncio.Semaphore(server.connections)

    async def __call__(self, messages: Sequence[Message]) -> tuple[Receipt, ...]:
        """Hand each message over once and say what came of it, whatever happens to the line.

        May be called again while a call is going on; both share the connections. Raises DeliveryError when
        the server cannot be reached or does not let us in; then nothing of these messages is with it.
        """
        if messages:
            async with self._slots:
                self._idle.append(await self._line())
        left, told, lost = enumerate(messages), dict[int, Receipt](), list[str]()
        workers = min(self._server.connections, len(messages))
        await asyncio.gather(*(self._work(left, told, lost) for _ in range(workers)))
        return tuple(told[number] for number in range(len(messages)))

    async def close(self) -> None:
        """Take leave of the server; a line that is broken already needs none."""
        for line in self._idle:
            try:
                await line.quit()
            except (SMTPException, OSError):
                line.close()
        self._idle.clear()

    async def _work(
        self, left: Iterator[tuple[int, Message]], told: dict[int, Receipt], lost: list[str]
    ) -> None:
        """Hand over what is left, one after another, once a connection is free; `told` takes the receipts."""
        async with self._slots:
            for number, message in left:
                told[number] = await self._hand(message, lost)

    async def _hand(self, message: Message, lost: list[str]) -> Receipt:
        """Hand one message over; not once `lost` says why no connection can be had."""
        if lost:
            return Receipt(message, Handed.UNTRIED, lost[0])
        try:
            line = await self._line()
        except DeliveryError as error:
            lost.append(str(error))
            return Receipt(message, Handed.UNTRIED, lost[0])
        receipt = await _hand(line, message)
        if receipt.handed is Handed.UNKNOWN or not line.is_connected:
            line.close()
        else:
            self._idle.append(line)
        return receipt

    async def _line(self) -> SMTP:
        while self._idle:
            line = self._idle.pop()
            if line.is_connected:
                return line
        return await self._connect()

    async def _connect(self) -> SMTP:
        server = self._server
        line = SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.implicit_tls,
            start_tls=server.starttls and not server.implicit_tls,
            username=server.user or None,
            password=server.password or None,
            timeout=self._patience,
        )
        try:
            await line.connect()
            await _greet(line)
        except SMTPAuthenticationError as error:
            line.close()
            raise DeliveryError(
                f"{server.host}: does not take the user and password ({error.code})"
            ) from error
        except (SMTPException, OSError, ValueError) as error:
            line.close()
            raise DeliveryError(
                f"{server.host}:{server.port}: cannot be used: {redact_reply(str(error))}"
            ) from error
        return line


async def _greet(line: SMTP) -> None:
    """Ask what the server can do, if that was not asked for TLS or login; one that is too old is greeted."""
    if line.is_ehlo_or_helo_needed:
        try:
            await line.ehlo()
        except SMTPHeloError:
            await line.helo()


async def _hand(line: SMTP, message: Message) -> Receipt:
    try:
        reply = await _transaction(line, message)
    except SMTPResponseException as error:
        await _forget(line)
        return Receipt(message, _refused(error), redact_reply(f"{error.code} {error.message}"))
    except (SMTPException, OSError) as error:
        return Receipt(message, Handed.UNKNOWN, redact_reply(str(error)))
    return Receipt(message, Handed.ACCEPTED, redact_reply(reply))


async def _transaction(line: SMTP, message: Message) -> str:
    """What `SMTP.sendmail` does for one recipient; that reads each address twice, a tenth of its time."""
    size = [f"SIZE={len(message.payload)}"] if line.supports_extension("size") else []  # RFC 1870
    await line.mail(message.sender, options=size)
    await line.rcpt(message.recipient)
    return (await line.data(message.payload)).message


async def _forget(line: SMTP) -> None:
    """Have the server forget a transaction that it refused, so that the line takes the next."""
    try:
        await line.rset()
    except (SMTPException, OSError):
        line.close()


def _refused(error: SMTPResponseException) -> Handed:
    """RFC 5321, 4.2.1: 4yz asks to come again, 5yz says never; anything else says nothing at all.

    Who refuses MAIL refuses us, whatever the code: that is no word about this reader, and may be put right.
    """
    if isinstance(error, SMTPSenderRefused):
        return Handed.NOT_NOW
    return {4: Handed.NOT_NOW, 5: Handed.NEVER}.get(error.code // 100, Handed.UNKNOWN)


def redact_reply(reply: str) -> str:
    """A server's words on one short line, without anybody's address."""
    return one_line(_ADDRESS.sub("(address)", reply))[:200]
