"""Redirects are followed one by one, up to a limit."""

from __future__ import annotations

import pytest

from aggregator.errors import Cause
from aggregator.model import NotModified, Request, Validators
from tests.fetch.requests import HERE, failure, fetch_result, fetched
from tests.support.server import ScriptedResponse, ScriptedServer, conditional


def to(location: str, status: int = 302) -> ScriptedResponse:
    return ScriptedResponse(status=status, headers={"Location": location}, payload=b"<html>moved</html>")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(server: ScriptedServer, status: int) -> None:
    server.script["/old/feed"] = to("../new/feed#latest", status)
    server.script["/new/feed"] = ScriptedResponse(payload=b"<feed/>")
    result = fetched(server.url("/old/feed"))
    assert result.payload == b"<feed/>"
    assert result.url == server.url("/old/feed")
    assert result.final_url == server.url("/new/feed")


def test_a_location_with_another_status_is_ignored(server: ScriptedServer) -> None:
    server.script["/feed"] = ScriptedResponse(headers={"Location": "/new"}, payload=b"<feed/>")
    assert fetched(server.url("/feed")).final_url == server.url("/feed")


@pytest.mark.parametrize(
    ("first", "second", "moved"),
    [(301, 308, True), (308, 301, True), (301, 302, False), (302, 301, False), (307, 303, False)],
)
def test_a_source_has_moved_when_every_hop_is_permanent(
    server: ScriptedServer, first: int, second: int, moved: bool
) -> None:
    server.script |= {
        "/a": to("/b", first),
        "/b": to("/c", second),
        "/c": ScriptedResponse(payload=b"<feed/>"),
    }
    result = fetched(server.url("/a"))
    assert result.final_url == server.url("/c")
    assert result.moved_to == (server.url("/c") if moved else None)


def test_five_hops_are_followed_and_a_sixth_is_not(server: ScriptedServer) -> None:
    server.script |= {f"/{hop}": to(f"/{hop + 1}") for hop in range(6)}
    server.script["/6"] = ScriptedResponse(payload=b"<feed/>")
    assert fetched(server.url("/1")).final_url == server.url("/6")
    failed = failure(server.url("/0"))
    assert failed.cause is Cause.REDIRECTS
    assert failed.detail == f"{server.url('/0')} is redirected more than 5 times"
    assert failed.url == server.url("/0")


def test_a_redirect_loop_fails_at_once(server: ScriptedServer) -> None:
    server.script |= {"/a": to("/b"), "/b": to("/a")}
    failed = failure(server.url("/a"))
    assert failed.cause is Cause.REDIRECTS
    assert failed.detail == f"{server.url('/a')} is redirected in a circle, back to {server.url('/a')}"
    assert server.paths() == ["/robots.txt", "/a", "/b"]


def test_validators_reach_the_address_that_gave_them(server: ScriptedServer) -> None:
    server.script |= {"/old": to("/new", 301), "/new": conditional(b"<feed/>", etag='"1"')}
    result = fetch_result(Request(url=server.url("/old"), validators=Validators(etag='"1"')))
    assert isinstance(result, NotModified)
    assert result.url == server.url("/old")


@pytest.mark.parametrize(
    "inside",
    [
        "http://127.0.0.2/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://localhost/",
        "http://0x7f.1/",
    ],
)
def test_a_redirect_into_our_own_network_is_refused(server: ScriptedServer, inside: str) -> None:
    """The host that redirects is allowed here; the target is not."""
    server.script["/feed"] = to(inside, 301)
    failed = failure(server.url("/feed"))
    assert failed.cause is Cause.GUARDED
    assert failed.url == server.url("/feed")


@pytest.mark.parametrize(
    "invalid", ["ftp://example.org/", "http://[::1/", "http://xn--a.example/", "mailto:a"]
)
def test_a_redirect_to_what_is_no_web_address_is_a_failure(server: ScriptedServer, invalid: str) -> None:
    server.script["/feed"] = to(invalid)
    failed = failure(server.url("/feed"))
    assert failed.cause is Cause.BAD_ADDRESS
    assert failed.detail.startswith(invalid)


def test_each_hop_obeys_the_robots_txt_of_its_own_host(server: ScriptedServer) -> None:
    """Both names are this machine. The second hop fetches robots.txt under its own name."""
    server.script["/robots.txt"] = lambda request: ScriptedResponse(
        payload=b"User-agent: *\nDisallow: /shut\n"
        if request.headers["host"].startswith("localhost")
        else b""
    )
    server.script["/feed"] = to(server.url("/shut", host="localhost"))
    server.script["/shut"] = ScriptedResponse(payload=b"<feed/>")
    failed = failure(server.url("/feed"), allowed_hosts=HERE | {"localhost"})
    assert failed.cause is Cause.ROBOTS
    assert server.paths() == ["/robots.txt", "/feed", "/robots.txt"]
    assert server.requests[-1].headers["host"] == f"localhost:{server.port}"
