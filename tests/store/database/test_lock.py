"""One job, one process: the others are told who does it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.errors import StoreError
from aggregator.store import open_store
from tests.store.processes import child, go, said

SHORT = timedelta(milliseconds=120)
LONG = timedelta(seconds=30)


def test_a_reserved_job_names_the_process_that_does_it(file_url: str) -> None:
    with open_store(file_url) as store, child("reserve", file_url, "run") as process:
        assert said(process) == "ready"

        message = rf"store\.db\.run\.lock: process {process.pid} holds this lock .* within 0\.12 seconds"
        with pytest.raises(StoreError, match=message), store.reserved("run", wait=SHORT):
            pytest.fail("both hold the lock")


def test_another_job_is_free(file_url: str) -> None:
    with open_store(file_url) as store, child("reserve", file_url, "run") as process:
        assert said(process) == "ready"

        with store.reserved("digest"):
            process.kill()


def test_a_killed_process_frees_its_job(file_url: str) -> None:
    with open_store(file_url) as store, child("reserve", file_url, "run") as process:
        assert said(process) == "ready"
        process.kill()
        process.wait()

        with store.reserved("run"):
            pass


def test_a_job_is_waited_for(file_url: str) -> None:
    with open_store(file_url) as store, child("reserve", file_url, "run") as process:
        assert said(process) == "ready"
        go(process)

        with store.reserved("run", wait=LONG):
            assert process.wait() == 0


def test_a_job_is_free_again_at_the_end_and_after_an_error(file_url: str) -> None:
    with open_store(file_url) as store:
        with pytest.raises(RuntimeError, match="broken off"), store.reserved("run"):
            raise RuntimeError("broken off")
        for _ in range(2):
            with store.reserved("run"):
                pass

    assert Path(f"{file_url.removeprefix('sqlite:///')}.run.lock").read_text() == ""


def test_a_store_in_memory_has_nobody_to_wait_for() -> None:
    with open_store("sqlite://") as store, store.reserved("run"), store.reserved("run"):
        pass
