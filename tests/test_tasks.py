"""When one of several tasks raises, none of the others writes afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

import pytest

from aggregator.errors import StoreError
from aggregator.tasks import run_together


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
