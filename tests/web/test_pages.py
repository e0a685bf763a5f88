"""The small server: what a static host would serve, and a health check."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from aggregator.errors import ConfigError
from aggregator.web import application, bind


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    (tmp_path / "index.html").write_text("<p>the page</p>")
    (tmp_path / "feed.atom").write_text("<feed/>")
    (tmp_path / ".published").write_text("index.html\n")
    return TestClient(application(tmp_path, lambda: {"ok": False, "late": ["one"]}))


def test_the_page_stands_at_the_root(client: TestClient) -> None:
    answer = client.get("/")

    assert (answer.status_code, answer.text) == (200, "<p>the page</p>")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_feed_has_its_media_type_and_answers_not_modified(client: TestClient) -> None:
    answer = client.get("/feed.atom")
    again = client.get("/feed.atom", headers={"If-None-Match": answer.headers["etag"]})

    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path", ["/.published", "/../pyproject.toml", "/%2e%2e/%2e%2e/etc/passwd", "/nothing"]
)
def test_what_is_not_published_is_not_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_health_answers_503_when_polls_are_late(client: TestClient) -> None:
    answer = client.get("/health")

    assert (answer.status_code, answer.json()) == (503, {"ok": False, "late": ["one"]})


def test_a_port_that_is_taken_is_the_operators_to_settle() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(ConfigError, match=r"is another `aggregator start` running\?"),
    ):
        bind(taken.getsockname()[1])
