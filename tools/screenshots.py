"""Photographs the published pages with headless Chromium: 360 and 1280 px wide, light and dark.

Usage: python tools/screenshots.py OUTPUT_FOLDER TARGET_FOLDER [OUTBOX_FOLDER]

Of an outbox it takes the HTML of the first letter, as a mail program shows it.

It also measures each page and says so where it is wider than the window. Chromium is driven through its
own pipe (`--remote-debugging-pipe`, the DevTools protocol), since its window cannot be made 360 px wide.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, Final

WIDTHS: Final = (360, 1280)
SCHEMES: Final = ("light", "dark")
FLAGS: Final = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--remote-debugging-pipe",
)


class Browser:
    """A running Chromium with one open tab."""

    def __init__(self, commands: asyncio.StreamWriter, answers: asyncio.StreamReader) -> None:
        self._commands = commands
        self._answers = answers
        self._asked = 0
        self._session: str | None = None

    async def attach(self) -> None:
        """Open the tab that every later command goes to."""
        target = await self.ask("Target.createTarget", url="about:blank")
        attached = await self.ask("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        await self.ask("Page.enable")

    async def ask(self, method: str, **parameters: Any) -> Mapping[str, Any]:
        """Send one command and wait for its answer; events in between are passed over."""
        self._asked += 1
        message = {"id": self._asked, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._commands.write(json.dumps(message).encode() + b"\0")
        await self._commands.drain()
        while (answer := await self._read()).get("id") != self._asked:
            pass
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return dict(answer["result"])

    async def wait(self, event: str) -> None:
        """Wait until the browser tells of this event."""
        while (await self._read()).get("method") != event:
            pass

    async def _read(self) -> Mapping[str, Any]:
        return dict(json.loads((await self._answers.readuntil(b"\0"))[:-1]))


async def photograph(browser: Browser, page: Path, width: int, scheme: str) -> tuple[bytes, int]:
    """The whole page as PNG, and how wide its content is."""
    media = [{"name": "prefers-color-scheme", "value": scheme}]
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    await browser.ask("Emulation.setDeviceMetricsOverride", **size)
    await browser.ask("Emulation.setEmulatedMedia", features=media)
    await browser.ask("Page.navigate", url=page.resolve().as_uri())
    await browser.wait("Page.loadEventFired")
    content = (await browser.ask("Page.getLayoutMetrics"))["cssContentSize"]
    clip = {"x": 0, "y": 0, "width": width, "height": content["height"], "scale": 1}
    shot = await browser.ask("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)
    return base64.b64decode(shot["data"]), int(content["width"])


def kinds(output: Path) -> Iterator[Path]:
    """One page of each kind that the folder holds."""
    for pattern in (
        "index.html",
        "board.html",
        "board/uk.html",
        "board/uk-nap6.html",
        "records/*.html",
        "digests/*.html",
    ):
        yield from sorted(output.glob(pattern))[:1]


def letter(outbox: Path, target: Path) -> Iterator[Path]:
    """The HTML part of the outbox's first letter, as a file."""
    for mail in sorted(outbox.rglob("*.eml"))[:1]:
        part = message_from_bytes(mail.read_bytes(), policy=policy.default).get_body(("html",))
        if part:
            page = target / "letter-as-mailed.html"
            page.write_bytes(part.get_content().encode())
            yield page


async def photograph_all(browser: Browser, pages: Iterable[Path], target: Path) -> None:
    """Every page in every width and colour scheme."""
    for page in pages:
        for width in WIDTHS:
            for scheme in SCHEMES:
                picture, wide = await photograph(browser, page, width, scheme)
                place = target / f"{page.stem}-{width}-{scheme}.png"
                place.write_bytes(picture)
                warning = f": wider than the window ({wide} px)" if wide > width else ""
                sys.stdout.write(f"{place}{warning}\n")


async def run(chromium: str, pages: Iterable[Path], target: Path) -> None:
    """Start Chromium with the pipe on its file descriptors 3 (commands) and 4 (answers)."""
    commands_read, commands_write = os.pipe()
    answers_read, answers_write = os.pipe()

    def connect() -> None:
        kept = os.dup(commands_read), os.dup(answers_write)
        os.dup2(kept[0], 3)
        os.dup2(kept[1], 4)

    # Chromium's own children may still be writing when it has ended.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            *(chromium, *FLAGS, f"--user-data-dir={profile}"),
            preexec_fn=connect,
            pass_fds=(3, 4),
            stderr=asyncio.subprocess.DEVNULL,
        )
        os.close(commands_read)
        os.close(answers_write)
        browser = await open_browser(commands_write, answers_read)
        await browser.attach()
        await photograph_all(browser, pages, target)
        process.terminate()
        await process.wait()


async def open_browser(commands: int, answers: int) -> Browser:
    """A Browser on the two ends of the pipe that are ours."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=2**28)  # a long page is a picture of several megabytes
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(answers, "rb"))
    transport, protocol = await loop.connect_write_pipe(
        lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader()), os.fdopen(commands, "wb")
    )
    return Browser(asyncio.StreamWriter(transport, protocol, None, loop), reader)


def main(arguments: list[str]) -> int:
    """0 when the pictures were made, 2 for wrong use, 1 without a browser or pages."""
    if len(arguments) not in (2, 3):
        sys.stderr.write("usage: python tools/screenshots.py OUTPUT_FOLDER TARGET_FOLDER [OUTBOX_FOLDER]\n")
        return 2
    output, target = Path(arguments[0]), Path(arguments[1])
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        sys.stderr.write("No Chromium found on PATH. On Debian: apt-get install chromium\n")
        return 1
    if not (output / "index.html").exists():
        sys.stderr.write(f"{output} holds no index.html: run `aggregator publish` first\n")
        return 1
    target.mkdir(parents=True, exist_ok=True)
    pages = [*kinds(output), *(page for outbox in arguments[2:] for page in letter(Path(outbox), target))]
    asyncio.run(run(chromium, pages, target))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
