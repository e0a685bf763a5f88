"""robots.txt is fetched once a day for each origin, and obeyed (RFC 9309)."""

from __future__ import annotations

import gzip
from datetime import datetime, timedelta

import pytest

from aggregator.errors import Cause
from aggregator.model import Failed, Fetched, Request, RobotsTxt
from tests.fetch.requests import FakeClock, MemoryRobotsCache, failure, fetch_all, fetched
from tests.support.builders import NOON
from tests.support.server import Reply, ScriptedResponse, ScriptedServer

FEED = ScriptedResponse(payload=b"<feed/>")
FORBID_ALL = "User-agent: *\nDisallow: /\n"


def text_response(rules: str) -> ScriptedResponse:
    return ScriptedResponse(headers={"Content-Type": "text/plain"}, payload=rules.encode())


@pytest.fixture
def site(server: ScriptedServer) -> ScriptedServer:
    server.script |= {"/feed": FEED, "/other": FEED}
    return server


def test_it_is_fetched_once_for_many_concurrent_requests(site: ScriptedServer) -> None:
    site.script["/robots.txt"] = text_response("User-agent: *\nAllow: /\n")
    results = fetch_all(*[site.url("/feed")] * 5, concurrently=True)
    assert all(isinstance(result, Fetched) for result in results)
    assert site.paths() == ["/robots.txt"] + ["/feed"] * 5


def test_a_forbidden_address_is_not_fetched(site: ScriptedServer) -> None:
    site.script["/robots.txt"] = text_response("User-agent: *\nDisallow: /feed\n")
    first, second = fetch_all(site.url("/feed"), site.url("/other"))
    assert isinstance(first, Failed)
    assert first.cause is Cause.ROBOTS
    assert first.detail == f"the robots.txt of its host forbids {site.url('/feed')} to updates-test"
    assert isinstance(second, Fetched)
    assert site.paths() == ["/robots.txt", "/other"]


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        ("User-agent: *\nDisallow: /\n\nUser-agent: updates-test\nAllow: /\n", True),
        ("User-agent: *\nAllow: /\n\nUser-agent: Updates-Test\nDisallow: /\n", False),
        ("User-agent: other\nDisallow: /\n", True),
        ("User-agent: *\nDisallow: /fe\nAllow: /feed\n", True),
        ("User-agent: *\nDisallow: /*ed$\n", False),
        ("\ufeffUser-agent: *\nDisallow: /\n", False),
        ("<html>not found, but with a 200</html>", True),
        ("", True),
    ],
)
def test_the_rules_for_our_product_are_obeyed(site: ScriptedServer, rules: str, allowed: bool) -> None:
    site.script["/robots.txt"] = text_response(rules)
    (result,) = fetch_all(site.url("/feed"))
    assert isinstance(result, Fetched) is allowed


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_without_a_robots_txt_everything_is_allowed(site: ScriptedServer, status: int) -> None:
    """Whatever the error page contains."""
    site.script["/robots.txt"] = ScriptedResponse(status=status, payload=FORBID_ALL.encode())
    robots_cache = MemoryRobotsCache()
    assert fetched(site.url("/feed"), robots_cache=robots_cache).payload == b"<feed/>"
    assert robots_cache.copies == {site.url(""): RobotsTxt(fetched_at=NOON, status=status, text="")}


@pytest.mark.parametrize("status", [500, 503])
def test_a_server_error_forbids_everything(site: ScriptedServer, status: int) -> None:
    site.script["/robots.txt"] = ScriptedResponse(status=status)
    robots_cache = MemoryRobotsCache()
    results = fetch_all(site.url("/feed"), site.url("/other"), robots_cache=robots_cache)
    for result in results:
        assert isinstance(result, Failed)
        assert result.cause is Cause.ROBOTS
        assert result.detail == (
            f"{site.url('/robots.txt')} answered {status}, so nothing may be asked there (RFC 9309)"
        )
    assert site.paths() == ["/robots.txt"]
    assert robots_cache.copies == {}


def test_after_an_hour_a_server_with_an_error_is_tried_again(site: ScriptedServer) -> None:
    instants = iter([NOON] * 4 + [NOON + timedelta(hours=1)] * 20)
    site.script["/robots.txt"] = ScriptedResponse(status=500)
    fetch_all(*[site.url("/feed")] * 3, clock=lambda: next(instants))
    assert site.paths() == ["/robots.txt", "/robots.txt"]


def test_a_429_is_the_failure_of_the_request(site: ScriptedServer) -> None:
    site.script["/robots.txt"] = ScriptedResponse(status=429, headers={"Retry-After": "120"})
    failed = failure(site.url("/feed"))
    assert (failed.cause, failed.retry_after) == (Cause.THROTTLED, timedelta(seconds=120))
    assert failed.detail == f"{site.url('/robots.txt')} answered 429: the host asks to slow down"
    assert site.paths() == ["/robots.txt"]


def test_an_unreachable_host_is_the_failure_of_the_request() -> None:
    with ScriptedServer() as gone:
        closed = gone.url("/feed")
    assert failure(closed).cause is Cause.REFUSED


def test_a_broken_off_robots_txt_is_the_failure_of_the_request(site: ScriptedServer) -> None:
    site.script["/robots.txt"] = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nUser-agent"
    assert failure(site.url("/feed")).cause is Cause.TRUNCATED


def cached_copy(hours: float, rules: str = FORBID_ALL) -> RobotsTxt:
    return RobotsTxt(fetched_at=NOON - timedelta(hours=hours), status=200, text=rules)


@pytest.mark.parametrize(("hours", "used"), [(0, True), (23.9, True), (24, False), (-1, False)])
def test_a_copy_is_used_for_a_day(site: ScriptedServer, hours: float, used: bool) -> None:
    """A copy from the future comes from a wrong clock, and is replaced."""
    robots_cache = MemoryRobotsCache()
    robots_cache.put(site.url(""), cached_copy(hours))
    site.script["/robots.txt"] = text_response("User-agent: *\nAllow: /\n")
    (result,) = fetch_all(site.url("/feed"), robots_cache=robots_cache)
    assert isinstance(result, Failed if used else Fetched)
    assert ("/robots.txt" in site.paths()) is not used
    assert robots_cache.copies[site.url("")].fetched_at == (NOON - timedelta(hours=hours) if used else NOON)


@pytest.mark.parametrize("fault", [ScriptedResponse(status=500), ScriptedResponse(status=429), b""])
def test_an_older_copy_counts_while_no_newer_one_can_be_fetched(site: ScriptedServer, fault: Reply) -> None:
    robots_cache = MemoryRobotsCache()
    robots_cache.put(site.url(""), cached_copy(30))
    site.script["/robots.txt"] = fault
    (result,) = fetch_all(site.url("/feed"), robots_cache=robots_cache)
    assert isinstance(result, Failed)
    assert result.cause is Cause.ROBOTS
    assert result.detail.startswith("the robots.txt of its host forbids")
    assert set(site.paths()) == {"/robots.txt"}
    assert robots_cache.copies[site.url("")] == cached_copy(30)


def test_an_older_copy_counts_for_an_hour_before_the_next_try(site: ScriptedServer) -> None:
    robots_cache = MemoryRobotsCache()
    robots_cache.put(site.url(""), cached_copy(30, rules=""))
    site.script["/robots.txt"] = ScriptedResponse(status=500)
    fetch_all(site.url("/feed"), site.url("/feed"), robots_cache=robots_cache)
    assert site.paths() == ["/robots.txt", "/feed", "/feed"]


def test_a_long_run_fetches_it_again_after_a_day(site: ScriptedServer) -> None:
    now = [NOON]
    site.script["/robots.txt"] = text_response("User-agent: *\nAllow: /\n")

    def clock() -> datetime:
        return now[0]

    site.script["/other"] = lambda _: (now.__setitem__(0, NOON + timedelta(hours=24)), FEED)[1]
    fetch_all(site.url("/feed"), site.url("/other"), site.url("/feed"), clock=clock)
    assert site.paths() == ["/robots.txt", "/feed", "/other", "/robots.txt", "/feed"]


def test_its_redirects_are_followed_and_apply_to_the_first_host(site: ScriptedServer) -> None:
    site.script["/robots.txt"] = ScriptedResponse(status=301, headers={"Location": "/there"})
    site.script["/there"] = text_response(FORBID_ALL)
    assert failure(site.url("/feed")).cause is Cause.ROBOTS
    assert site.paths() == ["/robots.txt", "/there"]


@pytest.mark.parametrize("location", ["/robots.txt", "mailto:a@example.org"])
def test_redirects_to_nowhere_count_as_no_robots_txt(site: ScriptedServer, location: str) -> None:
    site.script["/robots.txt"] = ScriptedResponse(status=301, headers={"Location": location})
    robots_cache = MemoryRobotsCache()
    assert fetched(site.url("/feed"), robots_cache=robots_cache).payload == b"<feed/>"
    assert robots_cache.copies == {site.url(""): RobotsTxt(fetched_at=NOON, status=404, text="")}


def test_only_the_first_500_kib_are_read(site: ScriptedServer) -> None:
    agent, last = "User-agent: *\n", "\nDisallow: /feed\n"
    filler = "#" * (500 * 1024 - len(agent) - len(last))
    site.script["/robots.txt"] = text_response(agent + filler + last + "Disallow: /other\n")
    first, second = fetch_all(site.url("/feed"), site.url("/other"))
    assert isinstance(first, Failed)
    assert isinstance(second, Fetched)


def test_a_compressed_robots_txt_is_read_up_to_the_same_limit(site: ScriptedServer) -> None:
    rule = "User-agent: *\nDisallow: /feed\n"
    packed = gzip.compress((rule + "#" * 5_000_000).encode())
    site.script["/robots.txt"] = ScriptedResponse(headers={"Content-Encoding": "gzip"}, payload=packed)
    assert failure(site.url("/feed")).cause is Cause.ROBOTS


@pytest.mark.parametrize(("delay", "pause"), [("2", 5.0), ("7", 7.0), ("3600", 60.0), ("often", 5.0)])
def test_a_crawl_delay_lengthens_the_pause(site: ScriptedServer, delay: str, pause: float) -> None:
    site.script["/robots.txt"] = text_response(f"User-agent: *\nCrawl-delay: {delay}\n")
    clock = FakeClock()
    request = Request(url=site.url("/feed"), pause=timedelta(seconds=5))
    fetch_all(request, request, rate_limiter=clock.rate_limiter())
    assert clock.slept == [pause, pause]
