"""Interprets responses: follows redirects, and turns status and headers into Fetched, NotModified or
Failed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import responses
from typing import Final
from urllib.parse import urldefrag, urljoin

from aggregator.errors import Cause
from aggregator.fetch.errors import FetchError
from aggregator.fetch.http.origins import bad_address_error
from aggregator.model import Failed, Fetched, FetchResult, NotModified, Request, Validators
from aggregator.values.text import one_line

# A Retry-After is obeyed for at most this long, so that one wrong header does not stop a source for a year.
# It is also the longest wait after failures.
MAX_RETRY_AFTER: Final = timedelta(days=1)

_CAUSES: Final = {410: Cause.GONE, 429: Cause.THROTTLED}
_HINTS: Final = {
    401: "the address asks for a login: look for an open one",
    403: "the publisher refuses programs there at times: try later, or ask the publisher",
    404: "look on the publisher's site where it went, and correct the address",
    410: "the publisher took it down for good: look for what replaces it, or take the source out",
    429: "ask less often: raise `every` or `pause` of this source",
}


MAX_REDIRECTS: Final = 5
_REDIRECTS: Final = {301, 302, 303, 307, 308}
_PERMANENT: Final = {301, 308}


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """The response of one address, not yet interpreted. The payload of an error or a redirect is not read."""

    url: str
    status: int
    # Names in lower case.
    headers: Mapping[str, str] = field(default_factory=dict)
    payload: bytes = b""


# Sends one request, without following redirects. Raises `FetchError`.
FetchOnce = Callable[[str], Awaitable[HttpResponse]]


def interpret(request: Request, response: HttpResponse, *, moved_to: str | None) -> FetchResult:
    """The result for the last response to `request`. `moved_to` is where permanent redirects led."""
    if response.status == 304 and request.validators != Validators():
        return NotModified(url=request.url, headers=response.headers)
    # 202 announces an answer, such as after a bot check; 206 is a part, which we never requested.
    if not 200 <= response.status < 300 or response.status in (202, 206):
        return failure_of_response(request.url, response)
    if not response.payload.strip():
        return Failed(
            url=request.url,
            cause=Cause.EMPTY,
            detail=one_line(f"{response.url} answered {response.status} with nothing in it"),
            hint="try again later; if it goes on, tell the publisher",
            status=response.status,
        )
    return Fetched(
        url=request.url,
        final_url=response.url,
        status=response.status,
        headers=response.headers,
        payload=response.payload,
        moved_to=moved_to,
    )


def failure_of_response(url: str, response: HttpResponse) -> Failed:
    """The failure for a response with an error status to the request for `url`."""
    return Failed(
        url=url,
        cause=_CAUSES.get(response.status, Cause.STATUS),
        detail=one_line(f"{response.url} answered {response.status} {responses.get(response.status, '')}"),
        hint=_hint(response.status),
        status=response.status,
        retry_after=retry_after(response),
    )


def failure_of_error(url: str, why: FetchError) -> Failed:
    """The failure for an error in the request for `url`."""
    # The detail may name an address out of a redirect, which may have any characters.
    return Failed(
        url=url, cause=why.cause, detail=one_line(why.detail), hint=why.hint, retry_after=why.retry_after
    )


def retry_after(response: HttpResponse) -> timedelta | None:
    """How long the host asks us to wait: Retry-After with a 429 or 503 (RFC 9110, 10.2.3; RFC 6585, 4).

    None without a valid header, else at most `MAX_RETRY_AFTER`.
    """
    if response.status not in (429, 503):
        return None
    value = response.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdecimal():
        return timedelta(seconds=min(float(value), MAX_RETRY_AFTER.total_seconds()))
    # A date counts from the response's own Date, because the server's clock may be wrong.
    until, sent = _http_date(value), _http_date(response.headers.get("date", ""))
    if until is None or sent is None:
        return None
    return min(max(until - sent, timedelta(0)), MAX_RETRY_AFTER)


def _http_date(text: str) -> datetime | None:
    """A date in any of the three forms of RFC 9110, 5.6.7, in UTC; None if it is invalid."""
    try:
        parsed = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed


def _hint(status: int) -> str:
    if status >= 500:
        return "the publisher's server has a fault: it is asked again later"
    return _HINTS.get(status, "look at the address in a browser, and correct it or tell the publisher")


async def complete_request(request: Request, fetch_once: FetchOnce) -> FetchResult:
    """Follow redirects, interpret the last response, and turn errors into `Failed`."""
    try:
        # A signed body belongs to one address and must not be sent to another.
        response, moved_to = (
            (await fetch_once(request.url), None)
            if request.body
            else await follow_redirects(request.url, fetch_once)
        )
    except FetchError as error:
        return failure_of_error(request.url, error)
    return interpret(request, response, moved_to=moved_to)


async def follow_redirects(url: str, fetch_once: FetchOnce) -> tuple[HttpResponse, str | None]:
    """The first response that is no redirect, and its address if only permanent redirects led there (else
    None).

    Raises `FetchError` (REDIRECTS) after `MAX_REDIRECTS` redirects, or when one leads back.
    """
    visited: list[str] = []
    permanent = True
    while url not in visited:
        response = await fetch_once(url)
        visited.append(url)
        target = _redirect_target(response)
        if target is None:
            return response, url if permanent and len(visited) > 1 else None
        if len(visited) > MAX_REDIRECTS:
            raise _too_many_redirects(f"{visited[0]} is redirected more than {MAX_REDIRECTS} times")
        permanent = permanent and response.status in _PERMANENT
        url = target
    raise _too_many_redirects(f"{visited[0]} is redirected in a circle, back to {url}")


def _redirect_target(response: HttpResponse) -> str | None:
    location = response.headers.get("location")
    if response.status not in _REDIRECTS or location is None:
        return None
    try:
        return urldefrag(urljoin(response.url, location.strip())).url
    except ValueError as error:
        raise bad_address_error(location, str(error)) from error


def _too_many_redirects(detail: str) -> FetchError:
    hint = (
        "open the address in a browser and write down where it leads; tell the publisher if it leads nowhere"
    )
    return FetchError(Cause.REDIRECTS, detail, hint)
