"""Log lines for the person who runs this: one line an event, key=value, on standard error."""

from __future__ import annotations

import logging
import sys

import structlog

from aggregator.model import Failed


def configure(*, verbose: bool) -> None:
    """Say what happens (`verbose`), or only our own bugs; in colour only where a person reads."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO if verbose else logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )


def polled(source: str, failure: Failed | None, *, new: int, revised: int) -> None:
    """The one line in which a poll ends."""
    if failure:
        structlog.get_logger().warning("poll failed", source=source, cause=str(failure), hint=failure.hint)
    else:
        structlog.get_logger().info("polled", source=source, new=new, revised=revised)


def broke(source: str) -> None:
    """A bug of ours while a source was polled, with its traceback."""
    structlog.get_logger().exception(
        "poll broke: this is a fault of the program, please report it", source=source
    )


def happened(event: str, **facts: object) -> None:
    """Anything else that the operator wants to see in order."""
    structlog.get_logger().info(event, **facts)
