"""One process does a job; the others get its number."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.errors import StoreError
from aggregator.store import open_store
from aggregator.store.database.turns import Turns
from tests.store.processes import child, read_line, resume

SHORT = timedelta(milliseconds=120)
LONG = timedelta(seconds=30)


def test_the_error_of_a_locked_job_names_the_process_that_does_it(file_url: str) -> None:
    with open_store(file_url) as store, child("lock", file_url, "run") as process:
        assert read_line(process) == "ready"

        message = rf"store\.db\.run\.lock: process {process.pid} holds this lock .* within 0\.12 seconds"
        with pytest.raises(StoreError, match=message), store.job_lock("run", wait=SHORT):
            pytest.fail("both have the lock")


def test_another_job_is_free(file_url: str) -> None:
    with open_store(file_url) as store, child("lock", file_url, "run") as process:
        assert read_line(process) == "ready"

        with store.job_lock("digest"):
            process.kill()


def test_a_killed_process_frees_its_job(file_url: str) -> None:
    with open_store(file_url) as store, child("lock", file_url, "run") as process:
        assert read_line(process) == "ready"
        process.kill()
        process.wait()

        with store.job_lock("run"):
            pass


def test_a_lock_is_waited_for(file_url: str) -> None:
    with open_store(file_url) as store, child("lock", file_url, "run") as process:
        assert read_line(process) == "ready"
        resume(process)

        with store.job_lock("run", wait=LONG):
            assert process.wait() == 0


def test_a_job_is_free_again_at_the_end_and_after_an_error(file_url: str) -> None:
    with open_store(file_url) as store:
        with pytest.raises(RuntimeError, match="interrupted"), store.job_lock("run"):
            raise RuntimeError("interrupted")
        for _ in range(2):
            with store.job_lock("run"):
                pass

    assert Path(f"{file_url.removeprefix('sqlite:///')}.run.lock").read_text() == ""


def test_a_store_in_memory_needs_no_lock() -> None:
    with open_store("sqlite://") as store, store.job_lock("run"), store.job_lock("run"):
        pass


def test_threads_write_in_the_order_in_which_they_asked() -> None:
    turns, order, first_has_it = Turns(), list[str](), threading.Event()

    def write_again_and_again() -> None:
        for _ in range(3):
            with turns.take(LONG):
                order.append("batch")
                first_has_it.set()
                # Until the other one has asked, or it would come too late by chance.
                asked.wait(LONG.total_seconds())

    asked = threading.Event()
    busy = threading.Thread(target=write_again_and_again)
    busy.start()
    assert first_has_it.wait(LONG.total_seconds())
    threading.Timer(0.05, asked.set).start()
    with turns.take(LONG):
        order.append("other")
    busy.join()

    assert order == ["batch", "other", "batch", "batch"]


def test_a_thread_that_has_waited_too_long_asks_no_more() -> None:
    turns = Turns()
    with turns.take(LONG), ThreadPoolExecutor(1) as other:
        waiting = other.submit(lambda: turns.take(SHORT).__enter__())
        with pytest.raises(TimeoutError):
            waiting.result()

    with turns.take(SHORT):
        pass
