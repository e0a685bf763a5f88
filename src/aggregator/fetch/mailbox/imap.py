"""Reads a mailbox over IMAP (RFC 3501) with EXAMINE and BODY.PEEK, which change nothing in it."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from aggregator.errors import Cause
from aggregator.fetch.errors import FetchError, network_error, timeout_error
from aggregator.fetch.http import guard
from aggregator.fetch.mailbox.reader import ListedMessage, MailboxLimits
from aggregator.values.text import one_line

PORTS: Final = {"imap": 143, "imaps": 993}


# Bytes that a server may send beside the messages themselves: greetings, lists, closings.
OVERHEAD_BYTES: Final = 1024 * 1024
UID: Final = re.compile(rb"\bUID (\d{1,10})\b")
SIZE: Final = re.compile(rb"\bRFC822\.SIZE (\d{1,15})\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapAccount:
    """Whose mailbox is read, and where: the parts of an IMAP address (RFC 5092)."""

    user: str
    host: str
    port: int
    mailbox: str
    implicit_tls: bool
    """Whether the connection begins with TLS (`imaps:`); else it turns to it with STARTTLS."""

    @property
    def server(self) -> str:
        """For messages: they stand on public pages, so the user is not named."""
        return f"{self.host}:{self.port}"


def parse_account(url: str) -> ImapAccount:
    """The parts of `imaps://USER@HOST:PORT/MAILBOX`, `%40` for an `@` in the user. Raises `NoAnswer`."""
    try:
        parts = urlsplit(url)
        found = ImapAccount(
            user=unquote(parts.username or ""),
            host=parts.hostname or "",
            port=parts.port or PORTS[parts.scheme],
            mailbox=unquote(parts.path.removeprefix("/")),
            implicit_tls=parts.scheme == "imaps",
        )
    except (ValueError, KeyError) as error:
        raise bad_mailbox_address(str(error)) from error
    sent = (found.user, found.mailbox)
    if not (found.host and all(sent) and all(word.isascii() and word.isprintable() for word in sent)):
        raise bad_mailbox_address("it needs a user, a host and a mailbox, all in ASCII")
    return found


def bad_mailbox_address(why: str) -> FetchError:
    """The address cannot be asked, and why."""
    hint = "write imaps://USER@HOST/MAILBOX in sources.yaml"
    return FetchError(Cause.BAD_ADDRESS, f"the address of the mailbox: {why}", hint, reached=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapSession:
    """One visit to a server: when it takes too long it is broken off, and what goes wrong gets its name."""

    account: ImapAccount
    limits: MailboxLimits
    late: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn what goes wrong inside into `NoAnswer`."""
        try:
            yield
        except FetchError:
            raise
        except Exception as error:  # whatever imaplib stumbles over was sent by the server
            raise self._explain(error) from error

    def _explain(self, error: Exception) -> FetchError:
        if self.late.is_set():
            return timeout_error(self.account.server, self.limits.session_seconds)
        if isinstance(error, UnicodeError):
            return bad_mailbox_address(f"{self.account.host[:80]} cannot be a host")
        told = network_error(error, self.account.server, reached=True)
        if told.cause is not Cause.BROKEN_OFF:
            return told
        if isinstance(error, imaplib.IMAP4.error) and not isinstance(error, imaplib.IMAP4.abort):
            return FetchError(
                Cause.STATUS, f"{self.account.server} refuses: {server_message(error)}", told.hint
            )
        detail = f"{self.account.server} broke off, or answered something that is not IMAP ({server_message(error)})"
        return FetchError(Cause.BROKEN_OFF, detail, told.hint)

    @contextmanager
    def in_time(self, line: socket.socket) -> Iterator[None]:
        """Shut the connection when the time is over, so that whoever reads from it wakes up."""
        watched = line.dup()  # TLS takes the socket over; a copy still reaches the connection
        timer = threading.Timer(self.limits.session_seconds, self._break_off, (watched,))
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


def server_message(*said: Any) -> str:
    """What a server said last, in one short line."""
    last = said[-1] if said else b""
    if isinstance(last, Exception):
        last = last.args[0] if last.args else type(last).__name__
    text = last.decode("ascii", "replace") if isinstance(last, bytes) else str(last)
    return one_line(text)[:200] or "no reason given"


class _Connection(imaplib.IMAP4):
    """A connection that was dialled and guarded by us, and that brings no more than `room` bytes in all."""

    def __init__(self, line: socket.socket, account: ImapAccount, room: int) -> None:
        self._given = line
        self._room = room
        super().__init__(account.host, account.port)

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        """Take the connection that is there already."""
        self.host, self.port, self.sock = host, port, self._given
        self.file = self.sock.makefile("rb")

    def read(self, size: int) -> bytes:
        """As many bytes as the server announced, if there is room for them."""
        self._spend(size)
        return super().read(size)

    def readline(self) -> bytes:
        """One line of the server's talk."""
        line = super().readline()
        self._spend(len(line))
        return line

    def _spend(self, size: int) -> None:
        self._room -= size
        if self._room < 0:
            hint = "look at the mailbox with a mail program; if it looks right, tell whoever runs the server"
            raise FetchError(Cause.TOO_LARGE, f"{self.host} sent more than it was asked for", hint)


class ImapMailbox:
    """One mailbox, opened with EXAMINE: the server itself refuses every change."""

    def __init__(self, line: imaplib.IMAP4, session: ImapSession) -> None:
        self._line = line
        self._session = session
        self._uids: dict[str, str] = {}

    def newest(self, most: int) -> Sequence[ListedMessage]:
        """By UID, which only grows. A name holds the UIDVALIDITY too: UIDs mean nothing without it."""
        with self._session.explained():
            count = self._examine()
            if not count:
                return []
            validity = _number(self._line.response("UIDVALIDITY")[1])
            span = f"{max(1, count - most + 1)}:{count}"
            said = self._checked(self._line.fetch(span, "(UID RFC822.SIZE)"), "to list its messages")
        sizes = dict(sorted(_sizes(said))[-most:])
        self._uids = {f"{validity}-{uid}": str(uid) for uid in sizes}
        return [ListedMessage(name=f"{validity}-{uid}", size=size) for uid, size in sizes.items()]

    def _examine(self) -> int:
        """Open the mailbox; how many messages it holds."""
        status, said = self._line.select(_quoted(self._session.account.mailbox), readonly=True)
        if status != "OK":
            detail = f"{self._session.account.server} does not open the mailbox: {server_message(*said)}"
            raise FetchError(Cause.MISSING_FILE, detail, "correct the mailbox's name in sources.yaml")
        return _number(said)

    def read(self, message: ListedMessage) -> bytes | None:
        """A byte more than the limit at most: what is too large is known by that, whatever size was told."""
        part = f"(BODY.PEEK[]<0.{self._session.limits.max_message_bytes + 1}>)"
        with self._session.explained():
            answer = self._line.uid("FETCH", self._uids[message.name], part)
            found = self._checked(answer, "to give a message")
        return next((bytes(one[1]) for one in found if isinstance(one, tuple) and b"BODY[]" in one[0]), None)

    def _checked(self, answer: tuple[str, list[Any]], what: str) -> list[Any]:
        status, said = answer
        if status != "OK":
            detail = f"{self._session.account.server} refuses {what}: {server_message(*said)}"
            raise FetchError(
                Cause.STATUS, detail, "try again later; if it lasts, ask whoever runs the server"
            )
        return said


@contextmanager
def open_mailbox(
    account: ImapAccount,
    password: str,
    limits: MailboxLimits,
    *,
    allowed: frozenset[str],
    tls: ssl.SSLContext,
) -> Iterator[ImapMailbox]:
    """The mailbox of an account that is logged in; what goes wrong is raised as `NoAnswer`.

    Hosts in `allowed` may lie inside our own network. A password never crosses a network in the open: without
    TLS nothing but this very machine is talked to.
    """
    session = ImapSession(account=account, limits=limits)
    with session.explained():
        line = _dial(account, limits, allowed)
    with session.in_time(line), closing(line):
        with session.explained():
            client = _greet(line, session, tls)
        try:
            with session.explained():
                _log_in(client, account, password)
            yield ImapMailbox(client, session)
            with suppress(OSError, imaplib.IMAP4.error, FetchError):
                client.logout()
        finally:
            with suppress(OSError):
                client.shutdown()


def _dial(account: ImapAccount, limits: MailboxLimits, allowed: frozenset[str]) -> socket.socket:
    """Connect to an address that the guard has seen: what was resolved here is what is dialled."""
    found = socket.getaddrinfo(account.host, account.port, type=socket.SOCK_STREAM)
    if account.host not in allowed:
        for *_, address in found:
            guard.check(str(address[0]), account.host)
    failure = OSError("no address")
    for family, kind, protocol, _, address in found:
        line = socket.socket(family, kind, protocol)
        line.settimeout(limits.connect_seconds)
        try:
            line.connect(address)
        except OSError as error:
            line.close()
            failure = error
        else:
            line.settimeout(limits.read_seconds)
            return line
    raise network_error(failure, account.server, reached=False)


def _greet(line: socket.socket, session: ImapSession, tls: ssl.SSLContext) -> imaplib.IMAP4:
    """The client of a connection that is safe: over TLS, unless the server is this very machine."""
    account, limits = session.account, session.limits
    room = limits.max_total_bytes + limits.max_message_bytes + OVERHEAD_BYTES
    here = ip_address(str(line.getpeername()[0]).partition("%")[0]).is_loopback
    if account.implicit_tls:
        return _Connection(tls.wrap_socket(line, server_hostname=account.host), account, room)
    client = _Connection(line, account, room)
    if not here:
        _start_tls(client, account, tls)
    return client


def _start_tls(client: imaplib.IMAP4, account: ImapAccount, tls: ssl.SSLContext) -> None:
    try:
        client.starttls(tls)
    except imaplib.IMAP4.error as error:
        detail = f"{account.server} offers no TLS ({server_message(error)})"
        raise FetchError(Cause.TLS, detail, "write imaps:// if the server knows it") from error


def _log_in(client: imaplib.IMAP4, account: ImapAccount, password: str) -> None:
    try:
        client.login(_quoted(account.user), password)
    except imaplib.IMAP4.abort:
        raise
    except (imaplib.IMAP4.error, UnicodeEncodeError) as error:
        hint = "check the user in the address and the password file; some providers want an app password"
        why = "the password is not ASCII" if isinstance(error, UnicodeEncodeError) else server_message(error)
        raise FetchError(Cause.LOGIN, f"{account.server} does not let us in: {why}", hint) from error


def _sizes(lines: list[Any]) -> Iterator[tuple[int, int]]:
    """UID and size of each message that was listed."""
    for line in lines:
        text = line if isinstance(line, bytes) else b""
        uid, size = UID.search(text), SIZE.search(text)
        if uid and size:
            yield int(uid[1]), int(size[1])


def _number(said: Sequence[Any]) -> int:
    last = said[-1] if said else None
    return int(last) if isinstance(last, bytes) and re.fullmatch(rb"\d{1,10}", last) else 0


def _quoted(text: str) -> str:
    """As IMAP quotes a string (RFC 3501, 4.3)."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
