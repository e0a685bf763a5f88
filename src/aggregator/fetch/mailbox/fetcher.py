"""Answers for mailboxes: Maildir folders, mbox files and IMAP servers; changes nothing in them."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from pathlib import Path

from aggregator.errors import Cause
from aggregator.fetch.errors import NoAnswer
from aggregator.fetch.http.responses import unanswered
from aggregator.fetch.mailbox.imap import account, opened
from aggregator.fetch.mailbox.reader import Limits, Maildir, Mbox, collect
from aggregator.model import Fetched, FetchResult, NotModified, Request


class MailboxFetch:
    """Answers requests for `maildir:PATH`, `mbox:PATH`, `imap://USER@HOST/MAILBOX` and `imaps://…`.

    Only for the mailboxes in `boxes`, by address, each with the file that holds its password (None where it
    needs none): an address that a publisher's page leads to can never open a mailbox. Paths count from
    `home`. Hosts in `allowed_hosts` may lie inside our own network.
    """

    def __init__(
        self,
        home: Path,
        boxes: Mapping[str, Path | None],
        *,
        allowed_hosts: frozenset[str] = frozenset(),
        limits: Limits | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._home = home
        self._boxes = boxes
        self._allowed_hosts = allowed_hosts
        self._limits = limits or Limits()
        self._tls = tls

    async def __call__(self, request: Request) -> FetchResult:
        """The newest messages as `parts`, oldest first; the `payload` says what was left out (`collect`)."""
        try:
            return await asyncio.to_thread(self._read, request)
        except NoAnswer as why:
            return unanswered(request.url, why)

    def _read(self, request: Request) -> Fetched | NotModified:
        scheme, _, path = request.url.partition(":")
        if request.url not in self._boxes:
            hint = "name the mailbox as the address of a source in sources.yaml"
            raise NoAnswer(Cause.BAD_ADDRESS, f"no source has this {scheme} mailbox", hint, reached=False)
        if scheme == "maildir":
            return collect(Maildir(self._home / path), request, self._limits)
        if scheme == "mbox":
            return collect(Mbox(self._home / path), request, self._limits)
        return self._read_imap(request)

    def _read_imap(self, request: Request) -> Fetched | NotModified:
        tls = self._tls or ssl.create_default_context()
        password = self._password(self._boxes[request.url])
        whose = account(request.url)
        with opened(whose, password, self._limits, allowed=self._allowed_hosts, tls=tls) as box:
            return collect(box, request, self._limits)

    def _password(self, file: Path | None) -> str:
        """The first line of the file: all of it but the end of the line is the password."""
        hint = (
            "put the password into the file that `mail: password_file:` names, readable by this program alone"
        )
        try:
            lines = file.read_text(encoding="utf-8").splitlines() if file else []
        except (OSError, UnicodeDecodeError) as error:
            why = f"the password file {file} cannot be read ({getattr(error, 'strerror', error)})"
            raise NoAnswer(Cause.MISSING_FILE, why, hint, reached=False) from error
        if not lines or not lines[0]:
            raise NoAnswer(Cause.MISSING_FILE, "no password file, or an empty one", hint, reached=False)
        return lines[0]
