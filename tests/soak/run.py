"""Runs the program twice through the same cycles, once with faults, and compares memory, stores and mail."""

from __future__ import annotations

import json
import os
import random
import select
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter, deque
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from aggregator.store import open_existing_store
from tests.crash.mail_server import RunningMailServer, run_mail_server
from tests.soak.compare import PeriodOf, differences, posted, published, sent, stored
from tests.soak.faults import (
    CLOCK,
    PERIOD,
    Fault,
    FaultSort,
    FileLimit,
    FullDisk,
    LockedStore,
    MovedStore,
    NoTrouble,
    Trouble,
    mount_small_disk,
    plan_faults,
    shifted,
    unmount,
)
from tests.soak.project import make_project
from tests.soak.publisher import Publisher
from tests.soak.worker import REPORT
from tests.support.projects import PROJECT, SmallProject
from tests.support.server import ScriptedServer

# A Wednesday. Periods of four hours begin half an hour after a digest is due, at 08:00 in London.
BEGIN: Final = datetime(2026, 6, 3, 7, 30, tzinfo=UTC)
STEP: Final = timedelta(minutes=15)
SEED: Final = 20260603
PAGE_SIZE: Final = os.sysconf("SC_PAGE_SIZE")
# Seconds that one cycle may take before the soak gives up.
LONGEST_CYCLE: Final = 600


def period_of(at: datetime) -> int:
    """Return the number of the period in which an instant is; negative before the soak."""
    return (at - BEGIN) // (PERIOD * STEP)


def one_period(at: datetime) -> int:
    """Return the same for all instants since the beginning: while the clock was wrong, none can be right."""
    return min(period_of(at), 0)


@dataclass(frozen=True, slots=True)
class Measure:
    """What the process and the one that reads for it had after a cycle."""

    memory: int
    handles: int
    reader_memory: int
    processes: int

    @classmethod
    def of(cls, process: int) -> Measure:
        """Look at a running process and its descendants."""
        below = _descendants(process)
        return cls(
            _memory(process),
            len(list(Path(f"/proc/{process}/fd").iterdir())),
            max(map(_memory, below), default=0),
            len(below),
        )


def _memory(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE_SIZE
    except (OSError, IndexError):  # it has just ended
        return 0


def _descendants(process: int) -> list[int]:
    found = list[int]()
    for file in Path(f"/proc/{process}/task").glob("*/children"):
        for child in file.read_text().split():
            found += [int(child), *_descendants(int(child))]
    return found


class Program:
    """One of the two runs: a project and the process that works in it."""

    def __init__(self, project: SmallProject, mail: RunningMailServer) -> None:
        self.project = project
        self.mail = mail
        self.log = deque[str](maxlen=400)
        self._process: subprocess.Popen[str] | None = None
        self.refusals = 0

    @property
    def store(self) -> Path:
        """The file of the store."""
        return self.project.folder / "data/aggregator.db"

    @property
    def pid(self) -> int:
        """The process, started if need be."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.soak.worker", str(self.project.folder)],
                cwd=PROJECT,
                env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{PROJECT}/src{os.pathsep}{PROJECT}"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            threading.Thread(target=self._read_log, args=(self._process,), daemon=True).start()
        return self._process.pid

    def _read_log(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        # It may be closed when the process is gone.
        with suppress(ValueError):
            self.log.extend(iter(process.stderr.readline, ""))

    def begin(self, at: datetime, *, report: bool = False) -> None:
        """Let it do what is due at this instant, and `report` what is wrong."""
        assert self.pid
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(f"{at.isoformat()} {REPORT if report else ''}\n")
        self._process.stdin.flush()

    def wait(self) -> dict[str, Any]:
        """Wait until it has done so; returns what it answered."""
        assert self._process is not None
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], LONGEST_CYCLE)
        line = self._process.stdout.readline() if ready else ""
        if not line:
            raise AssertionError(f"the program hangs or has died:\n{''.join(self.log)}")
        facts: dict[str, Any] = json.loads(line)
        if "refused" in facts:
            self.refusals += 1
            self.end()
        return facts

    def kill(self) -> None:
        """Kill it with -9."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self.end()

    def end(self) -> None:
        """Let it end."""
        if self._process is None:
            return
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._process:
            self._process.stdin.close()
            self._process.wait(timeout=LONGEST_CYCLE)
        self._process = None


@dataclass(slots=True)
class SoakResult:
    """What a soak found."""

    cycles: int
    living: range
    seconds: float
    faults: Counter[FaultSort]
    measures: list[Measure]
    problems: list[str]
    differences: list[str] = field(default_factory=list)
    copies: int = 0
    most_copies: int = 0

    def growth(self) -> dict[str, float]:
        """Return each measure's middle value in the second half, as a share of that in the first."""
        half = len(self.measures) // 2
        return {
            name: statistics.median(getattr(one, name) for one in self.measures[half:])
            / max(statistics.median(getattr(one, name) for one in self.measures[:half]), 1)
            for name in Measure.__slots__
        }

    def lines(self) -> list[str]:
        """Return the report."""
        quarters = [self.measures[len(self.measures) * part // 4 - 1] for part in (1, 2, 3, 4)]
        return [
            f"{self.cycles} cycles in {self.seconds:.0f} s; faults: "
            + ", ".join(f"{count} {sort}" for sort, count in sorted(self.faults.items())),
            f"one process lived through cycles {self.living.start} to {self.living.stop}; at its quarters "
            + "; ".join(
                f"{one.memory >> 20} MB and {one.handles} handles, reading {one.reader_memory >> 20} MB, "
                f"{one.processes} processes below it"
                for one in quarters
            ),
            "middle of the second half against the first: "
            + ", ".join(f"{name} {share:.3f}" for name, share in self.growth().items()),
            f"repeats of mails and webhook posts: {self.copies}, at most {self.most_copies} copies of one",
            f"problems at the end: {self.problems}",
            f"differences: {len(self.differences)}",
            *self.differences[:60],
        ]


class Soak:
    """Two programs, the publishers, and the faults for one of the programs."""

    def __init__(self, cycles: int, living: range, sorts: frozenset[FaultSort], seed: int = SEED) -> None:
        self.cycles = cycles
        self.living = living
        self.plan = plan_faults(cycles, living, sorts, seed)
        self._period_of = one_period if sorts & CLOCK else period_of
        self._chance = random.Random(seed)  # noqa: S311  # repeatable; nothing is secret here
        self._publisher = Publisher()
        self._trouble: Trouble = NoTrouble()
        self._shift = timedelta()
        self._measures = list[Measure]()
        self._usual_seconds = 0.3

    def run(self, folder: Path, keep: Path | None = None) -> SoakResult:
        """Run all cycles in `folder`, and compare; copy both projects to `keep`."""
        started = time.monotonic()
        with ExitStack() as stack:
            self._open(folder, stack)
            problems = list[str]()
            for cycle in range(self.cycles):
                problems = self._cycle(cycle)
                if cycle % 100 == 99:
                    sys.stderr.write(f"{cycle + 1} cycles in {time.monotonic() - started:.0f} s\n")
            seconds = time.monotonic() - started
            self.undisturbed.end()
            self.disturbed.end()
            if keep:
                shutil.copytree(self.disturbed.project.folder, keep / "disturbed")
                shutil.copytree(self.undisturbed.project.folder, keep / "undisturbed")
            return self._result(seconds, problems)

    def _open(self, folder: Path, stack: ExitStack) -> None:
        script = self._publisher.script()
        self._server = stack.enter_context(ScriptedServer(script))
        self._disk = folder / "disk"
        self.has_disk = mount_small_disk(self._disk)
        if self.has_disk:
            stack.callback(unmount, self._disk)
        self.undisturbed = self._program(folder / "undisturbed", folder, stack)
        self.disturbed = self._program(self._disk / "disturbed", folder, stack)

    def _program(self, home: Path, folder: Path, stack: ExitStack) -> Program:
        mail = stack.enter_context(run_mail_server(folder / f"{home.name}.jsonl"))
        home.mkdir()
        program = Program(make_project(home, self._server.url().rstrip("/"), mail.port, BEGIN), mail)
        stack.callback(program.end)
        return program

    def _cycle(self, cycle: int) -> list[str]:
        at, fault, began = BEGIN + cycle * STEP, self.plan.get(cycle), time.monotonic()
        self._publisher.period = period_of(at)
        self._server.requests.clear()
        is_last = cycle == self.cycles - 1
        self.undisturbed.begin(at, report=is_last)
        if fault and cycle == fault.begin:
            self._put_in(fault, at)
        problems = self._disturbed_cycle(at, fault, report=is_last)
        reference = self.undisturbed.wait()
        assert not reference["problems"], reference
        if fault and cycle == fault.end - 1:
            self._take_out(fault)
        if cycle in self.living:
            self._measures.append(Measure.of(self.disturbed.pid))
        if not fault:
            self._usual_seconds = 0.9 * self._usual_seconds + 0.1 * (time.monotonic() - began)
        return problems

    def _disturbed_cycle(self, at: datetime, fault: Fault | None, *, report: bool) -> list[str]:
        self.disturbed.begin(at + self._shift, report=report)
        if fault and fault.sort in (FaultSort.KILL, FaultSort.KILL_LATE):
            time.sleep(self._chance.uniform(0, self._usual_seconds))
            self.disturbed.kill()
            if fault.sort is FaultSort.KILL_LATE:
                return []
            self.disturbed.begin(at)
        problems: list[str] = self.disturbed.wait().get("problems", [])
        return problems

    def _put_in(self, fault: Fault, at: datetime) -> None:
        if fault.sort in (FaultSort.CLOCK_AHEAD, FaultSort.CLOCK_BACK):
            self._shift = shifted(at, fault.sort, self._chance)
        if fault.sort is FaultSort.READER_KILLED:
            for process in _descendants(self.disturbed.pid):
                os.kill(process, signal.SIGKILL)
        if fault.sort is FaultSort.LOST:
            self.disturbed.end()
        self._trouble = self._trouble_of(fault.sort)
        self._trouble.put_in(self.disturbed.pid if fault.sort is FaultSort.FILE_LIMIT else 0)

    def _take_out(self, fault: Fault) -> None:
        self._trouble.take_out(self.disturbed.pid if fault.sort is FaultSort.FILE_LIMIT else 0)
        self._trouble, self._shift = NoTrouble(), timedelta()

    def _trouble_of(self, sort: FaultSort) -> Trouble:
        size = self._chance.choice((0, 3_000, 40_000, 200_000))
        if sort is FaultSort.FULL_DISK and self.has_disk:
            return FullDisk(self._disk, size)
        if sort in (FaultSort.FILE_LIMIT, FaultSort.FULL_DISK):
            return FileLimit(size)
        if sort in (FaultSort.MOVED, FaultSort.LOST):
            return MovedStore(self.disturbed.store)
        return LockedStore(self.disturbed.store) if sort is FaultSort.LOCKED else NoTrouble()

    def _result(self, seconds: float, problems: list[str]) -> SoakResult:
        faults = {id(fault): fault.sort for fault in self.plan.values()}
        result = SoakResult(
            self.cycles, self.living, seconds, Counter(faults.values()), self._measures, problems
        )
        posts = self._publisher.posts
        for read in (_stored, _published):
            once, again = (read(one, self._period_of) for one in (self.undisturbed, self.disturbed))
            result.differences += differences(once, again)
        for once, again in (
            (sent(self.undisturbed.mail, self._period_of), sent(self.disturbed.mail, self._period_of)),
            (posted(posts, "undisturbed", self._period_of), posted(posts, "disturbed", self._period_of)),
        ):
            result.differences += differences(dict.fromkeys(once), dict.fromkeys(again))
            result.copies += (again - once).total()
            result.most_copies = max([result.most_copies, *again.values()])
        return result


def _stored(program: Program, period_of: PeriodOf) -> Counter[str]:
    with open_existing_store(f"sqlite:///{program.store}") as store:
        return stored(store.dump(), period_of)


def _published(program: Program, period_of: PeriodOf) -> dict[str, str]:
    return published(program.project, period_of)
