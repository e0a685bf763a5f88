"""Answers are read in a process of its own: what breaks it off fails alone, and the event loop goes on."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from aggregator.errors import Cause
from aggregator.model import Failed
from aggregator.services.isolation import RemoteError
from aggregator.services.polling.parse_jobs import Page
from aggregator.services.polling.parser import ParseLimits, WorkerParser
from tests.parse.answers import answer
from tests.services.polling.worker_jobs import Buggy, Concealing, Crashing, Endless, Greedy, Harmless
from tests.support.builders import make_source

FEED = answer(b"<rss version='2.0'><channel><item><title>A plan</title></item></channel></rss>")
PAGE = answer(b"<html><title>Not a feed</title>")


def opened(seconds: float) -> Iterator[WorkerParser]:
    parser = WorkerParser(ParseLimits(seconds=seconds, megabytes=30))
    asyncio.run(parser.run(Harmless()))
    yield parser
    parser.close()


@pytest.fixture(scope="module")
def parser() -> Iterator[WorkerParser]:
    """One for most tests here: the first start takes long."""
    yield from opened(60)


@pytest.fixture(scope="module")
def hasty_parser() -> Iterator[WorkerParser]:
    """For jobs that never end."""
    yield from opened(0.5)


def test_a_batch_gives_a_page_or_a_failure_for_each_answer(parser: WorkerParser) -> None:
    read, refused = asyncio.run(parser.read_batch([(make_source(), FEED), (make_source(), PAGE)]))

    assert isinstance(read, Page)
    assert [entry.title for entry in read.parsed.entries] == ["A plan"]
    assert isinstance(refused, Failed)
    assert (refused.cause, refused.url) == (Cause.NOT_A_FEED, PAGE.url)


@pytest.mark.parametrize(
    ("job", "cause", "named"),
    [
        (Greedy(), Cause.TOO_MUCH_MEMORY, "30 megabytes (parse_memory)"),
        (Concealing(), Cause.TOO_MUCH_MEMORY, "30 megabytes (parse_memory)"),
        (Crashing(), Cause.READER_DIED, "SIGABRT"),
    ],
    ids=["memory", "concealed", "crash"],
)
def test_what_breaks_the_process_off_fails_alone(
    parser: WorkerParser, job: Greedy | Concealing | Crashing, cause: Cause, named: str
) -> None:
    before, failed, after = asyncio.run(parser.run_batch([Harmless(), job, Harmless()]))

    assert isinstance(failed, Failed)
    assert (failed.cause, failed.url) == (cause, job.url)
    assert named in failed.detail
    assert isinstance(before, int)
    assert isinstance(after, int)
    assert len({before, after, os.getpid()}) == 3


def test_a_job_that_takes_too_long_is_broken_off(hasty_parser: WorkerParser) -> None:
    (failed,) = asyncio.run(hasty_parser.run_batch([Endless()]))

    assert isinstance(failed, Failed)
    assert (failed.cause, failed.url) == (Cause.TOOK_TOO_LONG, Endless().url)
    assert "0.5 seconds (parse_seconds)" in failed.detail


def test_a_bug_comes_back_with_its_place_and_its_traceback(parser: WorkerParser) -> None:
    with pytest.raises(RemoteError) as caught:
        asyncio.run(parser.run(Buggy()))

    assert caught.value.error == "KeyError: 'title'"
    assert caught.value.place.startswith("services/polling/parse_jobs.py:")
    assert 'raise KeyError("title")' in str(caught.value)


def test_the_event_loop_goes_on_while_an_answer_is_read(hasty_parser: WorkerParser) -> None:
    async def count_turns() -> int:
        turns = 0
        reading = asyncio.create_task(hasty_parser.run_batch([Endless()]))
        while not reading.done():
            await asyncio.sleep(0.01)
            turns += 1
        return turns

    # Fifty in the half second of the limit; a busy machine makes fewer, a blocked loop none.
    assert asyncio.run(count_turns()) > 10


def test_a_process_that_the_machine_ended_while_idle_is_replaced(parser: WorkerParser) -> None:
    handles = set[int]()
    for _ in range(3):
        ended = asyncio.run(parser.run(Harmless()))
        os.kill(ended, signal.SIGKILL)
        assert asyncio.run(parser.run(Harmless())) != ended
        handles.add(len(list(Path("/proc/self/fd").iterdir())))

    # The pipes to the one before are closed.
    assert max(handles) - min(handles) <= 2


ORPHAN = """
import asyncio, os
from aggregator.services.polling.parser import ParseLimits, WorkerParser
from tests.services.polling.worker_jobs import Harmless
async def main():
    parser = WorkerParser(ParseLimits(seconds=60, megabytes=100))
    print(await parser.run(Harmless()), flush=True)
    {then}
asyncio.run(main())
"""


def run_and_see_the_reader_end(then: str) -> int | None:
    """The exit code of a program with a reading process, once that has ended too."""
    command = [sys.executable, "-c", ORPHAN.format(then=then)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as program:
        assert program.stdout is not None
        reader = Path("/proc", program.stdout.readline().strip())
        code = program.wait(20)
    ends = time.monotonic() + 10
    while reader.exists() and time.monotonic() < ends:
        time.sleep(0.02)
    assert not reader.exists()
    return code


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for the process in /proc")
@pytest.mark.parametrize(("then", "code"), [("pass", 0), ("os.kill(os.getpid(), 9)", -signal.SIGKILL)])
def test_the_reading_process_ends_with_the_program(then: str, code: int) -> None:
    assert run_and_see_the_reader_end(then) == code
