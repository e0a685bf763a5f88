"""A host gets one request at a time, a pause between two, and none while it asks us to wait."""

from __future__ import annotations

import asyncio
import socket
import time
from datetime import timedelta
from typing import Any

import pytest

from aggregator.errors import Cause
from aggregator.fetch.errors import FetchError
from aggregator.fetch.http.client import HttpLimits
from aggregator.fetch.http.origins import origin_of
from aggregator.fetch.http.rate_limit import RateLimiter
from aggregator.model import Failed, Request
from tests.fetch.requests import HERE, FakeClock, fetch_all
from tests.support.server import ScriptedResponse, ScriptedServer

FIVE = timedelta(seconds=5)
ZERO = timedelta(0)
ORIGIN = origin_of("http://www.example.org/feed")


def test_a_host_gets_one_request_at_a_time(server: ScriptedServer) -> None:
    server.script["/feed"] = ScriptedResponse(payload=b"<feed/>", wait=0.02)
    fetch_all(*[server.url("/feed")] * 10, concurrently=True)
    assert len(server.requests) == 11
    assert server.max_concurrent == 1


def test_two_hosts_get_requests_at_the_same_time(server: ScriptedServer) -> None:
    server.script["/feed"] = ScriptedResponse(payload=b"<feed/>", wait=0.3)
    both = [server.url("/feed"), server.url("/feed", host="localhost")]
    fetch_all(*both, concurrently=True, allowed_hosts=HERE | {"localhost"})
    assert server.max_concurrent == 2


def test_the_pause_counts_from_the_end_of_the_last_request_also_for_robots_txt(
    server: ScriptedServer,
) -> None:
    server.script["/feed"] = ScriptedResponse(payload=b"<feed/>")
    clock = FakeClock()
    fetch_all(
        Request(url=server.url("/feed"), pause=timedelta(seconds=2)),
        Request(url=server.url("/feed"), pause=timedelta(seconds=7)),
        Request(url=server.url("/feed"), pause=ZERO),
        rate_limiter=clock.rate_limiter(),
    )
    assert server.paths() == ["/robots.txt", "/feed", "/feed", "/feed"]
    assert clock.slept == [2.0, 7.0]


def test_the_pause_is_kept_by_the_real_clock_too(server: ScriptedServer) -> None:
    server.script["/feed"] = ScriptedResponse(payload=b"<feed/>")
    fetch_all(Request(url=server.url("/feed"), pause=timedelta(seconds=0.3)), rate_limiter=RateLimiter())
    robots, feed = server.requests
    assert feed.at - robots.at >= 0.29


def test_an_error_response_counts_for_the_pause_and_a_refused_port_does_not(server: ScriptedServer) -> None:
    clock = FakeClock()
    with ScriptedServer() as gone:
        closed = gone.url("/feed")
    fetch_all(closed, server.url("/missing"), server.url("/missing"), rate_limiter=clock.rate_limiter())
    assert clock.slept == [5.0, 5.0]


def test_an_unreachable_host_fails_at_once_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    look_ups: list[str] = []

    def look_up(host: str, *_: Any, **__: Any) -> Any:
        look_ups.append(host)
        time.sleep(0.5)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    urls = [f"http://swallows.example/{number}" for number in range(5)]
    results = fetch_all(*urls, concurrently=True, limits=HttpLimits(connect_seconds=0.1))
    assert len(look_ups) == 1
    for url, result in zip(urls, results, strict=True):
        assert isinstance(result, Failed)
        assert (result.url, result.cause) == (url, Cause.TIMEOUT)
        assert result.detail.startswith("no connection to swallows.example in time")


async def _attempt(
    rate_limiter: RateLimiter, url: str = "http://www.example.org/", *, fail: FetchError | None = None
) -> str:
    """`sent`, or the cause for which the request was not sent."""
    try:
        async with rate_limiter.slot(origin_of(url), ZERO):
            if fail:
                raise fail
            return "sent"
    except FetchError as why:
        return "sent" if why is fail else str(why.cause)


def test_after_a_minute_it_is_tried_again() -> None:
    clock = FakeClock()
    rate_limiter = clock.rate_limiter()
    unreached = FetchError(Cause.REFUSED, "nobody there", "wait", reached=False)

    async def run() -> list[str]:
        results = [await _attempt(rate_limiter, fail=unreached)]
        for clock.now in (0.0, 59.9, 60.0):
            results.append(await _attempt(rate_limiter))
        return results

    assert asyncio.run(run()) == ["sent", "connection refused", "connection refused", "sent"]


def test_another_port_of_the_host_may_be_open() -> None:
    rate_limiter = FakeClock().rate_limiter()
    unreached = FetchError(Cause.REFUSED, "nobody there", "wait", reached=False)

    async def run() -> list[str]:
        return [
            await _attempt(rate_limiter, "http://www.example.org/", fail=unreached),
            await _attempt(rate_limiter, "https://www.example.org/"),
            await _attempt(rate_limiter, "https://www.example.org:443/"),
            await _attempt(rate_limiter, "http://www.example.org:80/"),
        ]

    assert asyncio.run(run()) == ["sent", "sent", "sent", "connection refused"]


def test_a_host_that_breaks_off_is_not_unreachable() -> None:
    rate_limiter = FakeClock().rate_limiter()
    broken = FetchError(Cause.BROKEN_OFF, "broke off", "wait")

    async def run() -> list[str]:
        return [await _attempt(rate_limiter, fail=broken), await _attempt(rate_limiter)]

    assert asyncio.run(run()) == ["sent", "sent"]


def test_a_back_off_applies_to_every_port_and_ends() -> None:
    clock = FakeClock()
    rate_limiter = clock.rate_limiter()
    rate_limiter.back_off(origin_of("http://www.example.org:8080/feed"), timedelta(seconds=90))

    async def enter() -> None:
        async with rate_limiter.slot(origin_of("https://www.example.org/"), ZERO):
            pass

    for now, rest in ((0.0, 90), (89.5, 1)):
        clock.now = now
        with pytest.raises(FetchError) as refused:
            asyncio.run(enter())
        assert refused.value.cause is Cause.THROTTLED
        assert refused.value.retry_after == timedelta(seconds=rest)
    clock.now = 90.0
    asyncio.run(enter())


def test_a_cancelled_request_counts_for_the_pause() -> None:
    """Because it may have reached the host."""
    clock = FakeClock()
    rate_limiter = clock.rate_limiter()

    async def run() -> None:
        with pytest.raises(asyncio.CancelledError):
            async with rate_limiter.slot(ORIGIN, FIVE):
                raise asyncio.CancelledError
        async with rate_limiter.slot(ORIGIN, FIVE):
            pass

    asyncio.run(run())
    assert clock.slept == [5.0]
