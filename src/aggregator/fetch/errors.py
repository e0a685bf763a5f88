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


# OpenSSL's number for a chain whose next certificate is neither sent nor known (X509_V_ERR_…_LOCALLY).
_ISSUER_UNKNOWN: Final = 20
_CHAIN_HINT: Final = (
    "the server leaves out the certificate between its own and the authority's, which browsers fetch by "
    "themselves: tell the publisher to send the whole chain; until then, add the missing certificate to a "
    "copy of the known ones and set SSL_CERT_FILE to it, as for an authority of your own"
)


def network_error(
    error: BaseException, authority: str, *, reached: bool, malformed: bool = False
) -> FetchError:
    """The error for an exception of the network. `authority` is the host and port that were requested.

    `malformed`: an answer came, but it is no HTTP that can be read.
    """
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
    }.get(
        cause,
        f"{authority} answered, but not in valid HTTP"
        if malformed
        else f"{authority} broke off before a whole answer had come",
    )
    hint = _CHAIN_HINT if _issuer_unknown(error) else _HINTS[cause]
    return FetchError(cause, f"{detail} ({_innermost_message(error)})", hint, reached=reached)


def _issuer_unknown(error: BaseException) -> bool:
    """Whether the server's certificate is by an issuer whose own certificate is missing."""
    return any(
        isinstance(link, ssl.SSLCertVerificationError) and getattr(link, "verify_code", 0) == _ISSUER_UNKNOWN
        for link in _chain(error)
    )


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
