"""While the program polls, labels and publishes, its event loop answers and never uses the store itself."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from aggregator.app import open_app
from aggregator.config import Config, Settings, load_config
from aggregator.config.settings import load_settings
from aggregator.deliver.mail.tokens import Tokens, read_key
from aggregator.model import Choices, Subscriber, SubscriberStatus
from aggregator.publish.output_folder import published_at
from aggregator.store import open_store
from aggregator.store.database.engine import Database
from aggregator.supervisor import ConfigWatcher, keep_running
from aggregator.web import bind_port
from tests.publish.output.large import save_documents
from tests.support.builders import NOON
from tests.support.projects import make_atom_feed, small_project
from tests.support.server import ScriptedResponse, ScriptedServer

FEEDS = 3
ITEMS = 30
SUBSCRIBERS = 200
TICK = 0.02
# Prints how late one thread wakes at most while another counts: what the machine does to every program with
# threads, more the more other programs it runs.
COUNTING = """
import threading, time
def count():
    while True:
        sum(range(100))
threading.Thread(target=count, daemon=True).start()
worst = 0.0
while True:
    started = time.monotonic()
    time.sleep(0.02)
    worst = max(worst, time.monotonic() - started - 0.02)
    print(worst, flush=True)
"""
MOST_LAG = 0.2


@dataclass
class Probe:
    """Measures how late the event loop wakes, and how long requests take meanwhile."""

    lags: list[float] = field(default_factory=list)
    # How late a process woke that does nothing but count, at most.
    others_fault: float = 0
    answers: list[tuple[int, float]] = field(default_factory=list)

    async def tick(self) -> None:
        """Sleep again and again, and note how much later than asked the loop goes on."""
        while True:
            started = time.monotonic()
            await asyncio.sleep(TICK)
            self.lags.append(time.monotonic() - started - TICK)

    async def ask(self, client: httpx.AsyncClient, method: str, path: str) -> None:
        """Send one request, and note its status and how long it took."""
        started = time.monotonic()
        answer = await client.request(method, path)
        self.answers.append((answer.status_code, time.monotonic() - started))


@pytest.mark.parametrize("documents", [60, pytest.param(5_000, marks=[pytest.mark.long, pytest.mark.timed])])
def test_the_loop_answers_while_everything_is_done_for_the_first_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, report: Callable[[str], None], documents: int
) -> None:
    # The disks of test machines vary; waiting for one blocks a thread, and not the loop.
    monkeypatch.setattr(os, "fsync", lambda _: None)
    in_loop = note_transactions_in_the_loop(monkeypatch)
    with ScriptedServer() as server:
        settings = prepare(tmp_path / "project", server, documents)
        probe = asyncio.run(run_and_ask(settings))

    assert in_loop == []
    assert {status for status, _ in probe.answers} == {200}
    # On a machine that others keep busy every program wakes late.
    assert max(probe.lags) < MOST_LAG + probe.others_fault, sorted(probe.lags)[-10:]
    slowest = max(seconds for _, seconds in probe.answers)
    report(
        f"event loop: {documents} documents, {len(probe.lags)} ticks, at most {max(probe.lags):.3f} s late "
        f"(a program that only counts: {probe.others_fault:.3f} s); "
        f"{len(probe.answers)} requests meanwhile, the slowest took {slowest:.3f} s"
    )


def note_transactions_in_the_loop(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note each transaction that is begun in a thread with a running event loop, with its place."""
    begin, found = Database._transaction, list[str]()

    def noted(self: Database, how: str) -> Any:
        with suppress(RuntimeError):
            asyncio.get_running_loop()
            found.append("".join(traceback.format_stack(limit=8)))
        return begin(self, how)

    monkeypatch.setattr(Database, "_transaction", noted)
    return found


def prepare(folder: Path, server: ScriptedServer, documents: int) -> Settings:
    """A project with stored documents, which need new labels, with feeds and with subscribers."""
    project = small_project(folder)
    for number in range(FEEDS):
        items = {f"/{number}/{item}": f"Plan {item} on open data" for item in range(ITEMS)}
        headers = {"Content-Type": "application/atom+xml"}
        server.script[f"/{number}.atom"] = ScriptedResponse(headers=headers, payload=make_atom_feed(items))
    project.sources({f"feed-{number}": server.url(f"/{number}.atom") for number in range(FEEDS)})
    with (folder / "settings.yaml").open("a") as file:
        file.write("subscriptions_url: http://127.0.0.1:8000/letters/\n")
    settings = load_settings(folder / "settings.yaml")
    fill_store(load_config(settings), settings, documents)
    return settings


def fill_store(config: Config, settings: Settings, documents: int) -> None:
    with open_store(settings.store_url) as store:
        save_documents(config, store, range(documents), "an older vocabulary")
        store.subscribers.add(
            Subscriber(
                id=f"{number:016x}",
                address=f"reader-{number}@example.org",
                status=SubscriberStatus.ACTIVE,
                status_since=NOON,
                choices=Choices(),
            )
            for number in range(SUBSCRIBERS)
        )


async def run_and_ask(settings: Settings) -> Probe:
    """Run the program until it has published; ask for its health and unsubscribe all the while."""
    probe = Probe()
    with bind_port(0) as free:
        port = free.getsockname()[1]
    # As `start` does, whose first configuration is read in the loop as well.
    watcher = ConfigWatcher(lambda: "unchanged", partial(open_app, settings))
    running = asyncio.create_task(keep_running(watcher, port))
    tokens = Tokens(read_key(settings.path(settings.secret_file)))
    counting = subprocess.Popen([sys.executable, "-c", COUNTING], stdout=subprocess.PIPE, text=True)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/", timeout=30) as client:
        while not probe.answers:
            with suppress(httpx.ConnectError):
                await probe.ask(client, "GET", "health")
            await asyncio.sleep(0.05)
        # From now on it serves.
        ticking = asyncio.create_task(probe.tick())
        number = 0
        while not published_at(settings.output_folder) and not running.done():
            await probe.ask(client, "GET", "health")
            token = tokens.unsubscribe_token(f"{number % SUBSCRIBERS:016x}")
            await probe.ask(client, "POST", f"letters/leave/{token}")
            number += 1
            await asyncio.sleep(0.1)
    ticking.cancel()
    counting.kill()
    probe.others_fault = float(counting.communicate()[0].split()[-1])
    running.cancel()
    await asyncio.wait({running})
    return probe
