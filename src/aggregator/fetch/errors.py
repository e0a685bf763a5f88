"""Names why no usable answer came: the cause in the chain of an exception, in words for people."""

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
    """No usable answer came. Travels inside this room only; `verdict` makes it a `Failed`.

    `reached` is False when no connection to the host was made: it need not be spared a second request, and
    is not asked again for a while. `retry_after` is how long the host asked to be left alone.
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
        """The same, to be raised once more (an exception keeps the traces of where it was raised)."""
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


def network_error(error: BaseException, asked: str, *, reached: bool) -> FetchError:
    """What an exception of the network means. `asked` is the host and port that were asked.

    The exceptions of the HTTP libraries are not trusted with the cause: httpx-aiohttp 0.2.0 reports a refused
    port and an unknown name as a time-out. The operating system's own error at the end of the chain says it.
    """
    cause = _cause_of(error, reached=reached)
    detail = {
        Cause.DNS: f"the name of {asked} was not found",
        Cause.REFUSED: f"{asked} refused the connection",
        Cause.UNREACHABLE: f"there is no way to {asked}",
        Cause.TIMEOUT: f"{asked} sent nothing for too long"
        if reached
        else f"no connection to {asked} in time",
        Cause.TLS: f"no safe connection to {asked}",
    }.get(cause, f"{asked} broke off, or answered something that is not HTTP")
    return FetchError(cause, f"{detail} ({_innermost_message(error)})", _HINTS[cause], reached=reached)


def truncated_error(detail: str) -> FetchError:
    """Less came than the answer itself promised."""
    return FetchError(Cause.TRUNCATED, detail, _HINTS[Cause.TRUNCATED])


def timeout_error(asked: str, seconds: float) -> FetchError:
    """The host answered, but was not done when the time for a whole answer was over."""
    return FetchError(
        Cause.TIMEOUT, f"{asked} had not finished after {seconds:g} seconds", _HINTS[Cause.TIMEOUT]
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
    """What the innermost exception that says anything says, in one line."""
    said = [
        getattr(link, "strerror", None) or getattr(link, "message", None) or link for link in _chain(error)
    ]
    last = next((words for words in map(str, reversed(said)) if words), type(error).__name__)
    return one_line(last)[:200]
