"""What runs in the reading process: its limits of memory and time, around the jobs of a batch."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from aggregator.services.polling.parse_jobs import Job, run_jobs

MEGABYTE: Final = 1_000_000
# Exit code of a process whose jobs took too much memory.
OUT_OF_MEMORY: Final = 71
# Exit code of a process that must be replaced before it can do a job; the job is not to blame.
USED_UP: Final = 72
# The kernel refuses memory only so far above the limit. libxml2 reads a page that it has no memory for as a
# shorter page, without an error, and items would seem to have gone. A block that is refused is no larger than
# this (texts are limited, and buffers grow by doubling), so a job that met a refusal was over the limit.
MARGIN: Final = 100 * MEGABYTE
STATUS: Final = Path("/proc/self/status")

# The most memory that this process may have taken; empty where no limit can be set (only Linux has them).
_allowed: list[int] = []


def start_process(megabytes: int) -> None:
    """Note the limit: so much on top of what the process takes now."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if STATUS.exists():
        _allowed[:] = [_memory("VmSize") + megabytes * MEGABYTE]


def run_watched(jobs: Sequence[Job[Any]], seconds: float) -> list[Any]:
    """Do the jobs; end the process if they take too long or too much memory."""
    _end_if_over(USED_UP)
    # The program ends us earlier, unless it has been killed itself.
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        with _limited_memory():
            results = run_jobs(jobs)
    except MemoryError:
        # A library may have been stopped half way: start anew.
        os._exit(OUT_OF_MEMORY)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    _end_if_over(OUT_OF_MEMORY)
    return results


def _end_if_over(exit_code: int) -> None:
    if _allowed and _memory("VmPeak") > _allowed[0]:
        os._exit(exit_code)


@contextmanager
def _limited_memory() -> Iterator[None]:
    """Limit memory for a while: answers that come and results that go are no part of reading."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    if _allowed:
        # A limit that the operator has set for the program (`ulimit -v`) may be lower.
        limits = [limit for limit in (_allowed[0] + MARGIN, *before) if limit >= 0]
        resource.setrlimit(resource.RLIMIT_AS, (min(limits), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def _memory(name: str) -> int:
    """Return a line of the process's status, in bytes."""
    lines = STATUS.read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))
