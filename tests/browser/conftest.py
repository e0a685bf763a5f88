"""A real browser and a real server: headless Chromium reads a whole site on localhost.

Without Chromium these tests are skipped, with a message that says how to get it; with CI=true they fail.
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
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from aggregator.publish.search_index import build_search_index
from tests.publish.full_snapshot import make_full_snapshot, publish_site

NO_CHROMIUM: Final = (
    "not run: no Chromium on this machine. On Debian: apt-get install chromium; elsewhere install Chromium "
    "or Chrome, so that `chromium` or `google-chrome` is on the PATH. Then: make test"
)
CHROMIUM_FLAGS: Final = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)

Scheme = Literal["light", "dark"]


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves a folder as a static host does, without log lines."""

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


def build_index(folder: Path) -> int:
    """Build the search index, in a thread: Playwright's own event loop runs in that of the tests."""
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(asyncio.run, build_search_index(folder)).result(timeout=120)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published site with its search index."""
    folder = tmp_path_factory.mktemp("site")
    publish_site(make_full_snapshot(), folder)
    build_index(folder)
    return folder


@contextmanager
def serve_folder(folder: Path) -> Iterator[str]:
    """Serve a folder; gives the address of the server."""
    handler = partial(QuietHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join(timeout=10)


@pytest.fixture(scope="session")
def address(folder: Path) -> Iterator[str]:
    """The address of the served site."""
    with serve_folder(folder) as served_at:
        yield served_at


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of this folder; tests elsewhere need the thread's event loop."""
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    chromium = next(filter(None, found), None)
    if chromium is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"browser tests {NO_CHROMIUM}")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
        yield running
        running.close()


@dataclass
class BrowserWindows:
    """Two windows, one of them without scripts, that all tests use, and the faults seen in them."""

    browser: Browser
    address: str
    pages: dict[bool, Page] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def open(self, path: str, *, width: int = 1280, scheme: Scheme = "light", scripts: bool = True) -> Page:
        """Load a page of the site as if no other had been open before."""
        page = self.pages.get(scripts) or self._new(scripts)
        page.goto("about:blank")
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(media="screen", color_scheme=scheme)
        page.goto(self.address + path)
        return page

    def _new(self, scripts: bool) -> Page:
        page = self.pages[scripts] = self.browser.new_page(java_script_enabled=scripts)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._note_console)
        page.on("request", self._note_request)
        return page

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(message.text)

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((self.address, "about:blank")):
            self.faults.append(request.url)


@pytest.fixture(scope="package")
def windows(browser: Browser, address: str) -> BrowserWindows:
    """The windows that all tests of this folder use."""
    return BrowserWindows(browser, address)


@pytest.fixture
def open_page(windows: BrowserWindows) -> Iterator[Callable[..., Page]]:
    """Opens a page of the site. The page may report no fault and request nothing from other sites."""
    windows.faults.clear()
    yield windows.open
    assert windows.faults == []
