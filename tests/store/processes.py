"""Starts other processes at a store, and kills them as `kill -9` does."""

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
    """A process that does a job of `tests.store.child`; killed at the end if it still runs."""
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


def said(process: subprocess.Popen[str]) -> str:
    """The next line that the process says."""
    assert process.stdout
    return process.stdout.readline().rstrip("\n")


def go(process: subprocess.Popen[str]) -> None:
    """Let a waiting process go on."""
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()
