"""The command line: arguments in, text or JSON and an exit code out. The only package that prints.

Exit codes: 0 success, 1 our fault, 2 wrong use or configuration, 3 some sources could not be read.
To add a command, write a function in the module of its group (or a new module, imported below) and its row in
docs/commands.md; a test compares the two.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Mapping
from typing import Final

from aggregator.cli import (
    alerts,
    backup,
    board,
    classify,
    digest,
    documents,
    output_commands,
    run,
    sources,
    status,
    subscribers,
)
from aggregator.cli.console import print_error
from aggregator.cli.options import app
from aggregator.errors import AggregatorError, ConfigError

__all__ = [
    "alerts",
    "app",
    "backup",
    "board",
    "classify",
    "digest",
    "documents",
    "main",
    "output_commands",
    "run",
    "sources",
    "status",
    "subscribers",
]

AND_AGAIN: Final = "then run the command again: nothing that was stored is lost"

# What the operator does about an error of the operating system that no package has explained itself.
OS_REMEDIES: Final[Mapping[int, str]] = {
    errno.ENOSPC: f"the disk is full: make room, {AND_AGAIN}",
    errno.EDQUOT: f"the quota of this user is used up: make room, {AND_AGAIN}",
    errno.EFBIG: f"no file may be that large here: raise the limit, {AND_AGAIN}",
    errno.EIO: f"the disk reports an error: check it, {AND_AGAIN}",
    errno.EROFS: f"the disk is read-only: make it writable or name another place, {AND_AGAIN}",
    errno.EACCES: f"let the user who runs this program read and write there, {AND_AGAIN}",
    errno.EPERM: f"let the user who runs this program read and write there, {AND_AGAIN}",
    errno.EISDIR: f"there is a folder where a file belongs: move it away, {AND_AGAIN}",
    errno.ENOTDIR: f"there is a file where a folder belongs: move it away, {AND_AGAIN}",
    errno.EEXIST: f"something is in the way: move it away, {AND_AGAIN}",
    errno.ENOTEMPTY: f"something is in the way: move it away, {AND_AGAIN}",
    errno.EMFILE: f"too many files are open: raise the limit (`ulimit -n`), {AND_AGAIN}",
    errno.ENFILE: f"too many files are open on this machine: close some programs, {AND_AGAIN}",
}


def main() -> None:
    """Run the command line and end the process with its exit code."""
    try:
        app()
    except ConfigError as error:
        print_error(str(error))
        sys.exit(2)
    except AggregatorError as error:
        print_error(str(error))
        sys.exit(1)
    except OSError as error:
        message = explain_os_error(error)
        if message is None:
            raise
        print_error(message)
        _drop_output()
        sys.exit(1)


def _drop_output() -> None:
    """Forget what could not be printed: Python would try again at the end, and print a traceback."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def explain_os_error(error: OSError) -> str | None:
    """Return what to do about an error of this machine; None for one that must be a bug of ours."""
    remedy = OS_REMEDIES.get(error.errno) if error.errno else None
    if remedy is None:
        return None
    place = error.filename or "a file or the output of this command"
    return f"{place}: {error.strerror}; {remedy}"
