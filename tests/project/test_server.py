"""The test server itself: it plays what it is told and leaves nothing behind."""

from __future__ import annotations

import threading
from contextlib import closing
from http.client import HTTPConnection

from tests.support.server import Response, Server


def test_it_plays_its_script_remembers_and_goes_away() -> None:
    script = {"/feed?page=2": Response(headers={"X-Said": "hello"}, payload=b"<feed/>")}
    before = set(threading.enumerate())
    with Server(script) as server:
        with closing(HTTPConnection("127.0.0.1", server.port)) as client:
            client.request("GET", "/feed?page=2")
            answer = client.getresponse()
            assert (answer.read(), answer.headers["X-Said"]) == (b"<feed/>", "hello")
            client.request("GET", "/other")
            assert client.getresponse().status == 404
        assert server.paths() == ["/feed?page=2", "/other"]
        assert server.seen[0].headers["host"] == f"127.0.0.1:{server.port}"
    assert set(threading.enumerate()) <= before
