"""The command line: arguments in, text or JSON and an exit code out. The only package that prints.

Exit codes: 0 success, 1 our fault, 2 wrong use or configuration, 3 some sources could not be read.
To add a command, write a function in the module of its group (or a new module, imported below) and its row in
docs/commands.md; a test compares the two.
"""

from __future__ import annotations

import sys

from aggregator.cli import (
    alerts,
    board,
    classify,
    digest,
    documents,
    export,
    run,
    search,
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
    "board",
    "classify",
    "digest",
    "documents",
    "export",
    "main",
    "run",
    "search",
    "sources",
    "status",
    "subscribers",
]


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
