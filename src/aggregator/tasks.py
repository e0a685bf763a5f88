"""Runs work together, or beside the event loop, so that none of it goes on when its caller is over.

Stopping is cancelling: a signal cancels what `run` runs, and each part ends in order before it raises
CancelledError. Blocking work goes to a thread with `in_thread`.
"""

from __future__ import annotations

import asyncio
import faulthandler
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, suppress
from contextvars import ContextVar, copy_context
from functools import partial
from typing import Any, Final, NoReturn, ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
# After a signal. systemd waits 90 seconds before it kills; ten are promised in docs/operating.md.
STOP_SECONDS: Final = 9.0
# How long something under way outside, such as a mail that is handed over, may still take after a signal.
GRACE_SECONDS: Final = 5.0

# In a thread of `in_thread`: set once its caller is cancelled.
_caller_cancelled: ContextVar[threading.Event | None] = ContextVar("_caller_cancelled", default=None)


class Stopped(BaseException):
    """Ends a function in a thread whose caller is cancelled; no `except Exception` takes it for a bug."""


class StoppedBySignal(SystemExit):
    """The program ended in order after a signal; the exit code is the shells' 128 + number."""


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


async def in_thread(
    function: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Result:
    """Run a blocking function in a thread, beside the event loop, and return its result.

    A caller that is cancelled waits until the function has ended, so that it writes nothing after the caller
    has let go of a lock. `stop_if_cancelled` in the function ends it sooner.
    """
    cancelled, context = threading.Event(), copy_context()
    context.run(_caller_cancelled.set, cancelled)
    call = partial(context.run, _unless_cancelled, partial(function, *args, **kwargs))
    running = asyncio.get_running_loop().run_in_executor(None, call)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        cancelled.set()
        await _wait_for_end(running)
        raise


def _unless_cancelled(call: Callable[[], Result]) -> Result:
    stop_if_cancelled()
    return call()


def stop_if_cancelled() -> None:
    """Raise Stopped in a thread whose caller is cancelled. Call it where the next run can go on from."""
    cancelled = _caller_cancelled.get()
    if cancelled and cancelled.is_set():
        raise Stopped


@asynccontextmanager
async def hold(context: AbstractContextManager[Result]) -> AsyncIterator[Result]:
    """Enter `context`, such as a lock that may have to wait, in a thread; leave it at the end."""
    with ExitStack() as stack:
        yield await in_thread(stack.enter_context, context)


async def finish_when_cancelled(work: Callable[[asyncio.Event], Coroutine[Any, Any, Result]]) -> Result:
    """Run `work`; if the caller is cancelled, set the event, which asks `work` to end, and wait for it."""
    stop = asyncio.Event()
    running = asyncio.create_task(work(stop))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        stop.set()
        await _wait_for_end(running)
        raise


@asynccontextmanager
async def break_off_after(stop: asyncio.Event, seconds: float = GRACE_SECONDS) -> AsyncIterator[None]:
    """Raise TimeoutError in the `with` if it has not ended so long after `stop` was set."""
    async with asyncio.timeout(None) as limit:
        watching = asyncio.create_task(_limit_after(stop, seconds, limit))
        try:
            yield
        finally:
            watching.cancel()


async def _limit_after(stop: asyncio.Event, seconds: float, limit: asyncio.Timeout) -> None:
    await stop.wait()
    limit.reschedule(asyncio.get_running_loop().time() + seconds)


async def _wait_for_end(running: asyncio.Future[Any]) -> None:
    """Wait although we are cancelled, also more than once. What it raises does not matter any more."""
    while not running.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait({running})
    if not running.cancelled():
        running.exception()


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """Run `main` in an event loop. SIGINT or SIGTERM cancels it, and raises StoppedBySignal at its end.

    What has not ended STOP_SECONDS after the signal is broken off, as a crash would. A further signal changes
    nothing.
    """
    received = list[int]()
    try:
        return asyncio.run(_until_signal(main, received))
    except asyncio.CancelledError:
        if not received:
            raise
        raise StoppedBySignal(128 + received[0]) from None


async def _until_signal(main: Coroutine[Any, Any, Result], received: list[int]) -> Result:
    loop, running = asyncio.get_running_loop(), asyncio.ensure_future(main)
    loop.set_default_executor(_DaemonThreads())
    break_off = threading.Timer(STOP_SECONDS, _break_off)
    break_off.daemon = True

    def stop(number: int) -> None:
        if not received:
            received.append(number)
            break_off.start()
            running.cancel()

    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, stop, number)
    try:
        return await running
    finally:
        break_off.cancel()


def _break_off() -> NoReturn:
    # Not through the log, which may be what hangs. Nothing is lost that a crash would not lose.
    os.write(2, b"not stopped in time: broken off, while the threads did this\n")
    faulthandler.dump_traceback(2)
    os._exit(1)


class _DaemonThreads(ThreadPoolExecutor):
    """A new thread for each call. None keeps the process alive, such as one in which a name server hangs."""

    def submit(
        self, fn: Callable[Arguments, Result], /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Future[Result]:
        """Start the call at once."""
        future = Future[Result]()
        threading.Thread(target=_settle, args=(future, partial(fn, *args, **kwargs)), daemon=True).start()
        return future


def _settle(future: Future[Result], call: Callable[[], Result]) -> None:
    # False if nobody waits for it any more.
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = call()
    except BaseException as error:
        future.set_exception(error)
    else:
        future.set_result(result)
