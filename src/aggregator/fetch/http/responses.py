"""Says what an answer means: a status and its headers as Fetched, NotModified or Failed."""

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

# The most that a Retry-After is obeyed for: as long as the longest wait after failures, so that one wrong
# header does not silence a source for a year.
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
    """What one address said, before anybody judged it. The payload of an error or a redirect is not read."""

    url: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    payload: bytes = b""


# Asks one address once. Raises `NoAnswer`.
FetchOnce = Callable[[str], Awaitable[HttpResponse]]


def interpret(request: Request, answer: HttpResponse, *, moved_to: str | None) -> FetchResult:
    """What the last answer to `request` means. `moved_to` is where permanent redirects led to it."""
    if answer.status == 304 and request.validators != Validators():
        return NotModified(url=request.url, headers=answer.headers)
    if not 200 <= answer.status < 300 or answer.status == 206:  # a part that nobody asked for
        return failure_of_response(request.url, answer)
    if not answer.payload.strip():
        return Failed(
            url=request.url,
            cause=Cause.EMPTY,
            detail=f"{answer.url} answered {answer.status} with nothing in it",
            hint="try again later; if it goes on, tell the publisher",
            status=answer.status,
        )
    return Fetched(
        url=request.url,
        final_url=answer.url,
        status=answer.status,
        headers=answer.headers,
        payload=answer.payload,
        moved_to=moved_to,
    )


def failure_of_response(url: str, answer: HttpResponse) -> Failed:
    """An answer that is no document, as the failure of the request for `url`."""
    return Failed(
        url=url,
        cause=_CAUSES.get(answer.status, Cause.STATUS),
        detail=f"{answer.url} answered {answer.status} {responses.get(answer.status, '')}".rstrip(),
        hint=_hint(answer.status),
        status=answer.status,
        retry_after=retry_after(answer),
    )


def failure_of_error(url: str, why: FetchError) -> Failed:
    """A request for `url` that brought no usable answer."""
    return Failed(url=url, cause=why.cause, detail=why.detail, hint=why.hint, retry_after=why.retry_after)


def retry_after(answer: HttpResponse) -> timedelta | None:
    """How long to leave the host alone, by its Retry-After with a 429 or 503 (RFC 9110, 10.2.3; RFC 6585, 4).

    Seconds, or a date that counts from the answer's own Date, since the server's clock may be wrong; without
    a Date a date says nothing. Between nothing and `LONGEST_REST`.
    """
    if answer.status not in (429, 503):
        return None
    said = answer.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdecimal():
        return timedelta(seconds=min(float(said), MAX_RETRY_AFTER.total_seconds()))
    until, sent = _http_date(said), _http_date(answer.headers.get("date", ""))
    if until is None or sent is None:
        return None
    return min(max(until - sent, timedelta(0)), MAX_RETRY_AFTER)


def _http_date(text: str) -> datetime | None:
    """Any of the three forms of RFC 9110, 5.6.7; all are in UTC."""
    try:
        read = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read


def _hint(status: int) -> str:
    if status >= 500:
        return "the publisher's server has a fault: it is asked again later"
    return _HINTS.get(status, "look at the address in a browser, and correct it or tell the publisher")


async def complete_request(request: Request, visit: FetchOnce) -> FetchResult:
    """The result of a request: redirects followed, what came last judged, and no answer made a `Failed`."""
    try:
        # What is signed for one address is not handed on to another.
        answer, moved_to = (
            (await visit(request.url), None) if request.body else await follow_redirects(request.url, visit)
        )
    except FetchError as why:
        return failure_of_error(request.url, why)
    return interpret(request, answer, moved_to=moved_to)


async def follow_redirects(url: str, visit: FetchOnce) -> tuple[HttpResponse, str | None]:
    """The first answer that is no redirect, and where permanent redirects alone led to it (else None).

    Raises `NoAnswer` (REDIRECTS) after `MOST_HOPS` hops, or as soon as a hop leads back.
    """
    visited: list[str] = []
    permanent = True
    while url not in visited:
        answer = await visit(url)
        visited.append(url)
        target = _target(answer)
        if target is None:
            return answer, url if permanent and len(visited) > 1 else None
        if len(visited) > MAX_REDIRECTS:
            raise _endless(f"{visited[0]} is redirected more than {MAX_REDIRECTS} times")
        permanent = permanent and answer.status in _PERMANENT
        url = target
    raise _endless(f"{visited[0]} is redirected in a circle, back to {url}")


def _target(answer: HttpResponse) -> str | None:
    location = answer.headers.get("location")
    if answer.status not in _REDIRECTS or location is None:
        return None
    try:
        return urldefrag(urljoin(answer.url, location.strip())).url
    except ValueError as error:
        raise bad_address_error(location, str(error)) from error


def _endless(detail: str) -> FetchError:
    hint = (
        "open the address in a browser and write down where it leads; tell the publisher if it leads nowhere"
    )
    return FetchError(Cause.REDIRECTS, detail, hint)
