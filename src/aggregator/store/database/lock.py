"""Locks a job between processes, so that only one of them does it at a time."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, Final

from aggregator.errors import StoreError
from aggregator.tasks import stop_if_cancelled

NOT_WRITABLE: Final = (
    "the store cannot be written here; let this user write the folder and the file, "
    "or name another place in the setting `store`"
)
# Between two attempts while another process has the lock.
RETRY_INTERVAL: Final = timedelta(milliseconds=50)


@contextmanager
def file_lock(path: Path, *, wait: timedelta) -> Iterator[None]:
    """Lock the file `path` inside the `with`; the kernel frees it even when this process is killed.

    Makes the folder if it is missing. Raises StoreError when the file cannot be made, and, naming the
    process, when another one still has the lock after `wait`.
    """
    # The empty file stays: if it were deleted, two processes could lock two files of the same name.
    with _open(path) as file:
        if not _lock(file, wait):
            file.seek(0)
            owner = file.read().decode() or "another process"
            raise StoreError(
                f"{path}: {owner} holds this lock and did not release it within "
                f"{wait.total_seconds():g} seconds; wait until it has ended, or stop it, and run again"
            )
        _write_owner(file, f"process {os.getpid()}".encode())
        try:
            yield
        finally:
            _write_owner(file, b"")


def _open(path: Path) -> BinaryIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Not "w": that would empty the file in which another process has left its number.
        return path.open("a+b")
    except OSError as error:
        raise StoreError(f"{path.parent}: {NOT_WRITABLE} ({error})") from error


def _write_owner(file: BinaryIO, owner: bytes) -> None:
    # Only for the message of another process: on a full disk the lock holds without it. Not through the
    # buffer, which would try again when the file is closed.
    with suppress(OSError):
        os.ftruncate(file.fileno(), 0)
        os.write(file.fileno(), owner)


def _lock(file: BinaryIO, wait: timedelta) -> bool:
    for attempts_left in reversed(range(wait // RETRY_INTERVAL + 1)):
        with suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        stop_if_cancelled()
        time.sleep(RETRY_INTERVAL.total_seconds() if attempts_left else 0)
    return False
