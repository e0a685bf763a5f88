"""Hosts are spared: one request at a time, a pause between two, and rest when they ask for it."""

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
from tests.fetch.requests import HERE, Naps, ask_each
from tests.support.server import ScriptedResponse, ScriptedServer

FIVE = timedelta(seconds=5)
ZERO = timedelta(0)
WHOM = origin_of("http://www.example.org/feed")


def test_a_host_is_asked_one_thing_at_a_time(server: ScriptedServer) -> None:
    server.script["/feed"] = ScriptedResponse(payload=b"<feed/>", wait=0.02)
    ask_each(*[server.url("/feed")] * 10, at_once=True)
    assert len(server.requests) == 11
    assert server.max_concurrent == 1


def test_two_hosts_are_asked_at_the_same_time(server: ScriptedServer) -> None:
    server.script["/feed"] = ScriptedResponse(payload=b"<feed/>", wait=0.3)
    both = [server.url("/feed"), server.url("/feed", host="localhost")]
    ask_each(*both, at_once=True, allowed_hosts=HERE | {"localhost"})
    assert server.max_concurrent == 2


def test_the_pause_counts_from_the_end_of_the_last_request_and_robots_txt_is_one(server: ScriptedServer) -> None:
    server.script["/feed"] = ScriptedResponse(payload=b"<feed/>")
    naps = Naps()
    ask_each(
        Request(url=server.url("/feed"), pause=timedelta(seconds=2)),
        Request(url=server.url("/feed"), pause=timedelta(seconds=7)),
        Request(url=server.url("/feed"), pause=ZERO),
        hosts=naps.hosts(),
    )
    assert server.paths() == ["/robots.txt", "/feed", "/feed", "/feed"]
    assert naps.taken == [2.0, 7.0]


def test_the_pause_is_kept_by_the_real_clock_too(server: ScriptedServer) -> None:
    server.script["/feed"] = ScriptedResponse(payload=b"<feed/>")
    ask_each(Request(url=server.url("/feed"), pause=timedelta(seconds=0.3)), hosts=RateLimiter())
    robots, feed = server.requests
    assert feed.at - robots.at >= 0.29


def test_an_answer_with_an_error_reached_the_host_and_a_refused_port_did_not(server: ScriptedServer) -> None:
    naps = Naps()
    with ScriptedServer() as gone:
        closed = gone.url("/feed")
    ask_each(closed, server.url("/missing"), server.url("/missing"), hosts=naps.hosts())
    assert naps.taken == [5.0, 5.0]


def test_a_host_out_of_reach_fails_at_once_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    look_ups: list[str] = []

    def look_up(host: str, *_: Any, **__: Any) -> Any:
        look_ups.append(host)
        time.sleep(0.5)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    urls = [f"http://swallows.example/{number}" for number in range(5)]
    results = ask_each(*urls, at_once=True, limits=HttpLimits(connect_seconds=0.1))
    assert len(look_ups) == 1
    for url, result in zip(urls, results, strict=True):
        assert isinstance(result, Failed)
        assert (result.url, result.cause) == (url, Cause.TIMEOUT)
        assert result.detail.startswith("no connection to swallows.example in time")


async def _attempt(
    hosts: RateLimiter, url: str = "http://www.example.org/", *, fail: FetchError | None = None
) -> str:
    """`asked`, or the cause for which it was not."""
    try:
        async with hosts.slot(origin_of(url), ZERO):
            if fail:
                raise fail
            return "asked"
    except FetchError as why:
        return "asked" if why is fail else str(why.cause)


def test_after_a_minute_it_is_tried_again() -> None:
    naps = Naps()
    hosts = naps.hosts()
    unreached = FetchError(Cause.REFUSED, "nobody there", "wait", reached=False)

    async def run() -> list[str]:
        said = [await _attempt(hosts, fail=unreached)]
        for naps.now in (0.0, 59.9, 60.0):
            said.append(await _attempt(hosts))
        return said

    assert asyncio.run(run()) == ["asked", "connection refused", "connection refused", "asked"]


def test_another_port_of_the_host_may_be_open() -> None:
    hosts = Naps().hosts()
    unreached = FetchError(Cause.REFUSED, "nobody there", "wait", reached=False)

    async def run() -> list[str]:
        return [
            await _attempt(hosts, "http://www.example.org/", fail=unreached),
            await _attempt(hosts, "https://www.example.org/"),
            await _attempt(hosts, "https://www.example.org:443/"),
            await _attempt(hosts, "http://www.example.org:80/"),
        ]

    assert asyncio.run(run()) == ["asked", "asked", "asked", "connection refused"]


def test_a_failure_on_the_way_back_is_not_out_of_reach() -> None:
    hosts = Naps().hosts()
    broken = FetchError(Cause.BROKEN_OFF, "broke off", "wait")

    async def run() -> list[str]:
        return [await _attempt(hosts, fail=broken), await _attempt(hosts)]

    assert asyncio.run(run()) == ["asked", "asked"]


def test_the_rest_a_host_asks_for_holds_every_port_and_ends() -> None:
    naps = Naps()
    hosts = naps.hosts()
    hosts.back_off(origin_of("http://www.example.org:8080/feed"), timedelta(seconds=90))

    async def enter() -> None:
        async with hosts.slot(origin_of("https://www.example.org/"), ZERO):
            pass

    for now, rest in ((0.0, 90), (89.5, 1)):
        naps.now = now
        with pytest.raises(FetchError) as refused:
            asyncio.run(enter())
        assert refused.value.cause is Cause.THROTTLED
        assert refused.value.retry_after == timedelta(seconds=rest)
    naps.now = 90.0
    asyncio.run(enter())


def test_a_request_that_is_given_up_still_counts_for_the_pause() -> None:
    """It may have reached the host."""
    naps = Naps()
    hosts = naps.hosts()

    async def run() -> None:
        with pytest.raises(asyncio.CancelledError):
            async with hosts.slot(WHOM, FIVE):
                raise asyncio.CancelledError
        async with hosts.slot(WHOM, FIVE):
            pass

    asyncio.run(run())
    assert naps.taken == [5.0]
