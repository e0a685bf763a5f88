"""One process does a job; the others get its number."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.errors import StoreError
from aggregator.store import open_store
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
