"""A running `aggregator start` takes up edited files, and goes on with the old ones while they are bad."""

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
from pathlib import Path
from typing import cast

import httpx
import pytest

from aggregator import supervisor
from aggregator.app import App
from aggregator.config.settings import standing
from aggregator.supervisor import Calls, ConfigWatcher
from tests.support.projects import PROJECT, Small, atom, small_project
from tests.support.server import Response, Server

REGISTER = PROJECT / "tests/crash/register"
FEED = {"Content-Type": "application/atom+xml"}
QUICK = (
    "import aggregator.schedule as s; s.LOOK_EVERY = 0.2; "  # a minute, but for tests
    "import aggregator.supervisor as r; r.SETTLES = 0.3; "
    "from aggregator.cli import main; main()"
)
RULE = "alerts:\n  - id: plans\n    name: Plans\n    when: 'title:plan'\n    feed: yes\n"
TAKEN_UP = "files have changed: going on with what they say now"
NOT_GOOD = "files have changed and are not good"


@dataclass
class Running:
    """A running `aggregator start`, with what it has said so far."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    def read(self) -> None:
        assert self.process.stderr is not None
        self.lines.extend(iter(self.process.stderr.readline, ""))

    def count(self, words: str) -> int:
        return sum(words in line for line in self.lines)

    def wait_for(self, words: str, times: int = 1) -> None:
        """Until it has said so, so many times."""
        until = time.monotonic() + 30
        while self.count(words) < times:
            assert time.monotonic() < until, "".join(self.lines)
            time.sleep(0.02)

    @property
    def port(self) -> int:
        found = re.search(r"address=http://127\.0\.0\.1:(\d+)/", "".join(self.lines))
        assert found
        return int(found[1])

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.port}/{path}", timeout=10)


@contextmanager
def started(project: Small) -> Iterator[Running]:
    """`aggregator start` that looks five times a second, once it has published."""
    process = subprocess.Popen(
        [sys.executable, "-c", QUICK, "start", "--port", "0"],
        cwd=project.folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT / "src")},
        stderr=subprocess.PIPE,
        text=True,
    )
    program = Running(process)
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
def asked(program: Running) -> Iterator[Counter[int]]:
    """Asked for its health again and again; counts the answers by their status."""
    answers, ended = Counter[int](), threading.Event()

    def ask() -> None:
        while not ended.wait(0.05):
            answers[program.get("health").status_code] += 1

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield answers
    finally:
        ended.set()
        asking.join()


@pytest.fixture
def server() -> Iterator[Server]:
    feeds = {"/one.atom": atom({"/a": "A plan"}), "/two.atom": atom({"/b": "A report"})}
    with Server({path: Response(headers=FEED, payload=feed) for path, feed in feeds.items()}) as found:
        yield found


@pytest.fixture
def project(tmp_path: Path, server: Server) -> Small:
    made = small_project(tmp_path / "project", records=(), register=REGISTER)
    made.sources({"one": server.url("/one.atom")}, records=False)
    return made


@pytest.mark.timed
def test_edited_files_count_while_it_runs_and_broken_ones_wait(project: Small, server: Server) -> None:
    sources = project.folder / "sources.yaml"
    with started(project) as program, asked(program) as answers:
        added = project.run("sources", "add", server.url("/two.atom"), "--id", "two", "--body", "cddo")
        assert (added.code, added.err) == (0, "")
        program.wait_for("published", 2)
        assert "A report" in program.get("all.atom").text

        good = sources.read_text()
        sources.write_text(good + "    colour: red\n")
        program.wait_for(NOT_GOOD)
        time.sleep(1)  # five looks more
        assert program.count(NOT_GOOD) == 1, "".join(program.lines)
        assert program.count(f"sources.yaml:{len(good.splitlines()) + 1}: 'sources.colour' is not a key") == 1
        assert program.count(TAKEN_UP) == 1

        sources.write_text(good)
        (project.folder / "alerts.yaml").write_text(RULE)
        (project.folder / "settings.yaml").write_text("mail_send: yes\nown_hosts: [127.0.0.1]\n")
        program.wait_for("setting mail_server: mail_send is on, and this is not set")
        (project.folder / "settings.yaml").write_text("operator: A. Volunteer\nown_hosts: [127.0.0.1]\n")
        program.wait_for("published", 3)
        assert program.get("alerts/plans.atom").status_code == 200
        assert "A. Volunteer" in program.get("about.html").text

    assert set(answers) == {200}
    assert [server.paths().count(path) for path in ("/one.atom", "/two.atom")] == [1, 1]


def test_what_is_under_way_is_finished_and_nothing_new_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "SETTLES", 0)
    stands, did = ["one"], list[str]()
    edits = ConfigWatcher(lambda: stands[0], lambda: nullcontext(cast("App", NoLetters)))
    edits.open()

    async def both() -> None:
        calls, may_end = Calls(edits), asyncio.Event()

        async def long() -> None:
            await may_end.wait()
            did.append("long")

        async def short() -> None:
            did.append("short")

        under_way = asyncio.create_task(calls.watched(long)())
        await asyncio.sleep(0)
        stands[0] = "two"
        await calls.watched(short)()
        assert (did, calls.leave.is_set()) == ([], False)
        may_end.set()
        await under_way
        assert (did, calls.leave.is_set()) == (["long"], True)

    asyncio.run(both())
    assert edits.next is not None


class NoLetters:
    """As much of a program as is looked at before it runs."""

    replay = None

    class config:
        """Its configuration."""

        class settings:
            """Its settings."""

            mail_send = False
            letters_url = ""


@pytest.mark.parametrize(
    ("stands", "reads", "ready"),
    [
        (["one", "one"], 1, False),
        (["one", "two", "three"], 1, False),  # still being written
        (["one", "two", "two", "three"], 2, True),
        (["one", "two", "one"], 1, False),
    ],
)
def test_files_are_read_when_they_are_no_longer_being_written(
    monkeypatch: pytest.MonkeyPatch, stands: list[str], reads: int, ready: bool
) -> None:
    monkeypatch.setattr(supervisor, "SETTLES", 0)
    tries, left = list[str](), iter([*stands, stands[-1]])

    def reopen() -> nullcontext[App]:
        tries.append("read")
        return nullcontext(cast("App", NoLetters))

    edits = ConfigWatcher(lambda: next(left), reopen)
    edits.open()
    assert asyncio.run(edits.look()) == ready
    assert len(tries) == reads


def test_files_stand_as_before_when_they_are_only_touched_or_put_back(tmp_path: Path) -> None:
    (tmp_path / "register").mkdir()
    settings, rules = tmp_path / "settings.yaml", tmp_path / "register/rules.yaml"
    seen = [standing(settings)]
    for file in (settings, tmp_path / "sources.yaml", tmp_path / "alerts.yaml", rules):
        file.write_text("")
        seen.append(standing(settings))
        os.utime(file, (1, 1))
        assert standing(settings) == seen[-1]
        file.write_text("a: b\n")
        seen.append(standing(settings))
    rules.write_text("")
    assert standing(settings) == seen[-2]
    (tmp_path / "register/notes.txt").write_text("not ours")
    assert standing(settings) == seen[-2]
    assert len(set(seen)) == len(seen)
