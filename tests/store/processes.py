"""Starts other processes on a store, and kills them as `kill -9` does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


@contextmanager
def child(job: str, url: str, name: str = "") -> Iterator[subprocess.Popen[str]]:
    """Run a job of `tests.store.child` in a process; kill it at the end if it still runs."""
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "tests.store.child", job, url, name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"src{os.pathsep}."},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def read_line(process: subprocess.Popen[str]) -> str:
    """Read the next line that the process prints."""
    assert process.stdout
    return process.stdout.readline().rstrip("\n")


def resume(process: subprocess.Popen[str]) -> None:
    """Let a waiting process continue."""
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()
