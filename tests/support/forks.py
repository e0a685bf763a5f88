"""The command line in processes of their own that need not read the whole program anew.

A server process without threads has read it once; each run is a fork of that one. What `python -m aggregator`
itself does is tested where it is started as a user does: `test_start.py`, `test_offline.py`, `test_make.py`.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["aggregator.cli", "tests.support.warm"])


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run of the command line ended."""

    code: int
    out: str
    err: str


def run_in_a_fork(
    folder: Path, arguments: Sequence[str], environment: Mapping[str, str], timeout: float
) -> Ended:
    """Run the command line in `folder`; raises TimeoutError, and kills it, after `timeout` seconds."""
    with tempfile.TemporaryDirectory() as said:
        child = FORKS.Process(target=_run, args=(folder, arguments, environment, Path(said)))
        child.start()
        child.join(timeout)
        if child.exitcode is None:
            child.kill()
            child.join()
            raise TimeoutError(f"aggregator {' '.join(arguments)} took over {timeout} s")
        out, err = (Path(said, name).read_text(encoding="utf-8") for name in ("out", "err"))
    return Ended(child.exitcode, out, err)


def _run(folder: Path, arguments: Sequence[str], environment: Mapping[str, str], said: Path) -> None:
    from aggregator.cli import main  # noqa: PLC0415  # only the fork runs it, and has it at hand

    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(said / name, os.O_WRONLY | os.O_CREAT), number)
    sys.argv = ["aggregator", *arguments]
    main()
