"""Asks over HTTP: a conditional GET or a form, guarded and limited; all that knows the HTTP library."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlencode

import aiohttp
import httpx
from aiohttp.abc import ResolveResult
from httpx_aiohttp import AiohttpTransport

from aggregator.fetch.errors import FetchError, network_error, timeout_error, truncated_error
from aggregator.fetch.http import guard
from aggregator.fetch.http.origins import Origin, bad_address_error, origin_of
from aggregator.fetch.http.payload import SizeLimit, read_payload
from aggregator.fetch.http.rate_limit import RateLimiter
from aggregator.fetch.http.responses import HttpResponse, complete_request, follow_redirects, retry_after
from aggregator.fetch.http.robots import MAX_BYTES, RobotsCache, RobotsChecker
from aggregator.model import FetchResult, Request

AddrInfo = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int]]


# Headers of the bytes on the wire, which are unpacked in the end, and cookies: they are not kept.
PASSING: Final = {"content-encoding", "content-length", "transfer-encoding", "set-cookie"}


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpLimits:
    """How long and how large an answer may be: seconds, and bytes before and after decompression."""

    connect_seconds: float = 10.0
    """From the first look-up of the name to the end of the TLS handshake."""
    read_seconds: float = 20.0
    """Between two pieces of the answer."""
    total_seconds: float = 60.0
    max_bytes: int = 10 * 1024 * 1024


class HttpFetcher:
    """Answers http and https requests. Use it as an async context manager, in one event loop.

    The hosts in `allowed_hosts` (names or literal addresses, lower case, no port) are asked unguarded, by a
    transport of their own. So the decision hangs on the host of each request and each hop, no name can lend
    its allowance to another, and what the guarded one dials is always judged.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        robots_cache: RobotsCache,
        clock: Callable[[], datetime],
        allowed_hosts: frozenset[str] = frozenset(),
        limits: HttpLimits | None = None,
        rate_limiter: RateLimiter | None = None,
    ) -> None:
        """`user_agent` is `name/version (+page; contact)` in ASCII; robots.txt is obeyed for its name."""
        self._user_agent = user_agent
        self._clock = clock
        self._allowed_hosts = allowed_hosts
        self._limits = limits or HttpLimits()
        self._hosts = rate_limiter or RateLimiter()
        product = user_agent.partition("/")[0]
        self._robots = RobotsChecker(
            fetch_robots=self._ask_robots, cache=robots_cache, product=product, clock=clock
        )
        # One set of certificates for both: certifi's, or what SSL_CERT_FILE or SSL_CERT_DIR name.
        context = httpx.create_ssl_context()
        self._guarded = _transport(context, guarded=True)
        self._unguarded = _transport(context, guarded=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._guarded.aclose()
        await self._unguarded.aclose()

    async def __call__(self, request: Request) -> FetchResult:
        """What came back in the end; each hop passes the guard and the robots.txt of its own host."""
        headers = self._headers(request)
        allowed = SizeLimit(max_bytes=self._limits.max_bytes)
        form = request.body or urlencode(request.form).encode()

        async def visit(url: str) -> HttpResponse:
            # robots.txt speaks to who reads; a form is sent to a service that is there for it.
            pause = request.pause if form else await self._robots.admit(url, request.pause)
            return await self._ask(url, headers, pause, allowed, form)

        return await complete_request(request, visit)

    async def _ask_robots(self, url: str, pause: timedelta) -> HttpResponse:
        headers = {
            "User-Agent": self._user_agent,
            "Accept": "text/plain, */*;q=0.5",
            "Accept-Encoding": "gzip",
        }
        allowed = SizeLimit(max_bytes=MAX_BYTES, truncate=True)
        answer, _ = await follow_redirects(url, lambda hop: self._ask(hop, headers, pause, allowed))
        return answer

    def _headers(self, request: Request) -> dict[str, str]:
        headers = {"User-Agent": self._user_agent, "Accept": request.accept, "Accept-Encoding": "gzip"}
        validators = {
            "If-None-Match": request.validators.etag,
            "If-Modified-Since": request.validators.last_modified,
        }
        if request.form or request.body:
            headers["Content-Type"] = (
                "application/json" if request.body else "application/x-www-form-urlencoded"
            )
        headers |= dict(request.headers)
        # One that would not go back byte for byte is left out: the whole document is asked for instead.
        return headers | {
            name: value
            for name, value in validators.items()
            if value and value.isascii() and value.isprintable()
        }

    async def _ask(
        self, url: str, headers: Mapping[str, str], pause: timedelta, allowed: SizeLimit, form: bytes = b""
    ) -> HttpResponse:
        """One request in its turn at the host, whose wish to rest is heeded for everybody."""
        whom = _checked(url)
        async with self._hosts.slot(whom, pause):
            answer = await self._exchange(whom, url, headers, allowed, form)
            rest = retry_after(answer)
            if rest or answer.status == 429:
                self._hosts.back_off(whom, rest)
        return answer

    async def _exchange(
        self, whom: Origin, url: str, headers: Mapping[str, str], allowed: SizeLimit, form: bytes
    ) -> HttpResponse:
        way = self._unguarded if whom.host in self._allowed_hosts else self._guarded
        connect = (
            self._limits.connect_seconds
        )  # what httpx calls the pool is all that aiohttp gives a connection
        timeout = {"connect": connect, "pool": connect, "read": self._limits.read_seconds}
        asked = httpx.Request(
            "POST" if form else "GET",
            url,
            headers=headers,
            content=form or None,
            extensions={"timeout": timeout},
        )
        try:
            async with asyncio.timeout(self._limits.total_seconds):
                async with aclosing(await way.handle_async_request(asked)) as response:
                    return await self._receive(url, response, allowed)
        except TimeoutError as error:
            raise timeout_error(whom.authority, self._limits.total_seconds) from error
        except (httpx.TransportError, aiohttp.ClientError) as error:
            raise _explain(error, whom, url) from error

    async def _receive(self, url: str, response: httpx.Response, allowed: SizeLimit) -> HttpResponse:
        said = {name.lower(): value for name, value in response.headers.items()}
        # RFC 9110, 6.6.1: an answer without a Date is dated by whoever receives it.
        said.setdefault("date", format_datetime(self._clock(), usegmt=True))
        payload = b""
        if response.is_success:
            payload = await read_payload(_chunks(response), said, allowed)
        lasting = {name: value for name, value in said.items() if name not in PASSING}
        return HttpResponse(url=url, status=response.status_code, headers=lasting, payload=payload)


class _GuardedResolver(aiohttp.ThreadedResolver):
    """Refuses a name of which any address lies inside our network.

    The socket factory below would refuse them too, but aiohttp races the addresses of a name and loses what
    is raised in the race (aiohappyeyeballs 2.7.1). What is dialled is what was resolved here, so nothing can
    be rebound in between. Literal addresses never come here; the socket factory judges those.
    """

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await super().resolve(host, port, family)
        for address in found:
            guard.check(address["host"], host)
        return found


def _guarded_socket(info: AddrInfo) -> socket.socket:
    """The last word on an address that is about to be dialled."""
    family, kind, protocol, _, address = info
    guard.check(address[0], address[0])
    return socket.socket(family, kind, protocol)


def _transport(context: ssl.SSLContext, *, guarded: bool) -> AiohttpTransport:
    """A transport with a session of its own: no cookies, no proxy and no .netrc from outside.

    The session that httpx-aiohttp makes for itself obeys HTTP_PROXY and so goes round the guard. No httpx
    client stands in front: it has a cookie jar too, and prepares the next hop of a redirect even when it is
    not to follow it, which raises UnicodeError for a Location like http://xn--a.example/ (httpx 0.28.1).
    """

    def session() -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            ssl=context,
            limit=0,
            resolver=_GuardedResolver() if guarded else aiohttp.ThreadedResolver(),
            socket_factory=_guarded_socket if guarded else None,
        )
        return aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
        )

    return AiohttpTransport(verify=context, client=session)


async def _chunks(response: httpx.Response) -> AsyncIterator[bytes]:
    """The bytes as they came, still packed."""
    try:
        async for chunk in response.aiter_raw():
            yield chunk
    except httpx.ReadError as error:
        if announced := response.headers.get("content-length"):
            raise truncated_error(f"fewer bytes came than the {announced} announced") from error
        raise


def _explain(error: Exception, whom: Origin, url: str) -> FetchError:
    """Whether the host was reached is told by aiohttp's own exception, which httpx-aiohttp chains."""
    told = error.__cause__ if isinstance(error, httpx.TransportError) else error
    if isinstance(told, aiohttp.InvalidURL | aiohttp.NonHttpUrlClientError):
        return bad_address_error(url, "it cannot be asked")
    unconnected = isinstance(told, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
    reached = isinstance(told, aiohttp.ClientSSLError) or not unconnected
    return network_error(error, whom.authority, reached=reached)


def _checked(url: str) -> Origin:
    """Whom `url` asks, as the library reads it: what decides about the guard must be what is dialled.

    Names come from redirects too and may be anything, `xn--a.example` for one.
    """
    whom = origin_of(url)
    try:
        return replace(whom, host=httpx.URL(url).host)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise bad_address_error(url, str(error)) from error
