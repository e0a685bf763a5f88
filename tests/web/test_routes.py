"""The server: the files that a static host would serve, and a health check."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from aggregator.errors import ConfigError
from aggregator.web import bind_port, build_application

Get = Callable[..., httpx.Response]


@pytest.fixture
def get(tmp_path: Path) -> Get:
    """Requests a path from the server."""
    (tmp_path / "index.html").write_text("<p>the page</p>")
    (tmp_path / "feed.atom").write_text("<feed/>")
    (tmp_path / ".published").write_text("index.html\n")
    application = build_application(tmp_path, lambda: {"ok": False, "late": ["one"]})

    async def request(path: str, headers: dict[str, str]) -> httpx.Response:
        transport = httpx.ASGITransport(app=application)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get(path, headers=headers)

    return lambda path, **headers: asyncio.run(request(path, headers))


def test_the_front_page_is_at_the_root(get: Get) -> None:
    answer = get("/")

    assert (answer.status_code, answer.text) == (200, "<p>the page</p>")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_feed_has_its_media_type_and_supports_conditional_requests(get: Get) -> None:
    answer = get("/feed.atom")
    again = get("/feed.atom", **{"If-None-Match": answer.headers["etag"]})

    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path", ["/.published", "/../pyproject.toml", "/%2e%2e/%2e%2e/etc/passwd", "/nothing"]
)
def test_files_that_are_not_published_are_not_served(get: Get, path: str) -> None:
    assert get(path).status_code == 404


def test_health_answers_503_when_polls_are_late(get: Get) -> None:
    answer = get("/health")

    assert (answer.status_code, answer.json()) == (503, {"ok": False, "late": ["one"]})


def test_a_port_that_is_taken_is_a_config_error() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(ConfigError, match=r"is another `aggregator start` running\?"),
    ):
        bind_port(taken.getsockname()[1])
