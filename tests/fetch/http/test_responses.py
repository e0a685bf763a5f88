"""How a status and headers are interpreted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.errors import Cause
from aggregator.fetch.http.responses import HttpResponse, retry_after
from aggregator.model import Failed
from tests.fetch.requests import failure, fetch_all, fetched
from tests.support.server import ScriptedResponse, ScriptedServer

MINUTES_2 = timedelta(minutes=2)


@pytest.mark.parametrize(
    ("status", "cause", "detail"),
    [
        (400, Cause.STATUS, "answered 400 Bad Request"),
        (403, Cause.STATUS, "answered 403 Forbidden"),
        (404, Cause.STATUS, "answered 404 Not Found"),
        (410, Cause.GONE, "answered 410 Gone"),
        (429, Cause.THROTTLED, "answered 429 Too Many Requests"),
        (503, Cause.STATUS, "answered 503 Service Unavailable"),
        (599, Cause.STATUS, "answered 599"),
        (206, Cause.STATUS, "answered 206 Partial Content"),
        (300, Cause.STATUS, "answered 300 Multiple Choices"),
        (302, Cause.STATUS, "answered 302 Found"),
    ],
)
def test_an_error_status_is_a_failure_that_says_what_to_try(
    server: ScriptedServer, status: int, cause: Cause, detail: str
) -> None:
    server.script["/feed"] = ScriptedResponse(status=status, payload=b"<html>an error is no document</html>")
    failed = failure(server.url("/feed"))
    assert (failed.cause, failed.status, failed.retry_after) == (cause, status, None)
    assert failed.url == server.url("/feed")
    assert failed.detail == f"{server.url('/feed')} {detail}"
    assert failed.hint


def test_the_hint_fits_the_status(server: ScriptedServer) -> None:
    statuses = (401, 403, 404, 410, 429, 418, 500)
    server.script |= {f"/{status}": ScriptedResponse(status=status) for status in statuses}
    hints = {failure(server.url(f"/{status}")).hint for status in statuses}
    assert len(hints) == 7
    assert "the publisher's server has a fault: it is asked again later" in hints


@pytest.mark.parametrize("payload", [b"", b" \r\n"])
def test_a_200_with_nothing_in_it_is_a_failure(server: ScriptedServer, payload: bytes) -> None:
    server.script["/feed"] = ScriptedResponse(payload=payload)
    failed = failure(server.url("/feed"))
    assert (failed.cause, failed.status) == (Cause.EMPTY, 200)
    assert failed.detail == f"{server.url('/feed')} answered 200 with nothing in it"


def test_any_success_with_a_payload_is_fetched(server: ScriptedServer) -> None:
    server.script["/feed"] = ScriptedResponse(status=203, payload=b"<feed/>")
    assert fetched(server.url("/feed")).status == 203


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ({"retry-after": "120"}, MINUTES_2),
        ({"retry-after": " 0 "}, timedelta(0)),
        ({"retry-after": "99999999"}, timedelta(days=1)),
        ({"retry-after": "9" * 5000}, timedelta(days=1)),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "٣"}, None),
        ({}, None),
        # A date counts from the response's own Date, in each of the three forms of RFC 9110, 5.6.7.
        ({"retry-after": "Tue, 02 Jan 2024 00:02:00 GMT"}, MINUTES_2),
        ({"retry-after": "Tuesday, 02-Jan-24 00:02:00 GMT"}, MINUTES_2),
        ({"retry-after": "Tue Jan  2 00:02:00 2024"}, MINUTES_2),
        ({"retry-after": "Mon, 01 Jan 2024 00:00:00 GMT"}, timedelta(0)),
        ({"retry-after": "Fri, 05 Jan 2024 00:00:00 GMT"}, timedelta(days=1)),
        ({"retry-after": "Tue, 02 Jan 2024 00:02:00 GMT", "date": "yesterday"}, None),
    ],
)
def test_a_retry_after_is_read_in_both_forms(headers: dict[str, str], wanted: timedelta | None) -> None:
    dated = {"date": "Tue, 02 Jan 2024 00:00:00 GMT", **headers}
    for status in (429, 503):
        assert retry_after(HttpResponse(url="https://example.org/", status=status, headers=dated)) == wanted


def test_a_retry_after_of_another_status_is_ignored() -> None:
    for status in (200, 301, 500):
        response = HttpResponse(url="https://example.org/", status=status, headers={"retry-after": "120"})
        assert retry_after(response) is None


@pytest.mark.parametrize("header", ["120", "Fri, 05 Jun 2026 12:02:00 GMT"])
@pytest.mark.parametrize("status", [429, 503])
def test_a_failure_has_the_retry_after_of_the_host(server: ScriptedServer, status: int, header: str) -> None:
    """The response has no Date, so a date counts from our own clock: noon of that day."""
    server.script["/feed"] = ScriptedResponse(status=status, headers={"Retry-After": header})
    failed = failure(server.url("/feed"))
    assert (failed.status, failed.retry_after) == (status, MINUTES_2)


def test_a_host_with_a_retry_after_gets_no_other_request(server: ScriptedServer) -> None:
    server.script["/feed"] = ScriptedResponse(status=503, headers={"Retry-After": "120"})
    server.script["/other"] = ScriptedResponse(payload=b"<feed/>")
    first, second = fetch_all(server.url("/feed"), server.url("/other"))
    assert isinstance(first, Failed)
    assert isinstance(second, Failed)
    assert (second.cause, second.retry_after) == (Cause.THROTTLED, MINUTES_2)
    assert second.detail == "127.0.0.1 asked to be left alone for 120 seconds more"
    assert server.paths() == ["/robots.txt", "/feed"]


def test_a_429_without_a_retry_after_backs_off_for_a_minute(server: ScriptedServer) -> None:
    server.script["/feed"] = ScriptedResponse(status=429)
    first, second = fetch_all(server.url("/feed"), server.url("/feed"))
    assert isinstance(first, Failed)
    assert isinstance(second, Failed)
    assert first.retry_after is None
    assert second.retry_after == timedelta(seconds=60)


def test_a_503_without_a_retry_after_does_not_back_off(server: ScriptedServer) -> None:
    server.script["/feed"] = ScriptedResponse(status=503)
    fetch_all(server.url("/feed"), server.url("/feed"))
    assert server.paths() == ["/robots.txt", "/feed", "/feed"]
