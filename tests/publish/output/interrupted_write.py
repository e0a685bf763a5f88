"""Kills a call of `write_output` with signal 9 before each of its system calls in turn, then calls it again.

Run as `python -m tests.publish.output.interrupted_write FOLDER`. For the n-th system call there are:
`FOLDER/n/killed` as the kill left it, and what an undisturbed second call made of it: `FOLDER/n/again`
with the same artifacts, `FOLDER/n/back` with those from before.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from aggregator.model import Artifact
from aggregator.publish import write_output

BEFORE = {
    "index.html": "old",
    "feed.atom": "same",
    "records/gone.html": "gone",
    "gone/deep/page.html": "gone",
}
AFTER = {"index.html": "new", "feed.atom": "same", "records/new.html": "new", "digests/2026-W22.html": "new"}
CALLS = ("replace", "fsync", "unlink", "rmdir", "mkdir", "open")


def artifacts_of(files: dict[str, str]) -> list[Artifact]:
    return [
        Artifact(path=path, media_type="text/html", payload=text.encode()) for path, text in files.items()
    ]


def stop_before_call(call_number: int) -> None:
    """Make this process stop itself before the system call with this number."""
    numbers = count()

    def stop_or_call(call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            if next(numbers) == call_number:
                os.kill(os.getpid(), signal.SIGSTOP)
            return call(*args, **kwargs)

        return wrapper

    for name in CALLS:
        setattr(os, name, stop_or_call(getattr(os, name)))


def is_killed(folder: Path, call_number: int) -> bool:
    """Call `write_output` in a child process and kill it when it has stopped; False if it finished."""
    child = os.fork()
    if not child:
        stop_before_call(call_number)
        write_output(folder, artifacts_of(AFTER))
        os._exit(0)
    _, status = os.waitpid(child, os.WUNTRACED)
    if not os.WIFSTOPPED(status):
        return False
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def main(root: Path) -> None:
    for call_number in count():
        folder = root / str(call_number) / "killed"
        folder.mkdir(parents=True)
        (folder / "README.md").write_text("theirs")
        write_output(folder, artifacts_of(BEFORE))
        stopped = is_killed(folder, call_number)
        for name, files in (("again", AFTER), ("back", BEFORE)):
            shutil.copytree(folder, folder.with_name(name))
            write_output(folder.with_name(name), artifacts_of(files))
        if not stopped:
            break


if __name__ == "__main__":
    main(Path(sys.argv[1]))
