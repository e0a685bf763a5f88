"""Kills a call of `write` with signal 9 before each of its system calls in turn, then calls it again.

Run as `python -m tests.publish.output.interrupted_write FOLDER`. For the n-th system call there are:
`FOLDER/n/killed` as the kill left it, and what an undisturbed second call then made of it: `FOLDER/n/again`
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
from aggregator.publish import write

BEFORE = {
    "index.html": "old",
    "feed.atom": "same",
    "records/gone.html": "gone",
    "gone/deep/page.html": "gone",
}
AFTER = {"index.html": "new", "feed.atom": "same", "records/new.html": "new", "digests/2026-W22.html": "new"}
CALLS = ("replace", "fsync", "unlink", "rmdir", "mkdir", "open")


def artifacts(files: dict[str, str]) -> list[Artifact]:
    return [
        Artifact(path=path, media_type="text/html", payload=text.encode()) for path, text in files.items()
    ]


def stop_at(wanted: int) -> None:
    """Have the process stop itself before the call with this number."""
    numbers = count()

    def stopping(call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*given: Any, **named: Any) -> Any:
            if next(numbers) == wanted:
                os.kill(os.getpid(), signal.SIGSTOP)
            return call(*given, **named)

        return called

    for name in CALLS:
        setattr(os, name, stopping(getattr(os, name)))


def killed(folder: Path, wanted: int) -> bool:
    """Call `write` in a child and kill it from outside when it has stopped; False if it came to its end."""
    child = os.fork()
    if not child:
        stop_at(wanted)
        write(folder, artifacts(AFTER))
        os._exit(0)
    _, status = os.waitpid(child, os.WUNTRACED)
    if not os.WIFSTOPPED(status):
        return False
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def main(root: Path) -> None:
    for wanted in count():
        folder = root / str(wanted) / "killed"
        folder.mkdir(parents=True)
        (folder / "README.md").write_text("theirs")
        write(folder, artifacts(BEFORE))
        stopped = killed(folder, wanted)
        for name, files in (("again", AFTER), ("back", BEFORE)):
            shutil.copytree(folder, folder.with_name(name))
            write(folder.with_name(name), artifacts(files))
        if not stopped:
            break


if __name__ == "__main__":
    main(Path(sys.argv[1]))
