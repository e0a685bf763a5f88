"""One request over HTTP: what is sent, what is returned, and which failures have which cause."""

from __future__ import annotations

import gzip
import socket
import ssl
import time
from datetime import datetime
from pathlib import Path

import pytest

from aggregator.errors import Cause
from aggregator.fetch.http.client import HttpLimits
from aggregator.model import Failed, NotModified, Request, Validators
from tests.fetch.requests import AGENT, failure, fetch_all, fetch_result, fetched
from tests.support.server import ScriptedResponse, ScriptedServer, conditional

CERTIFICATE = Path(__file__).parents[1] / "localhost.pem"
"""Self-signed for 127.0.0.1, with its key. Made for these tests only."""

MODIFIED = "Tue, 02 Jan 2024 00:00:00 GMT"


def test_a_response_is_returned_whole_with_its_validators(server: ScriptedServer) -> None:
    server.script["/feed"] = conditional(b"<feed/>", etag='W/"a b"', last_modified=MODIFIED)
    result = fetched(server.url("/feed"))
    assert (result.payload, result.status) == (b"<feed/>", 200)
    assert result.url == result.final_url == server.url("/feed")
    assert result.moved_to is None
    assert result.validators == Validators(etag='W/"a b"', last_modified=MODIFIED)


def test_validators_go_back_byte_for_byte_and_304_is_not_modified(server: ScriptedServer) -> None:
    server.script["/feed"] = conditional(b"<feed/>", etag='W/"a,b  c"', last_modified=MODIFIED)
    known = Validators(etag='W/"a,b  c"', last_modified=MODIFIED)
    result = fetch_result(Request(url=server.url("/feed"), validators=known))
    assert isinstance(result, NotModified)
    assert result.url == server.url("/feed")
    assert result.headers["etag"] == 'W/"a,b  c"'


def test_a_304_to_a_request_without_validators_is_a_failure(server: ScriptedServer) -> None:
    server.script["/feed"] = ScriptedResponse(status=304)
    failed = failure(server.url("/feed"))
    assert (failed.cause, failed.status) == (Cause.STATUS, 304)


@pytest.mark.parametrize("etag", ['"é"', '"a\r\nX: y"', ""])
def test_a_validator_that_cannot_be_sent_byte_for_byte_is_left_out(server: ScriptedServer, etag: str) -> None:
    server.script["/feed"] = ScriptedResponse(payload=b"<feed/>")
    fetched(Request(url=server.url("/feed"), validators=Validators(etag=etag)))
    assert "if-none-match" not in server.requests[-1].headers


def test_only_what_is_needed_is_sent(server: ScriptedServer) -> None:
    server.script["/feed"] = ScriptedResponse(payload=b"<feed/>")
    fetched(Request(url=server.url("/feed"), accept="application/atom+xml"))
    assert server.requests[-1].method == "GET"
    assert dict(server.requests[-1].headers) == {
        "host": f"127.0.0.1:{server.port}",
        "user-agent": AGENT,
        "accept": "application/atom+xml",
        "accept-encoding": "gzip",
    }


def test_a_compressed_response_is_unpacked_and_loses_the_headers_about_it(server: ScriptedServer) -> None:
    packed = ScriptedResponse(headers={"Content-Encoding": "gzip"}, payload=gzip.compress(b"<feed/>"))
    server.script["/feed"] = packed
    result = fetched(server.url("/feed"))
    assert result.payload == b"<feed/>"
    assert not {"content-encoding", "content-length"} & set(result.headers)


def test_a_response_without_a_date_is_dated_by_our_clock(server: ScriptedServer) -> None:
    server.script["/feed"] = ScriptedResponse(payload=b"<feed/>")
    assert fetched(server.url("/feed")).headers["date"] == "Fri, 05 Jun 2026 12:00:00 GMT"


def test_cookies_are_neither_stored_nor_sent_back(server: ScriptedServer) -> None:
    server.script["/feed"] = ScriptedResponse(headers={"Set-Cookie": "seen=1; Path=/"}, payload=b"<feed/>")
    first, _ = fetch_all(server.url("/feed"), server.url("/feed"))
    assert server.paths() == ["/robots.txt", "/feed", "/feed"]
    assert all("cookie" not in request.headers for request in server.requests)
    assert not isinstance(first, NotModified)
    assert "set-cookie" not in getattr(first, "headers", {})


def test_a_proxy_named_in_the_environment_is_not_used(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.script["/feed"] = ScriptedResponse(payload=b"<feed/>")
    with ScriptedServer() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, proxy.url())
        monkeypatch.setenv("NO_PROXY", "")
        assert fetched(server.url("/feed")).payload == b"<feed/>"
        assert failure("http://10.0.0.1/").cause is Cause.GUARDED
    assert proxy.requests == []


def test_a_password_in_netrc_is_not_sent(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server.script["/feed"] = ScriptedResponse(payload=b"<feed/>")
    fetched(server.url("/feed"))
    assert "authorization" not in server.requests[-1].headers


def test_the_query_reaches_the_server_in_its_order(server: ScriptedServer) -> None:
    escaped = "/search.atom?keywords=open+government&organisations%5B%5D=b&organisations%5B%5D=a"
    server.script[escaped] = ScriptedResponse(payload=b"<feed/>")
    path = "/search.atom?keywords=open+government&organisations[]=b&organisations[]=a"
    result = fetched(server.url(path))
    assert server.paths() == ["/robots.txt", escaped]
    assert result.final_url == server.url(path)


@pytest.fixture
def https() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


def test_a_self_signed_certificate_is_refused(https: ssl.SSLContext) -> None:
    with ScriptedServer({"/": ScriptedResponse(payload=b"<feed/>")}, tls=https) as server:
        failed = failure(server.url("/"))
    assert failed.cause is Cause.TLS
    assert "self-signed certificate" in failed.detail
    assert "look at the certificate in a browser" in failed.hint
    assert "SSL_CERT_FILE" in failed.hint
    assert server.requests == []


def test_a_chain_without_its_middle_is_explained() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE.with_name("no_chain.pem"))
    with ScriptedServer({"/": ScriptedResponse(payload=b"<feed/>")}, tls=context) as server:
        failed = failure(server.url("/"))
    assert failed.cause is Cause.TLS
    assert "unable to get local issuer certificate" in failed.detail
    assert "tell the publisher to send the whole chain" in failed.hint
    assert "in a browser" not in failed.hint


def test_an_authority_of_the_operators_own_is_trusted(
    https: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with ScriptedServer({"/": ScriptedResponse(payload=b"<feed/>")}, tls=https) as server:
        assert fetched(server.url("/")).payload == b"<feed/>"


def test_a_slow_start_is_a_time_out(server: ScriptedServer) -> None:
    server.script["/feed"] = ScriptedResponse(wait=5, payload=b"<feed/>")
    failed = failure(server.url("/feed"), limits=HttpLimits(read_seconds=0.2))
    assert failed.cause is Cause.TIMEOUT
    assert failed.detail.startswith(f"127.0.0.1:{server.port} sent nothing for too long")


def test_a_response_that_trickles_for_ever_is_a_time_out(server: ScriptedServer) -> None:
    server.script["/feed"] = ScriptedResponse(trickle=0.05, payload=b"x" * 1000)
    failed = failure(server.url("/feed"), limits=HttpLimits(total_seconds=0.5))
    assert failed.cause is Cause.TIMEOUT
    assert failed.detail == f"127.0.0.1:{server.port} had not finished after 0.5 seconds"


def test_fewer_bytes_than_announced_are_a_truncated_response(server: ScriptedServer) -> None:
    server.script["/feed"] = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<feed>"
    failed = failure(server.url("/feed"))
    assert failed.cause is Cause.TRUNCATED
    assert failed.detail == "fewer bytes came than the 100 announced"


def test_a_truncated_gzip_stream_in_a_whole_message_is_a_truncated_response(server: ScriptedServer) -> None:
    packed = gzip.compress(b"<feed/>" * 1000)
    server.script["/feed"] = ScriptedResponse(headers={"Content-Encoding": "gzip"}, payload=packed[:-4])
    assert failure(server.url("/feed")).cause is Cause.TRUNCATED


def test_chunks_without_an_end_are_broken_off(server: ScriptedServer) -> None:
    chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n<feed>\r\n"
    server.script["/feed"] = chunks
    assert failure(server.url("/feed")).cause is Cause.BROKEN_OFF
    server.script["/feed"] = chunks + b"7\r\n</feed>\r\n0\r\n\r\n"
    assert fetched(server.url("/feed")).payload == b"<feed></feed>"


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n<feed/>\r\n0\r\n\r\n",
    ],
)
def test_what_is_not_http_is_broken_off(server: ScriptedServer, reply: bytes) -> None:
    server.script["/feed"] = reply
    assert failure(server.url("/feed")).cause is Cause.BROKEN_OFF


def test_an_uncompressed_response_may_not_be_larger_than_allowed(server: ScriptedServer) -> None:
    server.script["/most"] = ScriptedResponse(payload=b"x" * 1000)
    server.script["/more"] = ScriptedResponse(payload=b"x" * 1001)
    server.script["/unannounced"] = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1001
    limits = HttpLimits(max_bytes=1000)
    assert len(fetched(server.url("/most"), limits=limits).payload) == 1000
    announced = failure(server.url("/more"), limits=limits)
    assert (announced.cause, announced.detail) == (
        Cause.TOO_LARGE,
        "1001 bytes were announced; 1000 bytes are allowed (answer_megabytes)",
    )
    assert (
        failure(server.url("/unannounced"), limits=limits).detail
        == "more came; 1000 bytes are allowed (answer_megabytes)"
    )


def test_a_gzip_bomb_is_not_unpacked(server: ScriptedServer) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    server.script["/feed"] = ScriptedResponse(headers={"Content-Encoding": "gzip"}, payload=bomb)
    failed = failure(server.url("/feed"))
    assert (failed.cause, failed.detail) == (
        Cause.TOO_LARGE,
        "it unpacks to more; 10 megabytes are allowed (answer_megabytes)",
    )


def test_a_refused_port_is_named() -> None:
    with ScriptedServer() as gone:
        closed = gone.url("/feed")
    failed = failure(closed)
    assert failed.cause is Cause.REFUSED
    assert failed.url == closed
    assert failed.detail.startswith(f"127.0.0.1:{gone.port} refused the connection")


def test_an_unknown_name_is_named() -> None:
    failed = failure("http://something.invalid/feed")
    assert failed.cause is Cause.DNS
    assert failed.detail.startswith("the name of something.invalid was not found")


def test_a_name_server_that_does_not_answer_costs_no_more_than_a_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(1))
    failed = failure("http://somewhere.example/", limits=HttpLimits(connect_seconds=0.2))
    assert failed.cause is Cause.TIMEOUT
    assert failed.detail.startswith("no connection to somewhere.example in time")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://example.org/feed", "only http and https are asked"),
        ("http:///feed", "it names no host"),
        ("http://me:secret@example.org/", "it carries a user's name"),
        ("http://example.org:99999/", "Port out of range 0-65535"),
        ("http://xn--a.example/", "Codepoint U+0080 at position 1 of '\\x80' not allowed"),
        ("http://xn--/", "Malformed A-label, no Punycode eligible content found"),
        ("http://127.1/", "it names no host"),
        ("http://" + "a" * 64 + ".example/", "it names no host"),
    ],
)
def test_an_invalid_web_address_is_not_fetched(url: str, why: str) -> None:
    failed = failure(url)
    assert failed.cause is Cause.BAD_ADDRESS
    assert failed.detail == f"{url}: {why}"


def test_an_address_that_only_the_library_refuses_is_a_bad_address() -> None:
    assert failure("http://a\\b/").cause is Cause.BAD_ADDRESS


def test_a_bug_of_ours_is_raised(server: ScriptedServer) -> None:
    def clock() -> datetime:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fetch_result(server.url("/feed"), clock=clock)


def test_a_form_is_posted_with_the_guard_and_without_robots_txt(server: ScriptedServer) -> None:
    server.script["/hub"] = ScriptedResponse(status=204)
    form = (("hub.mode", "publish"), ("hub.url", "https://updates.example.org/feed.atom?a=1&b=é"))

    sent = fetch_result(Request(url=server.url("/hub"), form=form))
    refused = fetch_result(Request(url=server.url("/hub"), form=form), allowed_hosts=frozenset())

    assert isinstance(sent, Failed)
    assert (sent.cause, sent.status) == (Cause.EMPTY, 204)
    (request,) = server.requests
    assert (request.method, request.path) == ("POST", "/hub")
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.payload == (
        b"hub.mode=publish&hub.url=https%3A%2F%2Fupdates.example.org%2Ffeed.atom%3Fa%3D1%26b%3D%C3%A9"
    )
    assert isinstance(refused, Failed)
    assert refused.cause is Cause.GUARDED
