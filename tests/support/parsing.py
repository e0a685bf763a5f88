"""Reads answers in the test's own process: for tests that change the code, or fork a child for each run."""

from __future__ import annotations

import aggregator.due_work
from aggregator.services.polling.parser import InProcessParser, ParseLimits


def in_process_parser(_limits: ParseLimits) -> InProcessParser:
    """Stand in for `shared_parser`."""
    return InProcessParser()


def parse_in_process() -> None:
    """Use it for the rest of this process: a child that a test has forked."""
    aggregator.due_work.shared_parser = in_process_parser
