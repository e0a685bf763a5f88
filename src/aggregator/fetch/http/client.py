"""The HTTP client: conditional GETs and forms, with a guard and size limits. Only here is the HTTP library
used."""

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
from aggregator.fetch.http.tolerant_http import MAX_HEAD, TolerantConnector
from aggregator.model import FetchResult, Request

AddrInfo = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int]]


# The most header fields of a response.
MAX_FIELDS: Final = 1_000

# Headers that describe the bytes on the wire, which we unpack, and cookies.
DROPPED_HEADERS: Final = {"content-encoding", "content-length", "transfer-encoding", "set-cookie"}


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpLimits:
    """How long a response may take and how large it may be."""

    # From the DNS look-up to the end of the TLS handshake.
    connect_seconds: float = 10.0
    # Between two chunks of the response.
    read_seconds: float = 20.0
    # For one request and its whole response; each redirect has this time again.
    total_seconds: float = 60.0
    # Before and after decompression.
    max_bytes: int = 10 * 1024 * 1024


class HttpFetcher:
    """Fetches http and https addresses. Use it as an async context manager, in one event loop.

    Hosts in `allowed_hosts` (names or literal addresses, lower case, no port) may be inside our own network.
    """

    # Allowed hosts have a transport of their own, without the guard. So every request and every redirect is
    # decided by its own host, and the guarded transport checks every address that it dials.

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
        """`user_agent` is `name/version (+page; contact)` in ASCII. robots.txt rules for its name are
        obeyed."""
        self._user_agent = user_agent
        self._clock = clock
        self._allowed_hosts = allowed_hosts
        self._limits = limits or HttpLimits()
        self._rate_limiter = rate_limiter or RateLimiter()
        product = user_agent.partition("/")[0]
        self._robots = RobotsChecker(
            fetch_robots=self._fetch_robots, cache=robots_cache, product=product, clock=clock
        )
        # The same certificates for both: certifi's, or those of SSL_CERT_FILE or SSL_CERT_DIR.
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
        """The result after redirects. The guard and the robots.txt of its own host are applied to each
        hop."""
        headers = self._headers(request)
        size_limit = SizeLimit(max_bytes=self._limits.max_bytes)
        form = request.body or urlencode(request.form).encode()

        async def fetch_once(url: str) -> HttpResponse:
            # robots.txt is for crawlers. Forms go to services that the operator configured.
            pause = request.pause if form else await self._robots.admit(url, request.pause)
            return await self._fetch_once(url, headers, pause, size_limit, form)

        return await complete_request(request, fetch_once)

    async def _fetch_robots(self, url: str, pause: timedelta) -> HttpResponse:
        headers = {
            "User-Agent": self._user_agent,
            "Accept": "text/plain, */*;q=0.5",
            "Accept-Encoding": "gzip",
        }
        size_limit = SizeLimit(max_bytes=MAX_BYTES, truncate=True)
        response, _ = await follow_redirects(
            url, lambda hop: self._fetch_once(hop, headers, pause, size_limit)
        )
        return response

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
        # A validator that cannot be sent back byte for byte is left out: the whole document is fetched
        # instead.
        return headers | {
            name: value
            for name, value in validators.items()
            if value and value.isascii() and value.isprintable()
        }

    async def _fetch_once(
        self, url: str, headers: Mapping[str, str], pause: timedelta, size_limit: SizeLimit, form: bytes = b""
    ) -> HttpResponse:
        """One request, in the host's slot. A Retry-After or 429 holds back all later requests to the host."""
        origin = _origin_to_dial(url)
        async with self._rate_limiter.slot(origin, pause):
            response = await self._exchange(origin, url, headers, size_limit, form)
            wait = retry_after(response)
            if wait or response.status == 429:
                self._rate_limiter.back_off(origin, wait)
        return response

    async def _exchange(
        self, origin: Origin, url: str, headers: Mapping[str, str], size_limit: SizeLimit, form: bytes
    ) -> HttpResponse:
        transport = self._unguarded if origin.host in self._allowed_hosts else self._guarded
        connect = self._limits.connect_seconds
        # httpx's "pool" timeout is aiohttp's limit for getting a connection at all.
        timeout = {"connect": connect, "pool": connect, "read": self._limits.read_seconds}
        message = httpx.Request(
            "POST" if form else "GET",
            url,
            headers=headers,
            content=form or None,
            extensions={"timeout": timeout},
        )
        try:
            async with asyncio.timeout(self._limits.total_seconds):
                async with aclosing(await transport.handle_async_request(message)) as response:
                    return await self._receive(url, response, size_limit)
        except TimeoutError as error:
            raise timeout_error(origin.authority, self._limits.total_seconds) from error
        except (httpx.TransportError, aiohttp.ClientError) as error:
            raise _to_fetch_error(error, origin, url) from error

    async def _receive(self, url: str, response: httpx.Response, size_limit: SizeLimit) -> HttpResponse:
        headers = {name.lower(): value for name, value in response.headers.items()}
        # RFC 9110, 6.6.1: the recipient dates a response without a Date.
        headers.setdefault("date", format_datetime(self._clock(), usegmt=True))
        payload = b""
        if response.is_success:
            payload = await read_payload(_chunks(response), headers, size_limit)
        stored = {name: value for name, value in headers.items() if name not in DROPPED_HEADERS}
        return HttpResponse(url=url, status=response.status_code, headers=stored, payload=payload)


class _GuardedResolver(aiohttp.ThreadedResolver):
    """Refuses a name if any of its addresses is inside our network.

    The socket factory below would refuse them, too, but aiohttp dials the addresses of a name in a race and
    loses the error (aiohappyeyeballs 2.7.1). The address that is dialled is the one resolved here, so DNS
    rebinding cannot get in between. Literal addresses are not resolved: the socket factory checks those.
    """

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await super().resolve(host, port, family)
        for address in found:
            guard.check(address["host"], host)
        return found


def _guarded_socket(info: AddrInfo) -> socket.socket:
    """A socket for an address, after the guard's last check."""
    family, kind, protocol, _, address = info
    guard.check(address[0], address[0])
    return socket.socket(family, kind, protocol)


def _transport(context: ssl.SSLContext, *, guarded: bool) -> AiohttpTransport:
    """A transport with a session of its own, without cookies, proxies and .netrc.

    httpx-aiohttp's own session would obey HTTP_PROXY and so bypass the guard. We use no httpx client either:
    it has a cookie jar, and it prepares the next hop of a redirect even if it must not follow it, which
    raises UnicodeError for a Location like http://xn--a.example/ (httpx 0.28.1).
    """

    def session() -> aiohttp.ClientSession:
        connector = TolerantConnector(
            ssl=context,
            limit=0,
            resolver=_GuardedResolver() if guarded else aiohttp.ThreadedResolver(),
            socket_factory=_guarded_socket if guarded else None,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            # aiohttp's own limits are 8,190 bytes a line and 128 fields, less than some sites send.
            max_line_size=MAX_HEAD,
            max_field_size=MAX_HEAD,
            max_headers=MAX_FIELDS,
        )

    return AiohttpTransport(verify=context, client=session)


async def _chunks(response: httpx.Response) -> AsyncIterator[bytes]:
    """The bytes as sent, not yet decompressed."""
    try:
        async for chunk in response.aiter_raw():
            yield chunk
    except httpx.ReadError as error:
        if announced := response.headers.get("content-length"):
            raise truncated_error(f"fewer bytes came than the {announced} announced") from error
        raise


def _to_fetch_error(error: Exception, origin: Origin, url: str) -> FetchError:
    """The FetchError for an exception of httpx or aiohttp."""
    # Only aiohttp's exception, which httpx-aiohttp chains, shows whether the host was reached.
    cause = error.__cause__ if isinstance(error, httpx.TransportError) else error
    if isinstance(cause, aiohttp.InvalidURL | aiohttp.NonHttpUrlClientError):
        return bad_address_error(url, "it cannot be asked")
    unconnected = isinstance(cause, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
    reached = isinstance(cause, aiohttp.ClientSSLError) or not unconnected
    malformed = isinstance(cause, aiohttp.ClientResponseError)
    return network_error(error, origin.authority, reached=reached, malformed=malformed)


def _origin_to_dial(url: str) -> Origin:
    """The origin of `url` with the host as httpx reads it.

    The host that is compared with `allowed_hosts` must be the one that is dialled. It may come from a
    redirect and be anything, such as `xn--a.example`.
    """
    origin = origin_of(url)
    try:
        return replace(origin, host=httpx.URL(url).host)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise bad_address_error(url, str(error)) from error
