"""Watches over one visit to a mail server: breaks it off in time, and names what goes wrong in it."""

from __future__ import annotations

import imaplib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from aggregator.errors import Cause
from aggregator.fetch.boxes import Limits
from aggregator.fetch.failures import NoAnswer, explain, too_slow
from aggregator.fetch.mail_account import Account, no_address
from aggregator.model.text import one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One visit to a server: when it takes too long it is broken off, and what goes wrong gets its name."""

    account: Account
    limits: Limits
    late: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn what goes wrong inside into `NoAnswer`."""
        try:
            yield
        except NoAnswer:
            raise
        except Exception as error:  # whatever imaplib stumbles over was sent by the server
            raise self._explain(error) from error

    def _explain(self, error: Exception) -> NoAnswer:
        if self.late.is_set():
            return too_slow(self.account.server, self.limits.session)
        if isinstance(error, UnicodeError):
            return no_address(f"{self.account.host[:80]} cannot be a host")
        told = explain(error, self.account.server, reached=True)
        if told.cause is not Cause.BROKEN_OFF:
            return told
        if isinstance(error, imaplib.IMAP4.error) and not isinstance(error, imaplib.IMAP4.abort):
            return NoAnswer(Cause.STATUS, f"{self.account.server} refuses: {words(error)}", told.hint)
        detail = f"{self.account.server} broke off, or answered something that is not IMAP ({words(error)})"
        return NoAnswer(Cause.BROKEN_OFF, detail, told.hint)

    @contextmanager
    def in_time(self, line: socket.socket) -> Iterator[None]:
        """Shut the connection when the time is over, so that whoever reads from it wakes up."""
        watched = line.dup()  # TLS takes the socket over; a copy still reaches the connection
        timer = threading.Timer(self.limits.session, self._break_off, (watched,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            watched.close()

    def _break_off(self, watched: socket.socket) -> None:
        self.late.set()
        with suppress(OSError):
            watched.shutdown(socket.SHUT_RDWR)


def words(*said: Any) -> str:
    """What a server said last, in one short line."""
    last = said[-1] if said else b""
    if isinstance(last, Exception):
        last = last.args[0] if last.args else type(last).__name__
    text = last.decode("ascii", "replace") if isinstance(last, bytes) else str(last)
    return one_line(text)[:200] or "no reason given"
