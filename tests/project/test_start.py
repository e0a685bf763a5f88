"""`aggregator start` as a process: it polls, publishes, serves, and ends with SIGTERM."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.support.projects import PROJECT, SMALL_REGISTER, SmallProject, make_atom_feed, small_project
from tests.support.server import ScriptedResponse, ScriptedServer

HEADERS = {"Content-Type": "application/atom+xml"}


@contextmanager
def start_program(
    project: SmallProject, until: str = "published"
) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """Start `aggregator start` on a free port and wait for a line of its log; gives it and its lines."""
    process = subprocess.Popen(
        [sys.executable, "-m", "aggregator", "start", "--port", "0"],
        cwd=project.folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT / "src")},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    lines: list[str] = []
    try:
        for line in process.stderr:
            lines.append(line)
            if until in line:
                break
        yield process, lines
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def served_address(lines: list[str]) -> str:
    found = re.search(r"address=(http://127\.0\.0\.1:\d+/)", "".join(lines))
    assert found, lines
    return found[1]


def test_the_program_polls_publishes_serves_and_ends_with_sigterm(tmp_path: Path) -> None:
    project = small_project(tmp_path / "project", register=SMALL_REGISTER)
    with ScriptedServer(
        {"/one.atom": ScriptedResponse(headers=HEADERS, payload=make_atom_feed({"/a": "A plan"}))}
    ) as server:
        project.sources({"one": server.url("/one.atom")})
        with start_program(project) as (process, lines):
            page = httpx.get(served_address(lines), timeout=10)
            health = httpx.get(served_address(lines) + "health", timeout=10)
            process.send_signal(signal.SIGTERM)
            code = process.wait(timeout=20)

    assert "A plan" in page.text
    assert health.json() == {"ok": True, "problems": [], "late": [], "failing": [], "inbox": {}}
    assert code == 0


def test_killed_and_started_again_the_program_polls_nobody_twice(tmp_path: Path) -> None:
    project = small_project(tmp_path / "project", register=SMALL_REGISTER)
    with ScriptedServer(
        {"/one.atom": ScriptedResponse(headers=HEADERS, payload=make_atom_feed({"/a": "A plan"}))}
    ) as server:
        project.sources({"one": server.url("/one.atom")})
        with start_program(project) as (process, _):
            process.send_signal(signal.SIGKILL)
            process.wait(timeout=20)
        before = project.output()
        with start_program(project) as (_, lines):
            assert "published" in lines[-1]

        assert server.paths().count("/one.atom") == 1
    assert project.output()["feed.atom"] == before["feed.atom"]
