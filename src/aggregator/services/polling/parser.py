"""Reads answers in a process of its own, with limits of time and memory. The only file that imports pebble.

Whatever a publisher sends, the program itself goes on: an answer that takes too long or too much memory, or
that crashes a library, ends only the reading process, which is replaced.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from abc import ABC, abstractmethod
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from threading import Lock, Thread
from typing import Any, Final, TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from aggregator.errors import Cause, SourceError
from aggregator.model import Failed, Fetched, Source
from aggregator.services.isolation import RemoteError
from aggregator.services.polling.parse_jobs import Job, Page, ReadAnswer, run_jobs
from aggregator.services.polling.reading_process import OUT_OF_MEMORY, USED_UP, run_watched, start_process

Result = TypeVar("Result")

# Causes for which reading was broken off.
READING_BROKEN_OFF: Final = frozenset({Cause.TOOK_TOO_LONG, Cause.TOO_MUCH_MEMORY, Cause.READER_DIED})
# The process ends itself so long after its deadline, in case the program that watches it has been killed.
ALARM_AFTER: Final = 5
# How often a batch is given to a new process when the one before ended without doing any of it.
ATTEMPTS: Final = 3
# The process is replaced after so many batches, in case a library keeps memory.
MAX_BATCHES: Final = 1_000
LIMITS_HINT: Final = "look at the answer by hand; {} in settings.yaml is the limit"


class Parser(ABC):
    """Does jobs of `parse_jobs`."""

    @abstractmethod
    async def run_batch(self, jobs: Sequence[Job[Result]]) -> list[Result | Failed | RemoteError]:
        """Do each job and return its result, why the answer cannot be used, or a bug of ours, in order."""

    async def run(self, job: Job[Result]) -> Result:
        """Do one job. Raises SourceError, and RemoteError for a bug of ours."""
        (result,) = await self.run_batch([job])
        if isinstance(result, Failed):
            raise SourceError(result.cause, result.detail, result.hint)
        if isinstance(result, RemoteError):
            raise result
        return result

    async def read_batch(
        self, answers: Sequence[tuple[Source, Fetched]]
    ) -> list[Page | Failed | RemoteError]:
        """Read each answer; return its page, why it cannot be used, or a bug of ours, in order."""
        return await self.run_batch([ReadAnswer(source, fetched) for source, fetched in answers])


class InProcessParser(Parser):
    """Does jobs in this process, without limits: for tests that change the code."""

    async def run_batch(self, jobs: Sequence[Job[Result]]) -> list[Result | Failed | RemoteError]:
        """Do each job here."""
        return run_jobs(jobs)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseLimits:
    """What reading one answer may take."""

    seconds: float
    # On top of what the process takes when it has nothing to do.
    megabytes: int


class WorkerParser(Parser):
    """Does jobs in one process, which starts with the first job and is replaced when it ends."""

    def __init__(self, limits: ParseLimits) -> None:
        self.limits = limits
        self._lock = Lock()
        self._pool: ProcessPool | None = None

    async def run_batch(self, jobs: Sequence[Job[Result]]) -> list[Result | Failed | RemoteError]:
        """Do the jobs together; if the batch breaks the process off, each by itself, to find the one."""
        results = await self._try_batch(jobs)
        if not isinstance(results, Failed):
            return results
        if len(jobs) == 1:
            return [results]
        return [one for job in jobs for one in await self.run_batch([job])]

    def close(self) -> None:
        """End the process once its work is done."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool:
            pool.close()  # type: ignore[no-untyped-call]
            # Only joining closes its pipes.
            Thread(target=pool.join, daemon=True).start()

    def stop(self) -> None:
        """End the process at once, whatever it does."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool:
            _end(pool)

    async def _try_batch(self, jobs: Sequence[Job[Result]]) -> list[Result | Failed | RemoteError] | Failed:
        seconds = self.limits.seconds * len(jobs)
        for _ in range(ATTEMPTS):
            # In a thread that a stop leaves behind: starting the first process takes seconds.
            pool, future = await asyncio.to_thread(self._schedule, jobs, seconds)
            try:
                return await asyncio.wrap_future(future)
            except TimeoutError:
                return self._too_long(jobs[0].url)
            except ProcessExpired as ended:
                if ended.exitcode != USED_UP:
                    return self._ended(jobs[0].url, ended.exitcode)
            except BrokenProcessPool:
                await asyncio.to_thread(self._discard, pool)
        return _reader_died(jobs[0].url, "the reading process cannot be kept running")

    def _schedule(
        self, jobs: Sequence[Job[Result]], seconds: float
    ) -> tuple[ProcessPool, ProcessFuture[Any]]:
        pool = self._open_pool()
        return pool, pool.schedule(run_watched, args=(list(jobs), seconds + ALARM_AFTER), timeout=seconds)

    def _open_pool(self) -> ProcessPool:
        with self._lock:
            if self._pool and not self._pool.active:
                _end(self._pool)
                self._pool = None
            if self._pool is None:
                context = multiprocessing.get_context("forkserver")
                # Imported once, before the first fork: a new process then starts in milliseconds.
                context.set_forkserver_preload([__name__])
                self._pool = ProcessPool(
                    max_workers=1,
                    max_tasks=MAX_BATCHES,
                    initializer=start_process,
                    initargs=(self.limits.megabytes,),
                    context=context,
                )
            return self._pool

    def _discard(self, pool: ProcessPool) -> None:
        with self._lock:
            if self._pool is pool:
                self._pool = None
        _end(pool)

    def _too_long(self, url: str) -> Failed:
        return Failed(
            url=url,
            cause=Cause.TOOK_TOO_LONG,
            detail=f"reading the answer was broken off after {self.limits.seconds:g} seconds (parse_seconds)",
            hint=LIMITS_HINT.format("parse_seconds"),
        )

    def _ended(self, url: str, exit_code: int) -> Failed:
        if exit_code == -signal.SIGALRM:
            return self._too_long(url)
        if exit_code != OUT_OF_MEMORY:
            return _reader_died(url, f"the reading process ended with {_exit_name(exit_code)}")
        limit = self.limits.megabytes
        return Failed(
            url=url,
            cause=Cause.TOO_MUCH_MEMORY,
            detail=f"reading the answer was broken off at {limit} megabytes (parse_memory)",
            hint=LIMITS_HINT.format("parse_memory"),
        )


def _end(pool: ProcessPool) -> None:
    """End the pool's process at once, and close the pipes to it, which only joining does."""
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


def _reader_died(url: str, detail: str) -> Failed:
    return Failed(
        url=url,
        cause=Cause.READER_DIED,
        detail=detail,
        hint="look at the answer by hand; if many sources say this, the machine may be short of memory",
    )


def _exit_name(exit_code: int) -> str:
    try:
        return signal.Signals(-exit_code).name
    except ValueError:
        return f"exit code {exit_code}"


# One for the whole process, because a service is made anew whenever the operator's files change.
_shared: list[WorkerParser] = []
# A forked child has none of the threads that serve the pool.
os.register_at_fork(after_in_child=_shared.clear)


def shared_parser(limits: ParseLimits) -> Parser:
    """Return the parser of this process with these limits; one with other limits ends after its work."""
    if not _shared or _shared[0].limits != limits:
        for other in _shared:
            other.close()
        _shared[:] = [WorkerParser(limits)]
    return _shared[0]


def end_shared_parser() -> None:
    """End the parser of this process; the next `shared_parser` starts another."""
    while _shared:
        _shared.pop().stop()
