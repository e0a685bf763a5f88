"""Fetches the newest messages of Maildir folders, mbox files and IMAP servers, without changing them."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from pathlib import Path

from aggregator.errors import Cause
from aggregator.fetch.errors import FetchError
from aggregator.fetch.http.responses import failure_of_error
from aggregator.fetch.mailbox.imap import open_mailbox, parse_account
from aggregator.fetch.mailbox.reader import MailboxLimits, Maildir, Mbox, read_newest
from aggregator.model import Fetched, FetchResult, NotModified, Request


class MailboxFetcher:
    """Fetches `maildir:PATH`, `mbox:PATH`, `imap://USER@HOST/MAILBOX` and `imaps://…`.

    `password_files` has every mailbox that may be opened, by address, with the file of its password (None if
    it needs none). So an address in a publisher's page can never open a mailbox. Paths are relative to
    `home`. Hosts in `allowed_hosts` may be inside our own network.
    """

    def __init__(
        self,
        home: Path,
        password_files: Mapping[str, Path | None],
        *,
        allowed_hosts: frozenset[str] = frozenset(),
        limits: MailboxLimits | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._home = home
        self._password_files = password_files
        self._allowed_hosts = allowed_hosts
        self._limits = limits or MailboxLimits()
        self._tls = tls

    async def __call__(self, request: Request) -> FetchResult:
        """The newest messages as `parts`, oldest first. The `payload` lists what was left out
        (`read_newest`)."""
        try:
            return await asyncio.to_thread(self._read, request)
        except FetchError as error:
            return failure_of_error(request.url, error)

    def _read(self, request: Request) -> Fetched | NotModified:
        scheme, _, path = request.url.partition(":")
        if request.url not in self._password_files:
            hint = "name the mailbox as the address of a source in sources.yaml"
            raise FetchError(Cause.BAD_ADDRESS, f"no source has this {scheme} mailbox", hint, reached=False)
        if scheme == "maildir":
            return read_newest(Maildir(self._home / path), request, self._limits)
        if scheme == "mbox":
            return read_newest(Mbox(self._home / path), request, self._limits)
        return self._read_imap(request)

    def _read_imap(self, request: Request) -> Fetched | NotModified:
        tls = self._tls or ssl.create_default_context()
        password = self._password(self._password_files[request.url])
        account = parse_account(request.url)
        with open_mailbox(account, password, self._limits, allowed=self._allowed_hosts, tls=tls) as mailbox:
            return read_newest(mailbox, request, self._limits)

    def _password(self, file: Path | None) -> str:
        """The first line of the file, without its line end. Spaces belong to the password."""
        hint = (
            "put the password into the file that `mail: password_file:` names, readable by this program alone"
        )
        try:
            lines = file.read_text(encoding="utf-8").splitlines() if file else []
        except (OSError, UnicodeDecodeError) as error:
            why = f"the password file {file} cannot be read ({getattr(error, 'strerror', error)})"
            raise FetchError(Cause.MISSING_FILE, why, hint, reached=False) from error
        if not lines or not lines[0]:
            raise FetchError(Cause.MISSING_FILE, "no password file, or an empty one", hint, reached=False)
        return lines[0]
