"""The cause of a failure comes from the innermost error, not from the HTTP library's name for it."""

from __future__ import annotations

import errno
import socket
import ssl
from itertools import pairwise

import pytest

from aggregator.errors import Cause
from aggregator.fetch.errors import network_error


def chained(*errors: Exception) -> Exception:
    """The first of `errors`, each caused by the next."""
    for error, cause in pairwise(errors):
        error.__cause__ = cause
    return errors[0]


@pytest.mark.parametrize(
    ("error", "cause", "detail"),
    [
        (
            socket.gaierror(-3, "Temporary failure in name resolution"),
            Cause.DNS,
            "the name of host:80 was not found (Temporary failure in name resolution)",
        ),
        (
            OSError(errno.ECONNREFUSED, "Connection refused"),
            Cause.REFUSED,
            "host:80 refused the connection (Connection refused)",
        ),
        (
            OSError(errno.ENETUNREACH, "Network is unreachable"),
            Cause.UNREACHABLE,
            "there is no way to host:80 (Network is unreachable)",
        ),
        (
            OSError("Multiple exceptions: [Errno 101] v6, [Errno 111] v4"),
            Cause.UNREACHABLE,
            "there is no way to host:80 (Multiple exceptions: [Errno 101] v6, [Errno 111] v4)",
        ),
        (
            OSError(errno.ETIMEDOUT, "Connection timed out"),
            Cause.TIMEOUT,
            "no connection to host:80 in time (Connection timed out)",
        ),
    ],
)
def test_what_kept_us_from_connecting_is_named(error: OSError, cause: Cause, detail: str) -> None:
    named = network_error(chained(RuntimeError("ConnectTimeout"), error), "host:80", reached=False)
    assert (named.cause, named.detail, named.reached) == (cause, detail, False)
    assert named.hint


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (ssl.SSLError(1, "wrong version number"), Cause.TLS),
        (ssl.SSLCertVerificationError("certificate has expired"), Cause.TLS),
        (TimeoutError("Timeout on reading data from socket"), Cause.TIMEOUT),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), Cause.BROKEN_OFF),
        (OSError(errno.EHOSTUNREACH, "No route to host"), Cause.UNREACHABLE),
        (ValueError("Bad status line"), Cause.BROKEN_OFF),
    ],
)
def test_what_went_wrong_after_that_is_named(error: Exception, cause: Cause) -> None:
    named = network_error(chained(RuntimeError("ReadError"), error), "host:80", reached=True)
    assert (named.cause, named.reached) == (cause, True)
    assert str(error.args[-1]) in named.detail
    assert named.hint


def test_an_error_that_says_nothing_is_named_by_the_one_around_it() -> None:
    named = network_error(chained(RuntimeError("Connection timeout"), TimeoutError()), "host", reached=False)
    assert named.detail == "no connection to host in time (Connection timeout)"
    assert (
        network_error(TimeoutError(), "host", reached=False).detail
        == "no connection to host in time (TimeoutError)"
    )


def test_a_detail_is_one_line_of_a_bounded_length() -> None:
    named = network_error(ValueError("a\n  b " + "c" * 999), "host", reached=True)
    assert named.detail == f"host broke off before a whole answer had come (a b {'c' * 196})"
