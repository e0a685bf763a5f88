"""Reads the address of a mailbox on a mail server: whose it is, and where it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from aggregator.errors import Cause
from aggregator.fetch.failures import NoAnswer

PORTS: Final = {"imap": 143, "imaps": 993}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Whose mailbox is read, and where: the parts of an IMAP address (RFC 5092)."""

    user: str
    host: str
    port: int
    mailbox: str
    safe: bool
    """Whether the connection begins with TLS (`imaps:`); else it turns to it with STARTTLS."""

    @property
    def server(self) -> str:
        """For messages: they stand on public pages, so the user is not named."""
        return f"{self.host}:{self.port}"


def account(url: str) -> Account:
    """The parts of `imaps://USER@HOST:PORT/MAILBOX`, `%40` for an `@` in the user. Raises `NoAnswer`."""
    try:
        parts = urlsplit(url)
        found = Account(
            user=unquote(parts.username or ""),
            host=parts.hostname or "",
            port=parts.port or PORTS[parts.scheme],
            mailbox=unquote(parts.path.removeprefix("/")),
            safe=parts.scheme == "imaps",
        )
    except (ValueError, KeyError) as error:
        raise no_address(str(error)) from error
    sent = (found.user, found.mailbox)
    if not (found.host and all(sent) and all(word.isascii() and word.isprintable() for word in sent)):
        raise no_address("it needs a user, a host and a mailbox, all in ASCII")
    return found


def no_address(why: str) -> NoAnswer:
    """The address cannot be asked, and why."""
    hint = "write imaps://USER@HOST/MAILBOX in sources.yaml"
    return NoAnswer(Cause.BAD_ADDRESS, f"the address of the mailbox: {why}", hint, reached=False)
