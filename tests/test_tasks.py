"""Work that runs together or in threads: none of it goes on, or writes, when its caller is over."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine

import pytest

from aggregator.errors import StoreError
from aggregator.tasks import (
    break_off_after,
    finish_when_cancelled,
    in_thread,
    run_together,
    stop_if_cancelled,
)


async def wait_and_write(written: list[int], number: int) -> int:
    for _ in range(number):
        await asyncio.sleep(0)
    written.append(number)
    return number


async def fail() -> int:
    await asyncio.sleep(0)
    raise StoreError("the disk is full")


def test_results_come_in_the_order_of_the_coroutines() -> None:
    written: list[int] = []

    assert asyncio.run(run_together(wait_and_write(written, number) for number in (3, 1, 2))) == (3, 1, 2)
    assert written == [1, 2, 3]


def test_nothing_is_written_once_an_error_is_out() -> None:
    written: list[int] = []

    async def run() -> tuple[int, int]:
        waiting: list[Coroutine[object, object, int]] = [
            wait_and_write(written, number) for number in range(9)
        ]
        with pytest.raises(StoreError, match="full"):
            await run_together([*waiting, fail()])
        at_once = len(written)
        for _ in range(20):
            await asyncio.sleep(0)
        return at_once, len(written)

    at_once, later = asyncio.run(run())

    assert 0 < at_once < 9
    assert later == at_once


def test_a_cancelled_caller_waits_for_its_thread_which_stops_at_the_next_safe_place() -> None:
    written: list[int] = []
    started, may_go_on = threading.Event(), threading.Event()

    def work() -> None:
        for number in range(1_000):
            stop_if_cancelled()
            started.set()
            may_go_on.wait(10)
            written.append(number)

    async def main() -> None:
        caller = asyncio.create_task(in_thread(work))
        await asyncio.to_thread(started.wait)
        # Twice, as when a second signal comes.
        for _ in range(2):
            caller.cancel()
            await asyncio.sleep(0.01)
        assert not caller.done()
        may_go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await caller
        # The step that had begun, and no other.
        assert written == [0]

    asyncio.run(main())


def test_what_has_begun_may_end_within_its_time_after_a_stop() -> None:
    async def work(stop: asyncio.Event) -> list[str]:
        ends = list[str]()
        for seconds in (0.01, 10):
            try:
                async with break_off_after(stop, seconds=0.1):
                    await asyncio.sleep(seconds)
                    ends.append("in time")
            except TimeoutError:
                ends.append("broken off")
        results.append(ends)
        return ends

    async def main() -> None:
        caller = asyncio.create_task(finish_when_cancelled(work))
        await asyncio.sleep(0)
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller

    results: list[list[str]] = []
    asyncio.run(main())
    assert results == [["in time", "broken off"]]
