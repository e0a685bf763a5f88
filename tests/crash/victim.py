"""A run of the program in a child process that can be stopped at a chosen commit or rename, and killed.

The parent has everything imported already and forks, so that hundreds of runs are quick. Where the child
stops, it says so through a pipe and waits; the parent then kills it from outside with SIGKILL.
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

NEVER = -1
ENDED = "ended before"


@dataclass(slots=True)
class Points:
    """Counts the instants before and after each commit and rename, and stops at one of them."""

    stop_at: int
    pipe: int
    names: list[str] = field(default_factory=list)
    stopped: bool = False
    """A second thread that gets to the same instant stops there, too, and says nothing."""

    def reach(self, name: str) -> None:
        """One more instant."""
        if len(self.names) == self.stop_at:
            if not self.stopped:
                self.stopped = True
                os.write(self.pipe, name.encode())
            time.sleep(60)
            os._exit(99)
        self.names.append(name)

    def around(self, call: Callable[..., Any], name: str) -> Callable[..., Any]:
        """`call` with an instant before and after it."""

        def called(*arguments: Any, **named: Any) -> Any:
            self.reach(f"before {name}")
            result = call(*arguments, **named)
            self.reach(f"after {name}")
            return result

        return called

    def at_commits(self) -> Callable[..., None]:
        """A commit with an instant before and after it, if anything was written since the last."""
        commit: Callable[..., None] = SQLiteDialect_pysqlite.do_commit
        with_instants = self.around(commit, "commit")
        written = Counter[int]()

        def called(*given: Any) -> None:
            driver = given[-1].driver_connection
            wrote = driver.total_changes != written[id(driver)]
            written[id(driver)] = driver.total_changes
            (with_instants if wrote else commit)(*given)

        return called


Wrap = Callable[[Points], None]
"""Puts more instants into the child than commits and renames."""

Work = Sequence[str] | Callable[[], None]
"""What a child does: a command line, or a call for which the parent got everything ready that costs time."""


def start(folder: Path, work: Work, stop_at: int = NEVER, wrap: Wrap | None = None) -> tuple[int, int]:
    """Fork a child that works in `folder`; gives its process id and our end of the pipe."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    try:
        os.close(reading)
        points = Points(stop_at, writing)
        if wrap:
            wrap(points)
        _become(folder, work, points)
    finally:
        os._exit(98)


def _become(folder: Path, work: Work, points: Points) -> None:
    os.chdir(folder)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    os.fsync = lambda fd: None  # a kill is no loss of power: what the kernel has been given stays
    os.replace = points.around(os.replace, "rename")  # only in this child
    SQLiteDialect_pysqlite.do_commit = points.at_commits()  # type: ignore[method-assign]  # likewise
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
    """The exit code of a child that ended by itself; minus the signal's number if it was killed."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def read_all(pipe: int) -> str:
    """What the child said."""
    with os.fdopen(pipe) as file:
        return file.read()


def run_whole(folder: Path, work: Work, wrap: Wrap | None = None) -> tuple[int, list[str], float]:
    """A run that nobody disturbs: its exit code, the instants it passed, and the seconds it took."""
    started = time.monotonic()
    child, pipe = start(folder, work, wrap=wrap)
    said = read_all(pipe)
    code = wait(child)
    return code, said.removeprefix("done ").splitlines(), time.monotonic() - started


def kill_at(folder: Path, work: Work, point: int, wrap: Wrap | None = None) -> str:
    """Run, and kill -9 the child at its `point`-th instant; gives its name, or `ENDED` if it passed fewer."""
    child, pipe = start(folder, work, stop_at=point, wrap=wrap)
    name = os.read(pipe, 200).decode()
    os.kill(child, signal.SIGKILL)
    os.close(pipe)
    ended = name.startswith("done ")
    assert wait(child) == -signal.SIGKILL or ended
    return ENDED if ended else name


def kill_after(folder: Path, work: Work, seconds: float) -> bool:
    """Run, and kill -9 the child after `seconds`; whether it was still running."""
    child, pipe = start(folder, work)
    return strike(child, pipe, seconds)


def strike(child: int, pipe: int, seconds: float) -> bool:
    """Kill -9 a child that was started after `seconds`; whether it was still running."""
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.close(pipe)
    return wait(child) == -signal.SIGKILL
