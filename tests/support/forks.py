"""Runs the command line in a process of its own without importing the whole program each time.

A fork server without threads has imported it once, and each run is a fork of that. `test_start.py`,
`test_offline.py` and `test_make.py` start `python -m aggregator` as a user does.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FORKSERVER = multiprocessing.get_context("forkserver")
FORKSERVER.set_forkserver_preload(["aggregator.cli", "tests.support.warm", "tests.support.parsing"])


@dataclass(frozen=True, slots=True)
class CompletedRun:
    """Exit code and output of a run of the command line."""

    code: int
    out: str
    err: str


def run_in_fork(
    folder: Path, arguments: Sequence[str], environment: Mapping[str, str], timeout: float
) -> CompletedRun:
    """Run the command line in `folder`; raises TimeoutError, and kills it, after `timeout` seconds."""
    with tempfile.TemporaryDirectory() as streams:
        child = FORKSERVER.Process(target=_run, args=(folder, arguments, environment, Path(streams)))
        child.start()
        child.join(timeout)
        if child.exitcode is None:
            child.kill()
            child.join()
            raise TimeoutError(f"aggregator {' '.join(arguments)} took over {timeout} s")
        out, err = (Path(streams, name).read_text(encoding="utf-8") for name in ("out", "err"))
    return CompletedRun(child.exitcode, out, err)


def _run(folder: Path, arguments: Sequence[str], environment: Mapping[str, str], streams: Path) -> None:
    from aggregator.cli import main  # noqa: PLC0415  # imported before, by the fork server
    from tests.support.parsing import parse_in_process  # noqa: PLC0415  # likewise

    parse_in_process()  # a fork server of its own for each run would import everything again
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(streams / name, os.O_WRONLY | os.O_CREAT), number)
    sys.argv = ["aggregator", *arguments]
    main()
