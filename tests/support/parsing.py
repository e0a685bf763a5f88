"""Reads answers in the test's own process: for tests that change the code, or fork a child for each run."""

from __future__ import annotations

from aggregator import due_work
from aggregator.services.polling.parser import InProcessParser, ParseLimits, Parser, shared_parser


def in_process_parser(limits: ParseLimits) -> Parser:
    """Stand in for `shared_parser`."""
    return InProcessParser()


def parse_in_process() -> None:
    """Use it for the rest of this process: a child that a test has forked."""
    setattr(due_work, shared_parser.__name__, in_process_parser)
