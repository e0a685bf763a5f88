"""Takes screenshots of the published pages with headless Chromium: 360 and 1280 px wide, light and dark.

Usage: python tools/screenshots.py OUTPUT_FOLDER TARGET_FOLDER [OUTBOX_FOLDER]

It serves the folder on localhost, because the search page needs HTTP, and warns of each page that is wider
than the window.
"""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, sync_playwright

WIDTHS: Final = (360, 1280)
SCHEMES: Final = ("light", "dark")
FLAGS: Final = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
FOLDERS: Final = ("records", "digests", "months", "years", "entries", "bodies", "nations", "topics", "types")
PATTERNS: Final = (*(f"{folder}/*.html" for folder in FOLDERS), "plans/*.html", "roles/*.html")


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files without logging requests."""

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve the folder inside the `with`; yields its address on this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def pages_to_show(output: Path) -> Iterator[Path]:
    """Every page at the top of the folder, and of each other kind the largest."""
    yield from sorted(output.glob("*.html"))
    for pattern in (*PATTERNS, "board/uk.html"):
        yield from sorted(output.glob(pattern), key=lambda page: (-page.stat().st_size, page.name))[:1]


def first_mailed_digest(outbox: Path, target: Path) -> Iterator[str]:
    """Save the HTML part of the outbox's first mail; yields the address of the file."""
    for mail in sorted(outbox.rglob("*.eml"))[:1]:
        part = message_from_bytes(mail.read_bytes(), policy=policy.default).get_body(("html",))
        if part:
            page = target / "digest-as-mailed.html"
            page.write_bytes(part.get_content().encode())
            yield page.resolve().as_uri()


def named_addresses(output: Path, address: str) -> Iterator[tuple[str, str]]:
    """The name of each screenshot, and the address of its page."""
    for page in pages_to_show(output):
        parts = page.relative_to(output).with_suffix("").parts
        is_single = len(parts) == 1 or parts[0] == "board"
        path = page.relative_to(output).as_posix()
        yield (
            "-".join(parts) if is_single else parts[0],
            f"{address}{path}{'?q=plan' if path == 'search.html' else ''}",
        )


def take_screenshots(browser: Browser, pages: Iterable[tuple[str, str]], target: Path) -> None:
    """Save every page in every width and colour scheme; prints each file, and warns of pages too wide."""
    pages = list(pages)
    for scheme in SCHEMES:
        for width in WIDTHS:
            size = {"width": width, "height": 900}
            tab = browser.new_page(viewport=size, color_scheme=scheme)  # type: ignore[arg-type]  # a literal
            for name, address in pages:
                tab.goto(address)
                tab.wait_for_load_state("networkidle")
                path = target / f"{name}-{width}-{scheme}.png"
                tab.screenshot(path=path, full_page=True)
                page_width = tab.evaluate("document.documentElement.scrollWidth")
                warning = f": wider than the window ({page_width} px)" if page_width > width else ""
                sys.stdout.write(f"{path}{warning}\n")
            tab.close()


def main(arguments: list[str]) -> int:
    """0 when the screenshots were taken, 2 for wrong usage, 1 without a browser or pages."""
    if len(arguments) not in (2, 3):
        sys.stderr.write("usage: python tools/screenshots.py OUTPUT_FOLDER TARGET_FOLDER [OUTBOX_FOLDER]\n")
        return 2
    output, target = Path(arguments[0]), Path(arguments[1])
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        sys.stderr.write("No Chromium found on PATH. On Debian: apt-get install chromium\n")
        return 1
    if not (output / "index.html").exists():
        sys.stderr.write(f"There is no {output}/index.html: run `aggregator publish` first\n")
        return 1
    target.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, serve(output) as address:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        mailed = [
            ("digest-as-mailed", page)
            for outbox in arguments[2:]
            for page in first_mailed_digest(Path(outbox), target)
        ]
        take_screenshots(browser, [*named_addresses(output, address), *mailed], target)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
