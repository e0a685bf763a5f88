"""The faults of the soak: when each begins, how long it lasts, and how it is put in and taken out."""

from __future__ import annotations

import os
import random
import resource
import shutil
import sqlite3
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

# Nothing may be due when the clock is wrong, or what is due would be done at another instant than in the
# other run. Two looks after a change are over in so many cycles, whatever was wrong before.
SETTLED: Final = 11
# Cycles in which the publishers offer the same.
PERIOD: Final = 16
LONGEST: Final = 4
# The share of cycles in which the process is killed, while it may be.
KILLED: Final = 0.04


class FaultSort(StrEnum):
    """What goes wrong."""

    KILL = "kill -9"
    KILL_LATE = "kill -9, started again a cycle later"
    READER_KILLED = "reading process killed"
    FULL_DISK = "full disk"
    FILE_LIMIT = "no file may grow"
    MOVED = "store moved away while it is open"
    LOST = "store gone at the start"
    LOCKED = "store locked by another process"
    CLOCK_BACK = "clock jumps back"
    CLOCK_AHEAD = "clock jumps ahead"


KILLS: Final = frozenset({FaultSort.KILL, FaultSort.KILL_LATE, FaultSort.LOST})
CLOCK: Final = frozenset({FaultSort.CLOCK_BACK, FaultSort.CLOCK_AHEAD})


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault."""

    sort: FaultSort
    begin: int
    """Its first cycle."""
    end: int
    """The first cycle after it."""


def plan_faults(cycles: int, living: range, sorts: frozenset[FaultSort], seed: int) -> Mapping[int, Fault]:
    """Return the fault of each cycle that has one; none that ends the process in the cycles `living`.

    The first two periods, to learn what the sources have, and the last two, to end alike, have none.
    """
    chance = random.Random(seed)  # noqa: S311  # repeatable; nothing is secret here
    plan = dict[int, Fault]()
    for start in range(2 * PERIOD, cycles - 2 * PERIOD, PERIOD):
        # Kills, done again at the same instant, may come at any cycle.
        for cycle in range(start, start + PERIOD):
            if FaultSort.KILL in sorts and cycle not in living and chance.random() < KILLED:
                plan[cycle] = Fault(FaultSort.KILL, cycle, cycle + 1)
        possible = sorted(
            sorts - {FaultSort.KILL} - (KILLS if start + PERIOD > living.start else frozenset())
        )
        if not possible:
            continue
        sort = chance.choice(possible)
        length = 1 if sort in (FaultSort.KILL_LATE, FaultSort.READER_KILLED) else chance.randint(1, LONGEST)
        first = SETTLED if sort in CLOCK else chance.randint(1, SETTLED)
        fault = Fault(sort, start + first, start + first + length)
        plan |= dict.fromkeys(range(fault.begin, fault.end), fault)
    return plan


class Trouble(ABC):
    """A fault that is put into a running program from outside, and taken out again."""

    @abstractmethod
    def put_in(self, process: int) -> None:
        """Break it."""

    @abstractmethod
    def take_out(self, process: int) -> None:
        """Repair it."""


class NoTrouble(Trouble):
    """For what the driver does itself."""

    def put_in(self, process: int) -> None:
        """Do nothing."""

    def take_out(self, process: int) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class FileLimit(Trouble):
    """The process may write no file beyond so many bytes."""

    size: int

    def put_in(self, process: int) -> None:
        """Set the limit."""
        _, hard = resource.prlimit(process, resource.RLIMIT_FSIZE)
        resource.prlimit(process, resource.RLIMIT_FSIZE, (self.size, hard))

    def take_out(self, process: int) -> None:
        """Set it back."""
        _, hard = resource.prlimit(process, resource.RLIMIT_FSIZE)
        resource.prlimit(process, resource.RLIMIT_FSIZE, (hard, hard))


@dataclass(frozen=True, slots=True)
class FullDisk(Trouble):
    """A disk of its own has only so many bytes left."""

    disk: Path
    left: int

    def put_in(self, process: int) -> None:
        """Fill it."""
        free = shutil.disk_usage(self.disk).free
        with (self.disk / "filler").open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(free - self.left, 1))

    def take_out(self, process: int) -> None:
        """Make room."""
        (self.disk / "filler").unlink()


@dataclass(frozen=True, slots=True)
class MovedStore(Trouble):
    """The store and its log are somewhere else."""

    store: Path

    def put_in(self, process: int) -> None:
        """Move them away."""
        for one in self._files(self.store):
            with suppress(FileNotFoundError):
                one.rename(one.with_name(f"{one.name}.away"))

    def take_out(self, process: int) -> None:
        """Move them back, over what may be there now."""
        for one in self._files(self.store):
            one.unlink(missing_ok=True)
            with suppress(FileNotFoundError):
                one.with_name(f"{one.name}.away").rename(one)

    @staticmethod
    def _files(store: Path) -> tuple[Path, ...]:
        return tuple(store.with_name(f"{store.name}{part}") for part in ("", "-wal", "-shm"))


class LockedStore(Trouble):
    """Another process writes and does not end."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._other: sqlite3.Connection | None = None

    def put_in(self, process: int) -> None:
        """Begin to write."""
        self._other = sqlite3.connect(self._store, isolation_level=None)
        self._other.execute("BEGIN IMMEDIATE")

    def take_out(self, process: int) -> None:
        """Undo it."""
        assert self._other is not None
        with closing(self._other):
            self._other.execute("ROLLBACK")
        self._other = None


def mount_small_disk(folder: Path, megabytes: int = 120) -> bool:
    """Mount a disk in memory, which can be filled; False where this user may not."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(folder)]
    return (
        shutil.which("mount") is not None
        and not subprocess.run(command, check=False, capture_output=True).returncode
    )


def unmount(folder: Path) -> None:
    """Let go of the disk in memory."""
    subprocess.run(["umount", "--lazy", str(folder)], check=False, capture_output=True)


def shifted(at: datetime, sort: FaultSort, chance: random.Random) -> timedelta:
    """Return how far the clock is wrong: hours to a year."""
    hours = chance.choice((2, 9, 30, 24 * 8, 24 * 365))
    return timedelta(hours=hours if sort is FaultSort.CLOCK_AHEAD else -hours)
