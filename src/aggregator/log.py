"""Log lines for the operator: one line for each event, key=value, on standard error."""

from __future__ import annotations

import logging
import sys

import structlog

from aggregator.model import Failed


def configure(*, verbose: bool) -> None:
    """Log all events (`verbose`), or only bugs of this program. Colours are used only in a terminal."""
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


def poll_finished(source: str, failure: Failed | None, *, new: int, revised: int) -> None:
    """Log the result of one poll."""
    if failure:
        structlog.get_logger().warning("poll failed", source=source, cause=str(failure), hint=failure.hint)
    else:
        structlog.get_logger().info("polled", source=source, new=new, revised=revised)


def set_aside(kind: str, key: str, error: BaseException) -> None:
    """Log a bug that broke one part of the work, with its traceback; the rest goes on."""
    structlog.get_logger().error(
        "set aside: this is a bug in the program, please report it", kind=kind, key=key, exc_info=error
    )


def info(event: str, **facts: object) -> None:
    """Log any other event."""
    structlog.get_logger().info(event, **facts)
