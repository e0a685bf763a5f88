"""Runs the program in a child process that stops at a chosen commit or rename, to be killed there.

The parent has imported everything and forks, so that hundreds of runs are quick. When the child stops, it
reports through a pipe and waits; then the parent kills it with SIGKILL.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

import tests.support.warm  # noqa: F401  # reads on import
from aggregator.cli import main
from tests.support.parsing import parse_in_process

NEVER = -1
ENDED = "ended before"


@dataclass(slots=True)
class FaultPoints:
    """Counts the fault points, before and after each commit and rename, and stops at one of them."""

    stop_at: int
    pipe: int
    names: list[str] = field(default_factory=list)
    stopped: bool = False
    """Set by the first thread that stops; another thread that gets to the point stops without a report."""

    def reach(self, name: str) -> None:
        """Count one more fault point."""
        if len(self.names) == self.stop_at:
            if not self.stopped:
                self.stopped = True
                os.write(self.pipe, name.encode())
            time.sleep(60)
            os._exit(99)
        self.names.append(name)

    def wrap_call(self, call: Callable[..., Any], name: str) -> Callable[..., Any]:
        """`call` with a fault point before and after it."""

        def wrapped(*arguments: Any, **keywords: Any) -> Any:
            self.reach(f"before {name}")
            result = call(*arguments, **keywords)
            self.reach(f"after {name}")
            return result

        return wrapped

    def wrap_commit(self) -> Callable[..., None]:
        """A commit with a fault point before and after it, if anything was written since the last."""
        commit: Callable[..., None] = SQLiteDialect_pysqlite.do_commit
        with_points = self.wrap_call(commit, "commit")
        written = Counter[int]()

        def wrapped(*arguments: Any) -> None:
            driver = arguments[-1].driver_connection
            wrote = driver.total_changes != written[id(driver)]
            written[id(driver)] = driver.total_changes
            (with_points if wrote else commit)(*arguments)

        return wrapped


AddPoints = Callable[[FaultPoints], None]
"""Adds fault points to the child besides commits and renames."""

Work = Sequence[str] | Callable[[], None]
"""What a child does: a command line, or a function for which the parent has prepared what takes long."""


def start(
    folder: Path, work: Work, stop_at: int = NEVER, add_points: AddPoints | None = None
) -> tuple[int, int]:
    """Fork a child that works in `folder`; returns its process id and our end of the pipe."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    try:
        os.close(reading)
        points = FaultPoints(stop_at, writing)
        if add_points:
            add_points(points)
        _become(folder, work, points)
    finally:
        os._exit(98)


def _become(folder: Path, work: Work, points: FaultPoints) -> None:
    os.chdir(folder)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    os.fsync = lambda fd: None  # a kill is not a power cut: what the kernel has got stays
    os.replace = points.wrap_call(os.replace, "rename")  # only in this child
    SQLiteDialect_pysqlite.do_commit = points.wrap_commit()  # type: ignore[method-assign]  # likewise
    parse_in_process()  # likewise: what counts here are commits and renames
    code = 0
    try:
        _do(work)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    os.write(points.pipe, ("done " + "\n".join(points.names)).encode())
    os._exit(code)


def _do(work: Work) -> None:
    if callable(work):
        work()
        return
    sys.argv = ["aggregator", *work]
    main()


def wait(child: int) -> int:
    """The exit code of a child; minus the number of the signal if it was killed."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def read_all(pipe: int) -> str:
    """All that the child reported."""
    with os.fdopen(pipe) as file:
        return file.read()


def run_to_end(folder: Path, work: Work, add_points: AddPoints | None = None) -> tuple[int, list[str], float]:
    """Run undisturbed; returns exit code, the names of the fault points passed, and seconds."""
    started = time.monotonic()
    child, pipe = start(folder, work, add_points=add_points)
    text = read_all(pipe)
    code = wait(child)
    return code, text.removeprefix("done ").splitlines(), time.monotonic() - started


def kill_at(folder: Path, work: Work, point: int, add_points: AddPoints | None = None) -> str:
    """Run, and kill -9 the child at its `point`-th fault point. Returns its name, or ENDED."""
    child, pipe = start(folder, work, stop_at=point, add_points=add_points)
    name = os.read(pipe, 200).decode()
    os.kill(child, signal.SIGKILL)
    os.close(pipe)
    ended = name.startswith("done ")
    assert wait(child) == -signal.SIGKILL or ended
    return ENDED if ended else name


def kill_after(folder: Path, work: Work, seconds: float) -> bool:
    """Run, and kill -9 the child after `seconds`; returns whether it was still running."""
    child, pipe = start(folder, work)
    return kill_running(child, pipe, seconds)


def kill_running(child: int, pipe: int, seconds: float) -> bool:
    """Kill -9 a started child after `seconds`; returns whether it was still running."""
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.close(pipe)
    return wait(child) == -signal.SIGKILL
