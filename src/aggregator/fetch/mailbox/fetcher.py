"""Answers for mailboxes: Maildir folders, mbox files and IMAP servers; changes nothing in them."""

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
    """Answers requests for `maildir:PATH`, `mbox:PATH`, `imap://USER@HOST/MAILBOX` and `imaps://…`.

    Only for the mailboxes in `boxes`, by address, each with the file that holds its password (None where it
    needs none): an address that a publisher's page leads to can never open a mailbox. Paths count from
    `home`. Hosts in `allowed_hosts` may lie inside our own network.
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
        self._boxes = password_files
        self._allowed_hosts = allowed_hosts
        self._limits = limits or MailboxLimits()
        self._tls = tls

    async def __call__(self, request: Request) -> FetchResult:
        """The newest messages as `parts`, oldest first; the `payload` says what was left out (`collect`)."""
        try:
            return await asyncio.to_thread(self._read, request)
        except FetchError as why:
            return failure_of_error(request.url, why)

    def _read(self, request: Request) -> Fetched | NotModified:
        scheme, _, path = request.url.partition(":")
        if request.url not in self._boxes:
            hint = "name the mailbox as the address of a source in sources.yaml"
            raise FetchError(Cause.BAD_ADDRESS, f"no source has this {scheme} mailbox", hint, reached=False)
        if scheme == "maildir":
            return read_newest(Maildir(self._home / path), request, self._limits)
        if scheme == "mbox":
            return read_newest(Mbox(self._home / path), request, self._limits)
        return self._read_imap(request)

    def _read_imap(self, request: Request) -> Fetched | NotModified:
        tls = self._tls or ssl.create_default_context()
        password = self._password(self._boxes[request.url])
        whose = parse_account(request.url)
        with open_mailbox(whose, password, self._limits, allowed=self._allowed_hosts, tls=tls) as box:
            return read_newest(box, request, self._limits)

    def _password(self, file: Path | None) -> str:
        """The first line of the file: all of it but the end of the line is the password."""
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
