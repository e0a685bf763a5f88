"""The test server itself: it answers by its script and leaves no thread behind."""

from __future__ import annotations

import threading
from contextlib import closing
from http.client import HTTPConnection

from tests.support.server import ScriptedResponse, ScriptedServer


def test_the_server_follows_its_script_records_requests_and_ends() -> None:
    script = {"/feed?page=2": ScriptedResponse(headers={"X-Greeting": "hello"}, payload=b"<feed/>")}
    before = set(threading.enumerate())
    with ScriptedServer(script) as server:
        with closing(HTTPConnection("127.0.0.1", server.port)) as client:
            client.request("GET", "/feed?page=2")
            answer = client.getresponse()
            assert (answer.read(), answer.headers["X-Greeting"]) == (b"<feed/>", "hello")
            client.request("GET", "/other")
            assert client.getresponse().status == 404
        assert server.paths() == ["/feed?page=2", "/other"]
        assert server.requests[0].headers["host"] == f"127.0.0.1:{server.port}"
    assert set(threading.enumerate()) <= before
