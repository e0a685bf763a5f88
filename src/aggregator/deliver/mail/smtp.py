"""Hands messages to a mail server, over several connections."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
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
from aggregator.model import Message, SendOutcome, SendResult
from aggregator.tasks import break_off_after, in_thread, run_together
from aggregator.values.text import one_line

# RFC 5321, 4.5.3.2 allows minutes; with a slower server we try again later.
REPLY_TIMEOUT: Final = timedelta(seconds=60)

STOPPED: Final = "the program was stopped"

_ADDRESS: Final = re.compile(r"[^\s<>()\"']+@[^\s<>()\"']+")


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """A mail server: address, encryption and login."""

    host: str
    port: int
    implicit_tls: bool
    # Whether a connection without TLS is refused. Only a server on this machine may do without.
    starttls: bool
    user: str = ""
    password: str = field(default="", repr=False)
    connections: int = 4


class SmtpSender:
    """Sends messages to a mail server. Connections stay open from one batch to the next.

    `is_wanted` is asked before each message, in a thread: a batch takes a while, and its subscribers may
    leave meanwhile. Once `stop` is set, messages whose turn has not come are given back.
    """

    def __init__(
        self,
        server: SmtpServer,
        reply_timeout: timedelta = REPLY_TIMEOUT,
        is_wanted: Callable[[Message], bool] | None = None,
        stop: asyncio.Event | None = None,
    ) -> None:
        self._server = server
        self._is_wanted = is_wanted
        self._stop = stop or asyncio.Event()
        self._reply_timeout = reply_timeout.total_seconds()
        self._idle: list[SMTP] = []
        self._slots = asyncio.Semaphore(server.connections)

    async def __call__(self, messages: Sequence[Message]) -> tuple[SendResult, ...]:
        """Send each message once; gives the results in the same order.

        May be called again while a call is running; both share the connections. Raises DeliveryError when
        the server cannot be reached or refuses the login; then it has got none of these messages.
        """
        # The first connection is opened before anything is sent, so that an unusable server raises at once.
        if messages and not self._stop.is_set():
            async with self._slots:
                self._idle.append(await self._connection())
        # One iterator for all workers: each takes the next message when it is free.
        remaining, results, failures = enumerate(messages), dict[int, SendResult](), list[str]()
        workers = min(self._server.connections, len(messages))
        await run_together(self._send_remaining(remaining, results, failures) for _ in range(workers))
        return tuple(results[index] for index in range(len(messages)))

    async def close(self) -> None:
        """Close the connections, with QUIT where they still work."""
        for connection in self._idle:
            try:
                async with break_off_after(self._stop, seconds=1):
                    await connection.quit()
            except (SMTPException, OSError):
                connection.close()
        self._idle.clear()

    async def _send_remaining(
        self, remaining: Iterator[tuple[int, Message]], results: dict[int, SendResult], failures: list[str]
    ) -> None:
        """Send what is left, one after another, once a connection is free; fills `results`."""
        async with self._slots:
            for index, message in remaining:
                results[index] = await self._send_or_skip(message, failures)

    async def _send_or_skip(self, message: Message, failures: list[str]) -> SendResult:
        """Send one message, unless we stop or `failures` shows that no connection can be opened any more."""
        if self._stop.is_set():
            return SendResult(message, SendOutcome.GIVEN_BACK, STOPPED)
        # One failure is enough: a server that is down would otherwise be tried once for each message.
        if failures:
            return SendResult(message, SendOutcome.NOT_SENT, failures[0])
        try:
            connection = await self._connection()
        except DeliveryError as error:
            failures.append(str(error))
            return SendResult(message, SendOutcome.NOT_SENT, failures[0])
        result = await _send(connection, message, self._is_wanted, self._stop)
        # After an unknown outcome, or a bug, the server may still be in the middle of a message.
        if result.outcome is SendOutcome.UNKNOWN or result.error or not connection.is_connected:
            connection.close()
        else:
            self._idle.append(connection)
        return result

    async def _connection(self) -> SMTP:
        while self._idle:
            connection = self._idle.pop()
            if connection.is_connected:
                return connection
        return await self._connect()

    async def _connect(self) -> SMTP:
        server = self._server
        connection = SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.implicit_tls,
            start_tls=server.starttls and not server.implicit_tls,
            username=server.user or None,
            password=server.password or None,
            timeout=self._reply_timeout,
        )
        try:
            async with break_off_after(self._stop):
                await connection.connect()
                await _greet(connection)
        except SMTPAuthenticationError as error:
            connection.close()
            raise DeliveryError(
                f"{server.host}: does not take the user and password ({error.code})"
            ) from error
        # Any exception: the library reads what the server says, and nothing was handed over yet.
        except Exception as error:
            connection.close()
            raise DeliveryError(
                f"{server.host}:{server.port}: cannot be used: {redact_reply(str(error))}"
            ) from error
        return connection


async def _greet(connection: SMTP) -> None:
    """Send EHLO, unless TLS or login already did; HELO to a server that is too old for EHLO."""
    if connection.is_ehlo_or_helo_needed:
        try:
            await connection.ehlo()
        except SMTPHeloError:
            await connection.helo()


async def _send(
    connection: SMTP, message: Message, is_wanted: Callable[[Message], bool] | None, stop: asyncio.Event
) -> SendResult:
    handed_over = False
    try:
        if is_wanted and not await in_thread(is_wanted, message):
            return SendResult(message, SendOutcome.NOT_WANTED)
        # What has begun may end; a TimeoutError is an OSError.
        async with break_off_after(stop):
            await _send_envelope(connection, message)
            handed_over = True
            reply = (await connection.data(message.payload)).message
    except SMTPResponseException as error:
        # Or the next MAIL would be refused as out of order.
        await _reset(connection, stop)
        return SendResult(message, _outcome_of_refusal(error), redact_reply(f"{error.code} {error.message}"))
    except (SMTPException, OSError) as error:
        connection.close()
        outcome = SendOutcome.UNKNOWN if handed_over else SendOutcome.TEMPORARY_FAILURE
        return SendResult(message, outcome, redact_reply(str(error)))
    # Such as an address with letters that SMTP cannot write: it concerns this message, not the batch.
    except Exception as error:
        outcome = SendOutcome.UNKNOWN if handed_over else SendOutcome.NOT_SENT
        return SendResult(message, outcome, redact_reply(str(error)), error)
    return SendResult(message, SendOutcome.ACCEPTED, redact_reply(reply))


async def _send_envelope(connection: SMTP, message: Message) -> None:
    """Name the sender and the one recipient of a message."""
    # As `SMTP.sendmail` does, which parses each address twice: a tenth of the time.
    size = [f"SIZE={len(message.payload)}"] if connection.supports_extension("size") else []  # RFC 1870
    await connection.mail(message.sender, options=size)
    await connection.rcpt(message.recipient)


async def _reset(connection: SMTP, stop: asyncio.Event) -> None:
    """End a transaction that the server refused, so that the connection can take the next message."""
    try:
        async with break_off_after(stop):
            await connection.rset()
    except (SMTPException, OSError):
        connection.close()


def _outcome_of_refusal(error: SMTPResponseException) -> SendOutcome:
    """What a refusal means (RFC 5321, 4.2.1): 4yz is temporary, 5yz permanent, anything else unknown."""
    # A server that refuses MAIL refuses us, not this subscriber, and the operator may be able to mend that.
    if isinstance(error, SMTPSenderRefused):
        return SendOutcome.TEMPORARY_FAILURE
    outcomes = {4: SendOutcome.TEMPORARY_FAILURE, 5: SendOutcome.PERMANENT_FAILURE}
    return outcomes.get(error.code // 100, SendOutcome.UNKNOWN)


def redact_reply(reply: str) -> str:
    """A server's reply as one short line, without mail addresses (they must not get into logs)."""
    return one_line(_ADDRESS.sub("(address)", reply))[:200]
