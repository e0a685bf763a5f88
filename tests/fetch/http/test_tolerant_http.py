"""Responses that every browser reads are read, over real sockets; others are refused with the right word."""

from __future__ import annotations

import pytest

from aggregator.errors import Cause
from tests.fetch.requests import failure, fetch_all, fetched
from tests.support.server import ScriptedResponse, ScriptedServer

BODY = b"<feed/>"
LENGTH = b"Content-Length: 7\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
CHUNKS = b"7\r\n<feed/>\r\n0\r\n\r\n"


def response(fields: bytes, body: bytes = BODY) -> bytes:
    return b"HTTP/1.1 200 OK\r\n" + fields + b"ETag: 1\r\n\r\n" + body


READ_BY_BROWSERS = {
    "a reason that is not ASCII": response(LENGTH).replace(b"OK", "Trouvé".encode("latin-1"), 1),
    "a space before the colon": response(b"X-Powered-By : PHP\r\n" + LENGTH),
    "a space in a name": response(b"X Powered By: PHP\r\n" + LENGTH),
    "a name that is not ASCII": response("X-Größe: 1\r\n".encode() + LENGTH),
    "no name": response(b": 1\r\n" + LENGTH),
    "a line without a colon": response(b"PHP Warning\r\n" + LENGTH),
    "a folded line after it": response(b"PHP Warning\r\n  in line 3\r\n" + LENGTH),
    "two equal lengths": response(LENGTH + b"Server: x\r\n" + LENGTH),
    "equal lengths in one line": response(b"Content-Length: 7, 7\r\n"),
    "a length with chunked": response(LENGTH + CHUNKED, CHUNKS),
    "chunked with a wrong length": response(CHUNKED + b"Content-Length: 3\r\n", CHUNKS),
    "a length that is no number": response(b"Content-Length: -1\r\n"),
    "a length with a space before the colon": response(b"Content-Length : 7\r\n"),
    "identity as a transfer encoding": response(b"Transfer-Encoding: identity\r\n" + LENGTH),
    "line ends without return": response(LENGTH).replace(b"\r\n", b"\n"),
    "bytes after the body": response(LENGTH, BODY + b"<!-- cached -->"),
    "early hints": b"HTTP/1.1 103 Early Hints\r\nLink : x\r\n\r\n" + response(LENGTH),
    "a field of 64 kB": response(b"Content-Security-Policy: " + b"x" * 65_536 + b"\r\n" + LENGTH),
    "three hundred fields": response(b"Set-Cookie: a=b\r\n" * 300 + LENGTH),
}


@pytest.mark.parametrize("sent", READ_BY_BROWSERS.values(), ids=READ_BY_BROWSERS)
def test_what_browsers_read_is_read(server: ScriptedServer, sent: bytes) -> None:
    server.script["/feed"] = sent
    result = fetched(server.url("/feed"))
    assert (result.payload, result.headers["etag"]) == (BODY, "1")


def test_two_different_lengths_are_refused_by_name(server: ScriptedServer) -> None:
    server.script["/feed"] = response(LENGTH + b"Content-Length: 3\r\n")
    failed = failure(server.url("/feed"))
    assert failed.cause is Cause.BROKEN_OFF
    assert "answered, but not in valid HTTP (Duplicate Content-Length" in failed.detail


@pytest.mark.parametrize(
    "sent", [b"SSH-2.0-OpenSSH_9.6\r\n", b"x" * 300_000, b"HTTP/1.1 200 OK\r\nX: " + b"x" * 300_000]
)
def test_what_is_no_http_is_refused_at_once(server: ScriptedServer, sent: bytes) -> None:
    server.script["/feed"] = sent
    assert "answered, but not in valid HTTP" in failure(server.url("/feed")).detail


def test_a_head_that_breaks_off_is_no_answer(server: ScriptedServer) -> None:
    server.script["/feed"] = b"HTTP/1.1 200 OK\r\nContent-Le"
    assert "broke off before a whole answer had come" in failure(server.url("/feed")).detail


def test_a_connection_is_used_again_after_a_repaired_head(server: ScriptedServer) -> None:
    server.script["/feed"] = ScriptedResponse(headers={"X Name": "1"}, payload=BODY)
    both = fetch_all(server.url("/feed"), server.url("/feed"))
    assert [getattr(result, "payload", b"") for result in both] == [BODY, BODY]
