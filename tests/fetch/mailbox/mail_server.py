"""A small IMAP server on 127.0.0.1 that follows a script and records the commands."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

DONE: Final = b"%t OK done\r\n"
HANG_UP: Final = b""
"""In a script: close the connection instead of responding."""

Scripted = bytes | Callable[[bytes], bytes]
"""What is sent for a command: `%t` stands for its tag. A function is given the whole command."""


class MailServer:
    """One mailbox, `Lists/Forum`, of the user `reader` with the password `open "sesame"`.

    `messages` are by UID; UIDVALIDITY is 7. `script` replaces the response to a command, by the command's
    name (`LOGIN`, `UID FETCH`), or the greeting (`""`).
    """

    def __init__(
        self,
        messages: Mapping[int, bytes],
        script: Mapping[str, Scripted] | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
    ) -> None:
        self.messages = dict(messages)
        self.script = dict(script or {})
        self.commands: list[str] = []
        self._tls = tls
        self._starttls_context = starttls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, name="mail server")

    def url(self, scheme: str = "imap", host: str = "127.0.0.1", mailbox: str = "Lists/Forum") -> str:
        return f"{scheme}://reader@{host}:{self.port}/{mailbox}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port)).close()
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        """Serve one connection: the client's, or the one that ends the server."""
        connection, _ = self._listener.accept()
        with connection, suppress(OSError, ValueError):
            connection.settimeout(10)
            self._talk(self._tls.wrap_socket(connection, server_side=True) if self._tls else connection)

    def _talk(self, connection: socket.socket) -> None:
        greeting = self.script.get("", b"* OK here\r\n")
        assert isinstance(greeting, bytes)
        connection.sendall(greeting)
        while greeting and (command := _command(connection)):
            tag, name = command.split(b" ")[:2]
            name = b"UID FETCH" if name == b"UID" else name
            self.commands.append(command.partition(b" ")[2].decode())
            response = self._respond(name.decode(), command)
            if response == HANG_UP:
                break
            connection.sendall(response.replace(b"%t", tag))
            if name == b"STARTTLS" and self._starttls_context and b"BAD" not in response:
                connection = self._starttls_context.wrap_socket(connection, server_side=True)
        connection.close()

    def _respond(self, name: str, command: bytes) -> bytes:
        scripted = self.script.get(name)
        if scripted is not None:
            return scripted if isinstance(scripted, bytes) else scripted(command)
        response = getattr(self, f"_{name.lower().replace(' ', '_')}", lambda _: b"%t BAD what\r\n")
        return bytes(response(command))

    def _capability(self, _: bytes) -> bytes:
        return (
            b"* CAPABILITY IMAP4rev1"
            + (b" STARTTLS" if self._starttls_context else b"")
            + b"\r\n%t OK done\r\n"
        )

    def _examine(self, command: bytes) -> bytes:
        if b'"Lists/Forum"' not in command:
            return b"%t NO [NONEXISTENT] no such mailbox\r\n"
        lines = f"* {len(self.messages)} EXISTS\r\n* OK [UIDVALIDITY 7] valid\r\n"
        return lines.encode() + b"%t OK [READ-ONLY] examined\r\n"

    def _fetch(self, command: bytes) -> bytes:
        first, last = (int(number) for number in re.findall(rb"FETCH (\d+):(\d+)", command)[0])
        listed = list(enumerate(sorted(self.messages), 1))[first - 1 : last]
        lines = (f"* {n} FETCH (UID {u} RFC822.SIZE {len(self.messages[u])})\r\n" for n, u in listed)
        return "".join(lines).encode() + DONE

    def _uid_fetch(self, command: bytes) -> bytes:
        uid, most = (int(number) for number in re.findall(rb"(\d+) \(BODY.PEEK\[\]<0\.(\d+)>", command)[0])
        if uid not in self.messages:
            return DONE
        payload = self.messages[uid][:most]
        return f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(payload)}}}\r\n".encode() + payload + b")\r\n" + DONE

    def _starttls(self, _: bytes) -> bytes:
        return DONE

    def _login(self, command: bytes) -> bytes:
        known = command.endswith(b'LOGIN "reader" "open \\"sesame\\""')
        return DONE if known else b"%t NO [AUTHENTICATIONFAILED] wrong user or password\r\n"

    def _logout(self, _: bytes) -> bytes:
        return b"* BYE\r\n" + DONE


def _command(connection: socket.socket) -> bytes:
    """One command; empty if the client has gone."""
    command = b""
    while not command.endswith(b"\r\n"):
        byte = connection.recv(1)
        if not byte:
            return b""
        command += byte
    return command[:-2]
