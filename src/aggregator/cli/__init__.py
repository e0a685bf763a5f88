"""Arguments in, exit code out. The only room that prints.

In:      the command line
Out:     text for people, or JSON with `--json`; exit code 0 well, 1 our fault, 2 wrong use or configuration,
         3 some sources failed
To add:  a command: a function in `doing.py` (it does the job), `documents.py` (about single documents),
         `classifying.py` (what they are about), `sources.py` (the list of sources),
         `letters.py`, `subscribers.py` (who gets them) or `alerts.py`, `observing.py` (the board) or
         `showing.py` (it only shows), and its line in docs/commands.md, which a test asks for
"""

from __future__ import annotations

import sys

from aggregator.cli import (
    alerts,
    classifying,
    documents,
    doing,
    letters,
    observing,
    showing,
    sources,
    subscribers,
)
from aggregator.cli.options import app
from aggregator.cli.screen import complain
from aggregator.errors import AggregatorError, ConfigError

__all__ = [
    "alerts",
    "app",
    "classifying",
    "documents",
    "doing",
    "letters",
    "main",
    "observing",
    "showing",
    "sources",
    "subscribers",
]


def main() -> None:
    """Run the command line; ends the process with the exit code."""
    try:
        app()
    except ConfigError as error:
        complain(str(error))
        sys.exit(2)
    except AggregatorError as error:
        complain(str(error))
        sys.exit(1)
