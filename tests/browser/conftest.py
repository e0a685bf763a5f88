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
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final, Literal

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

from aggregator.publish.search_index import index_pages
from tests.publish.full_snapshot import publish, rich

MISSING: Final = (
    "not run: no Chromium on this machine. On Debian: apt-get install chromium; elsewhere install Chromium "
    "or Chrome, so that `chromium` or `google-chrome` is on the PATH. Then: make test"
)
FLAGS: Final = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)

Scheme = Literal["light", "dark"]


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


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of this folder; those of others need the thread's event loop."""
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    chromium = next(filter(None, found), None)
    if chromium is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"browser tests {MISSING}")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield running
        running.close()


@dataclass
class Windows:
    """Two windows, one of them without scripts, that are used again and again, and their faults."""

    browser: Browser
    address: str
    pages: dict[bool, Page] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def open(self, path: str, *, width: int = 1280, scheme: Scheme = "light", scripts: bool = True) -> Page:
        """Load a page of the site as if nothing had been opened before."""
        page = self.pages.get(scripts) or self._new(scripts)
        page.goto("about:blank")
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(media="screen", color_scheme=scheme)
        page.goto(self.address + path)
        return page

    def _new(self, scripts: bool) -> Page:
        page = self.pages[scripts] = self.browser.new_page(java_script_enabled=scripts)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda told: self.faults.append(told.text) if told.type == "error" else None)
        page.on("request", self._asked)
        return page

    def _asked(self, asked: Request) -> None:
        if not asked.url.startswith((self.address, "about:blank")):
            self.faults.append(asked.url)


@pytest.fixture(scope="package")
def windows(browser: Browser, address: str) -> Windows:
    """The windows for all tests of this folder."""
    return Windows(browser, address)


@pytest.fixture
def open_page(windows: Windows) -> Iterator[Callable[..., Page]]:
    """Opens a page of the site; it may report no fault and ask nobody else."""
    windows.faults.clear()
    yield windows.open
    assert windows.faults == []
