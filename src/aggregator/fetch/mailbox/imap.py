"""Reads a mailbox over IMAP (RFC 3501). EXAMINE and BODY.PEEK change nothing in it."""

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


# Bytes that a server may send besides the messages: greeting, list of messages, closing.
OVERHEAD_BYTES: Final = 1024 * 1024
UID: Final = re.compile(rb"\bUID (\d{1,10})\b")
SIZE: Final = re.compile(rb"\bRFC822\.SIZE (\d{1,15})\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapAccount:
    """The user, server and mailbox in an IMAP address (RFC 5092)."""

    user: str
    host: str
    port: int
    mailbox: str
    # Whether the connection starts with TLS (`imaps:`) or changes to it with STARTTLS.
    implicit_tls: bool

    @property
    def server(self) -> str:
        """Host and port for error messages."""
        # Error messages are published, so the user is never named in them.
        return f"{self.host}:{self.port}"


def parse_account(url: str) -> ImapAccount:
    """The account in `imaps://USER@HOST:PORT/MAILBOX`, with `%40` for an `@` in USER. Raises `FetchError`."""
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
    if not (found.host and all(sent) and all(text.isascii() and text.isprintable() for text in sent)):
        raise bad_mailbox_address("it needs a user, a host and a mailbox, all in ASCII")
    return found


def bad_mailbox_address(why: str) -> FetchError:
    """The error for a mailbox address that cannot be used."""
    hint = "write imaps://USER@HOST/MAILBOX in sources.yaml"
    return FetchError(Cause.BAD_ADDRESS, f"the address of the mailbox: {why}", hint, reached=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapSession:
    """One session with a server: limits its time, and turns exceptions into `FetchError`."""

    account: ImapAccount
    limits: MailboxLimits
    timed_out: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def translated_errors(self) -> Iterator[None]:
        """Raise every exception inside the block as `FetchError`."""
        try:
            yield
        except FetchError:
            raise
        except Exception as error:  # the server's bytes broke imaplib: its fault, not a bug
            raise self._to_fetch_error(error) from error

    def _to_fetch_error(self, error: Exception) -> FetchError:
        if self.timed_out.is_set():
            return timeout_error(self.account.server, self.limits.session_seconds)
        if isinstance(error, UnicodeError):
            return bad_mailbox_address(f"{self.account.host[:80]} cannot be a host")
        translated = network_error(error, self.account.server, reached=True)
        if translated.cause is not Cause.BROKEN_OFF:
            return translated
        if isinstance(error, imaplib.IMAP4.error) and not isinstance(error, imaplib.IMAP4.abort):
            return FetchError(
                Cause.STATUS, f"{self.account.server} refuses: {server_message(error)}", translated.hint
            )
        message = server_message(error)
        detail = f"{self.account.server} broke off, or answered something that is not IMAP ({message})"
        return FetchError(Cause.BROKEN_OFF, detail, translated.hint)

    @contextmanager
    def time_limit(self, connection: socket.socket) -> Iterator[None]:
        """Shut the connection down when the time is over. That wakes up the thread that reads from it."""
        watched = connection.dup()  # TLS takes the socket over; a duplicate still reaches the connection
        timer = threading.Timer(self.limits.session_seconds, self._break_off, (watched,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            watched.close()

    def _break_off(self, watched: socket.socket) -> None:
        self.timed_out.set()
        with suppress(OSError):
            watched.shutdown(socket.SHUT_RDWR)


def server_message(*data: Any) -> str:
    """The last thing that a server sent, as one short line."""
    last = data[-1] if data else b""
    if isinstance(last, Exception):
        last = last.args[0] if last.args else type(last).__name__
    text = last.decode("ascii", "replace") if isinstance(last, bytes) else str(last)
    return one_line(text)[:200] or "no reason given"


class _Connection(imaplib.IMAP4):
    """An IMAP client over a connection that we dialled. Reads at most `budget` bytes in all."""

    def __init__(self, connection: socket.socket, account: ImapAccount, budget: int) -> None:
        self._socket = connection
        self._budget = budget
        super().__init__(account.host, account.port)

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        """Use the existing connection. imaplib would dial here itself, without the guard."""
        self.host, self.port, self.sock = host, port, self._socket
        self.file = self.sock.makefile("rb")

    def read(self, size: int) -> bytes:
        """The bytes that the server announced, if the budget allows them."""
        self._spend(size)
        return super().read(size)

    def readline(self) -> bytes:
        """One line from the server."""
        line = super().readline()
        self._spend(len(line))
        return line

    def _spend(self, size: int) -> None:
        self._budget -= size
        if self._budget < 0:
            hint = "look at the mailbox with a mail program; if it looks right, tell whoever runs the server"
            raise FetchError(Cause.TOO_LARGE, f"{self.host} sent more than it was asked for", hint)


class ImapMailbox:
    """One mailbox, opened with EXAMINE: the server itself refuses every change."""

    def __init__(self, client: imaplib.IMAP4, session: ImapSession) -> None:
        self._client = client
        self._session = session
        self._uids: dict[str, str] = {}

    def newest(self, most: int) -> Sequence[ListedMessage]:
        """The newest messages by UID, oldest first. The name is UIDVALIDITY and UID."""
        # UIDs only grow, but mean nothing without UIDVALIDITY: the server may number anew.
        with self._session.translated_errors():
            count = self._examine()
            if not count:
                return []
            validity = _number(self._client.response("UIDVALIDITY")[1])
            span = f"{max(1, count - most + 1)}:{count}"
            data = self._checked(self._client.fetch(span, "(UID RFC822.SIZE)"), "to list its messages")
        sizes = dict(sorted(_sizes(data))[-most:])
        self._uids = {f"{validity}-{uid}": str(uid) for uid in sizes}
        return [ListedMessage(name=f"{validity}-{uid}", size=size) for uid, size in sizes.items()]

    def _examine(self) -> int:
        """Open the mailbox. Returns the number of its messages."""
        status, data = self._client.select(_quoted(self._session.account.mailbox), readonly=True)
        if status != "OK":
            detail = f"{self._session.account.server} does not open the mailbox: {server_message(*data)}"
            raise FetchError(Cause.MISSING_FILE, detail, "correct the mailbox's name in sources.yaml")
        return _number(data)

    def read(self, message: ListedMessage) -> bytes | None:
        """The message, cut off one byte after the limit; None if it is no longer there."""
        # One byte more shows that a message is too large, whatever size the server gave.
        part = f"(BODY.PEEK[]<0.{self._session.limits.max_message_bytes + 1}>)"
        with self._session.translated_errors():
            response = self._client.uid("FETCH", self._uids[message.name], part)
            found = self._checked(response, "to give a message")
        return next((bytes(one[1]) for one in found if isinstance(one, tuple) and b"BODY[]" in one[0]), None)

    def _checked(self, response: tuple[str, list[Any]], what: str) -> list[Any]:
        status, data = response
        if status != "OK":
            detail = f"{self._session.account.server} refuses {what}: {server_message(*data)}"
            raise FetchError(
                Cause.STATUS, detail, "try again later; if it lasts, ask whoever runs the server"
            )
        return data


@contextmanager
def open_mailbox(
    account: ImapAccount,
    password: str,
    limits: MailboxLimits,
    *,
    allowed: frozenset[str],
    tls: ssl.SSLContext,
) -> Iterator[ImapMailbox]:
    """Connect, log in and open the mailbox. Raises `FetchError`.

    Hosts in `allowed` may be inside our own network. Without TLS only this machine itself is accepted, so
    that a password never crosses a network unencrypted.
    """
    session = ImapSession(account=account, limits=limits)
    with session.translated_errors():
        connection = _dial(account, limits, allowed)
    with session.time_limit(connection), closing(connection):
        with session.translated_errors():
            client = _connect_client(connection, session, tls)
        try:
            with session.translated_errors():
                _log_in(client, account, password)
            yield ImapMailbox(client, session)
            with suppress(OSError, imaplib.IMAP4.error, FetchError):
                client.logout()
        finally:
            with suppress(OSError):
                client.shutdown()


def _dial(account: ImapAccount, limits: MailboxLimits, allowed: frozenset[str]) -> socket.socket:
    """Connect to one of the host's addresses. The guard has checked exactly those that are dialled."""
    found = socket.getaddrinfo(account.host, account.port, type=socket.SOCK_STREAM)
    if account.host not in allowed:
        for *_, address in found:
            guard.check(str(address[0]), account.host)
    failure = OSError("no address")
    for family, kind, protocol, _, address in found:
        connection = socket.socket(family, kind, protocol)
        connection.settimeout(limits.connect_seconds)
        try:
            connection.connect(address)
        except OSError as error:
            connection.close()
            failure = error
        else:
            connection.settimeout(limits.read_seconds)
            return connection
    raise network_error(failure, account.server, reached=False)


def _connect_client(connection: socket.socket, session: ImapSession, tls: ssl.SSLContext) -> imaplib.IMAP4:
    """A client over TLS, or over the plain connection if the server is this machine."""
    account, limits = session.account, session.limits
    budget = limits.max_total_bytes + limits.max_message_bytes + OVERHEAD_BYTES
    is_local = ip_address(str(connection.getpeername()[0]).partition("%")[0]).is_loopback
    if account.implicit_tls:
        return _Connection(tls.wrap_socket(connection, server_hostname=account.host), account, budget)
    client = _Connection(connection, account, budget)
    if not is_local:
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
    """UID and size of each listed message."""
    for line in lines:
        text = line if isinstance(line, bytes) else b""
        uid, size = UID.search(text), SIZE.search(text)
        if uid and size:
            yield int(uid[1]), int(size[1])


def _number(data: Sequence[Any]) -> int:
    last = data[-1] if data else None
    return int(last) if isinstance(last, bytes) and re.fullmatch(rb"\d{1,10}", last) else 0


def _quoted(text: str) -> str:
    """A quoted string (RFC 3501, 4.3)."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
