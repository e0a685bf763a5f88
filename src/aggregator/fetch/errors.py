"""Turns network exceptions into errors with a cause, a detail and a hint for people."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from aggregator.errors import Cause, SourceError
from aggregator.values.text import one_line


class FetchError(SourceError):
    """No usable response came. Only used inside this package; `http/responses.py` turns it into a `Failed`.

    `reached` is False if no connection to the host was made. Then the next request need not wait for the
    pause, but the host is not tried again for a while. `retry_after` is how long the host asked us to wait.
    """

    def __init__(
        self,
        cause: Cause,
        detail: str,
        hint: str,
        *,
        reached: bool = True,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(cause, detail, hint)
        self.reached = reached
        self.retry_after = retry_after

    def copy(self) -> FetchError:
        """A new error with the same values, to be raised again: an exception keeps its old traceback."""
        return FetchError(
            self.cause, self.detail, self.hint, reached=self.reached, retry_after=self.retry_after
        )


_UNREACHABLE_ERRNOS: Final = {
    errno.ENETUNREACH,
    errno.EHOSTUNREACH,
    errno.ENETDOWN,
    errno.EHOSTDOWN,
    errno.EADDRNOTAVAIL,
}

_HINTS: Final = {
    Cause.DNS: "check the address; if other sources fail too, check this machine's network",
    Cause.REFUSED: "nothing listens there: check the address and its port, or try again later",
    Cause.UNREACHABLE: "check this machine's network; if other sources answer, try again later",
    Cause.TIMEOUT: "try again later; if it goes on, look whether the address opens in a browser",
    Cause.TLS: "look at the certificate in a browser; for an authority of your own set SSL_CERT_FILE",
    Cause.BROKEN_OFF: "try again later; if it goes on, tell the publisher",
    Cause.TRUNCATED: "try again later; if it goes on, tell the publisher",
}


def network_error(error: BaseException, authority: str, *, reached: bool) -> FetchError:
    """The error for an exception of the network. `authority` is the host and port that were requested."""
    # The cause comes from the whole chain, down to the operating system's error: httpx-aiohttp 0.2.0 reports
    # a refused port and an unknown name as a time-out.
    cause = _cause_of(error, reached=reached)
    detail = {
        Cause.DNS: f"the name of {authority} was not found",
        Cause.REFUSED: f"{authority} refused the connection",
        Cause.UNREACHABLE: f"there is no way to {authority}",
        Cause.TIMEOUT: f"{authority} sent nothing for too long"
        if reached
        else f"no connection to {authority} in time",
        Cause.TLS: f"no safe connection to {authority}",
    }.get(cause, f"{authority} broke off, or answered something that is not HTTP")
    return FetchError(cause, f"{detail} ({_innermost_message(error)})", _HINTS[cause], reached=reached)


def truncated_error(detail: str) -> FetchError:
    """The error for a response that is shorter than it announced."""
    return FetchError(Cause.TRUNCATED, detail, _HINTS[Cause.TRUNCATED])


def timeout_error(authority: str, seconds: float) -> FetchError:
    """The error for a response that was not complete within the time limit."""
    return FetchError(
        Cause.TIMEOUT, f"{authority} had not finished after {seconds:g} seconds", _HINTS[Cause.TIMEOUT]
    )


def _cause_of(error: BaseException, *, reached: bool) -> Cause:
    chain = list(_chain(error))
    by_type: tuple[tuple[type[BaseException], Cause], ...] = (
        (socket.gaierror, Cause.DNS),
        (ssl.SSLError, Cause.TLS),
        (ConnectionRefusedError, Cause.REFUSED),
        (TimeoutError, Cause.TIMEOUT),
    )
    for kind, cause in by_type:
        if any(isinstance(link, kind) for link in chain):
            return cause
    if not reached or any(isinstance(link, OSError) and link.errno in _UNREACHABLE_ERRNOS for link in chain):
        return Cause.UNREACHABLE
    return Cause.BROKEN_OFF


def _chain(error: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = error
    while link is not None:
        yield link
        link = link.__cause__


def _innermost_message(error: BaseException) -> str:
    """The message of the innermost exception that has one, in one line."""
    messages = [
        getattr(link, "strerror", None) or getattr(link, "message", None) or link for link in _chain(error)
    ]
    last = next((text for text in map(str, reversed(messages)) if text), type(error).__name__)
    return one_line(last)[:200]
