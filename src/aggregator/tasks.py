"""Runs coroutines together, so that none goes on when the others are over."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

Result = TypeVar("Result")


async def run_together(coroutines: Iterable[Coroutine[Any, Any, Result]]) -> tuple[Result, ...]:
    """Run all of them at once and return their results, in their order.

    When one raises, the others are cancelled, and its exception is raised once all of them have ended. So
    none of them writes after the caller has let go of a lock, as one would with `asyncio.gather`.
    """
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(coroutine) for coroutine in coroutines]
    except BaseExceptionGroup as errors:
        # The first one is the cause; callers expect it and not a group (StoreError: the disk is full).
        raise errors.exceptions[0] from None
    return tuple(task.result() for task in tasks)
