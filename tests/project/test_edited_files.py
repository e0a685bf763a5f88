"""A running `aggregator start` picks up edited files, and keeps the old ones while they are invalid."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import cast

import httpx
import pytest

from aggregator import clock, supervisor
from aggregator.app import App
from aggregator.clock import ClockSteps
from aggregator.config.settings import config_fingerprint
from aggregator.supervisor import ConfigWatcher, JobGate
from tests.support.projects import PROJECT, SmallProject, make_atom_feed, small_project
from tests.support.server import ScriptedResponse, ScriptedServer

REGISTER = PROJECT / "tests/crash/register"
HEADERS = {"Content-Type": "application/atom+xml"}
QUICK_START = (
    "import aggregator.schedule as s; s.INTERVAL_SECONDS = 0.2; "  # instead of a minute
    "import aggregator.supervisor as r; r.SETTLE_SECONDS = 0.3; "
    "from aggregator.cli import main; main()"
)
RULE = "alerts:\n  - id: plans\n    name: Plans\n    when: 'title:plan'\n    feed: yes\n"
TAKEN_UP = supervisor.FILES_TAKEN_UP
INVALID = supervisor.FILES_INVALID


@dataclass
class RunningProgram:
    """A running `aggregator start`, with its log lines so far."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    def read(self) -> None:
        assert self.process.stderr is not None
        self.lines.extend(iter(self.process.stderr.readline, ""))

    def count(self, text: str) -> int:
        return sum(text in line for line in self.lines)

    def wait_for(self, text: str, times: int = 1) -> None:
        """Wait until that many log lines have `text`."""
        deadline = time.monotonic() + 30
        while self.count(text) < times:
            assert time.monotonic() < deadline, "".join(self.lines)
            time.sleep(0.02)

    @property
    def port(self) -> int:
        found = re.search(r"address=http://127\.0\.0\.1:(\d+)/", "".join(self.lines))
        assert found
        return int(found[1])

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.port}/{path}", timeout=10)


@contextmanager
def start_program(project: SmallProject) -> Iterator[RunningProgram]:
    """Start an `aggregator start` that runs its jobs five times a second; wait until it has published."""
    process = subprocess.Popen(
        [sys.executable, "-c", QUICK_START, "start", "--port", "0"],
        cwd=project.folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT / "src")},
        stderr=subprocess.PIPE,
        text=True,
    )
    program = RunningProgram(process)
    reader = threading.Thread(target=program.read)
    reader.start()
    try:
        program.wait_for("published")
        yield program
    finally:
        process.kill()
        process.wait()
        reader.join()
        assert process.stderr is not None
        process.stderr.close()


@contextmanager
def poll_health(program: RunningProgram) -> Iterator[Counter[int]]:
    """Request the health check again and again; counts the responses by status."""
    answers, ended = Counter[int](), threading.Event()

    def request_health() -> None:
        while not ended.wait(0.05):
            answers[program.get("health").status_code] += 1

    requests = threading.Thread(target=request_health)
    requests.start()
    try:
        yield answers
    finally:
        ended.set()
        requests.join()


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    feeds = {"/one.atom": make_atom_feed({"/a": "A plan"}), "/two.atom": make_atom_feed({"/b": "A report"})}
    with ScriptedServer(
        {path: ScriptedResponse(headers=HEADERS, payload=feed) for path, feed in feeds.items()}
    ) as running:
        yield running


@pytest.fixture
def project(tmp_path: Path, server: ScriptedServer) -> SmallProject:
    project = small_project(tmp_path / "project", records=(), register=REGISTER)
    project.sources({"one": server.url("/one.atom")}, records=False)
    return project


@pytest.mark.timed
def test_edited_files_are_picked_up_and_invalid_ones_ignored(
    project: SmallProject, server: ScriptedServer
) -> None:
    sources = project.folder / "sources.yaml"
    with start_program(project) as program, poll_health(program) as answers:
        added = project.run("sources", "add", server.url("/two.atom"), "--id", "two", "--body", "cddo")
        assert (added.code, added.err) == (0, "")
        program.wait_for("published", 2)
        assert "A report" in program.get("all.atom").text

        good = sources.read_text()
        sources.write_text(good + "    colour: red\n")
        program.wait_for(INVALID)
        time.sleep(1)  # five more checks
        assert program.count(INVALID) == 1, "".join(program.lines)
        health = program.get("health")
        assert (health.status_code, "'sources.colour' is not a known key" in health.text) == (503, True)
        assert (
            program.count(f"sources.yaml:{len(good.splitlines()) + 1}: 'sources.colour' is not a known key")
            == 1
        )
        assert program.count(TAKEN_UP) == 1

        sources.write_text(good)
        (project.folder / "alerts.yaml").write_text(RULE)
        (project.folder / "settings.yaml").write_text("mail_send: yes\nallowed_hosts: [127.0.0.1]\n")
        program.wait_for("setting mail_server: mail_send is on, and this is not set")
        (project.folder / "settings.yaml").write_text("operator: A. Volunteer\nallowed_hosts: [127.0.0.1]\n")
        program.wait_for("published", 3)
        assert program.get("alerts/plans.atom").status_code == 200
        assert "A. Volunteer" in program.get("about.html").text
        assert program.get("health").json()["problems"] == []

    assert set(answers) == {200, 503}
    assert [server.paths().count(path) for path in ("/one.atom", "/two.atom")] == [1, 1]


def test_running_jobs_finish_and_no_new_job_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "SETTLE_SECONDS", 0)
    fingerprint, finished = ["one"], list[str]()
    watcher = ConfigWatcher(lambda: fingerprint[0], lambda: nullcontext(cast("App", AppWithoutMail)))
    watcher.open()

    async def both() -> None:
        gate, may_end = JobGate(watcher), asyncio.Event()

        async def long() -> None:
            await may_end.wait()
            finished.append("long")

        async def short() -> None:
            finished.append("short")

        running = asyncio.create_task(gate.guard(long)())
        await asyncio.sleep(0)
        fingerprint[0] = "two"
        await gate.guard(short)()
        assert (finished, gate.drained.is_set()) == ([], False)
        may_end.set()
        await running
        assert (finished, gate.drained.is_set()) == (["long"], True)

    asyncio.run(both())
    assert watcher.next_app is not None


def test_when_the_clock_is_set_the_program_starts_anew_though_its_scheduler_sleeps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supervisor, "SETTLE_SECONDS", 0)
    monkeypatch.setattr(supervisor, "WATCH_SECONDS", 0.01)
    offset = [1e9]
    monkeypatch.setattr(clock, "_offset", lambda: offset[0])
    fingerprint = partial(supervisor._fingerprint, lambda: "the same", ClockSteps())
    watcher = ConfigWatcher(fingerprint, lambda: nullcontext(cast("App", AppWithoutMail)))
    watcher.open()

    async def watch() -> None:
        gate = JobGate(watcher)
        watching = asyncio.create_task(gate.watch())
        offset[0] += 60
        await asyncio.sleep(0.1)
        assert not gate.drained.is_set()
        offset[0] -= 365 * 24 * 3600
        await asyncio.wait_for(gate.drained.wait(), 10)
        watching.cancel()

    asyncio.run(watch())
    assert watcher.next_app is not None


class AppWithoutMail:
    """The parts of an App that are read before it runs."""

    replay = None

    class config:
        """Its configuration."""

        class settings:
            """Its settings."""

            mail_send = False
            subscriptions_url = ""


@pytest.mark.parametrize(
    ("fingerprints", "reads", "ready"),
    [
        (["one", "one"], 1, False),
        (["one", "two", "three"], 1, False),  # still being written
        (["one", "two", "two", "three"], 2, True),
        (["one", "two", "one"], 1, False),
    ],
)
def test_files_are_read_only_when_they_are_no_longer_being_written(
    monkeypatch: pytest.MonkeyPatch, fingerprints: list[str], reads: int, ready: bool
) -> None:
    monkeypatch.setattr(supervisor, "SETTLE_SECONDS", 0)
    opened, remaining = list[str](), iter([*fingerprints, fingerprints[-1]])

    def open_app() -> nullcontext[App]:
        opened.append("opened")
        return nullcontext(cast("App", AppWithoutMail))

    watcher = ConfigWatcher(lambda: next(remaining), open_app)
    watcher.open()
    assert asyncio.run(watcher.check()) == ready
    assert len(opened) == reads


def test_the_fingerprint_is_the_same_after_a_touch_or_an_undone_edit(tmp_path: Path) -> None:
    (tmp_path / "register").mkdir()
    settings, rules = tmp_path / "settings.yaml", tmp_path / "register/rules.yaml"
    fingerprints = [config_fingerprint(settings)]
    for file in (settings, tmp_path / "sources.yaml", tmp_path / "alerts.yaml", rules):
        file.write_text("")
        fingerprints.append(config_fingerprint(settings))
        os.utime(file, (1, 1))
        assert config_fingerprint(settings) == fingerprints[-1]
        file.write_text("a: b\n")
        fingerprints.append(config_fingerprint(settings))
    rules.write_text("")
    assert config_fingerprint(settings) == fingerprints[-2]
    (tmp_path / "register/notes.txt").write_text("not ours")
    assert config_fingerprint(settings) == fingerprints[-2]
    assert len(set(fingerprints)) == len(fingerprints)
