"""A real browser on a real server: headless Chromium reads a whole site on localhost.

Where Chromium is missing these tests are skipped with the way to get it, but with CI=true they fail.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from aggregator.publish.search import index_pages
from tests.publish.rich import publish, rich

MISSING: Final = (
    "not run: no Chromium on this machine. On Debian: apt-get install chromium; elsewhere install Chromium "
    "or Chrome, so that `chromium` or `google-chrome` is on the PATH. Then: make test"
)
FLAGS: Final = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder as a static host does, and says nothing of it."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def index(place: Path) -> int:
    """Make the search index. Playwright's own event loop runs in the thread of the tests, so not there."""
    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(asyncio.run, index_pages(place)).result(timeout=120)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published site with its search index."""
    place = tmp_path_factory.mktemp("site")
    publish(rich(), place)
    index(place)
    return place


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address at which a folder can be read from this machine."""
    handler = partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join(timeout=10)


@pytest.fixture(scope="session")
def address(folder: Path) -> Iterator[str]:
    """Where the site is served."""
    with served(folder) as where:
        yield where


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of a file; other files of the same worker need the thread's event loop."""
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    chromium = next(filter(None, found), None)
    if chromium is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"browser tests {MISSING}")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Opens a page of the site in a window of its own; it may report no fault and ask nobody else."""
    contexts, faults = [], list[str]()

    def opened(path: str, *, width: int = 1280, scheme: str = "light", scripts: bool = True) -> Page:
        size = {"width": width, "height": 800}
        context = browser.new_context(
            viewport=size,  # type: ignore[arg-type]  # a plain dict where the library names its own
            color_scheme=scheme,  # type: ignore[arg-type]  # likewise a literal
            java_script_enabled=scripts,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda told: faults.append(told.text) if told.type == "error" else None)
        page.on("request", lambda asked: None if asked.url.startswith(address) else faults.append(asked.url))
        page.goto(address + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []
