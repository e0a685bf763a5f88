"""An exclusive lock between processes, for a job that only one of them may do at a time."""

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

NOT_WRITABLE: Final = (
    "the store cannot be written here; let this user write the folder and the file, "
    "or name another place in the setting `store`"
)
PAUSE: Final = timedelta(milliseconds=50)
"""Between two tries while somebody else holds the lock."""


@contextmanager
def hold_lock(path: Path, *, wait: timedelta) -> Iterator[None]:
    """Hold the lock file `path` inside the `with`; the kernel frees it even when this process is killed.

    Makes the folder where it is missing. The file stays behind, empty: taking it away would let two processes
    lock two files of one name. Raises StoreError when the file cannot be made, and when somebody else still
    holds it after `wait`, naming the process.
    """
    with _open(path) as file:
        if not _lock(file, wait):
            file.seek(0)
            holder = file.read().decode() or "another process"
            raise StoreError(
                f"{path}: {holder} holds this lock and did not let go within "
                f"{wait.total_seconds():g} seconds; wait until it has ended, or stop it, and run again"
            )
        file.truncate(0)
        file.write(f"process {os.getpid()}".encode())
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def _open(path: Path) -> BinaryIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a+b")
    except OSError as error:
        raise StoreError(f"{path.parent}: {NOT_WRITABLE} ({error})") from error


def _lock(file: BinaryIO, wait: timedelta) -> bool:
    for left in reversed(range(wait // PAUSE + 1)):
        with suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(PAUSE.total_seconds() if left else 0)
    return False
