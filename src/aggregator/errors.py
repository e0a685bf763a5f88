"""What can go wrong, grouped by whose fault it is.

AggregatorError
├── ConfigError      the operator's: refused before anything runs; names file, line and remedy
├── SourceError      a publisher's: kept beside the source, the run goes on
├── StoreError       this machine's store
├── PublishError     this machine's output folder
└── DeliveryError    the mail server's

A poll that fails is a normal day and travels as a value (`model.Failed`). A `SourceError` is raised
only inside a stage that reads what a publisher sent, and the polling service turns it into that value.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AggregatorError(Exception):
    """Anything this program can say about itself; never raised as such."""


@dataclass(frozen=True, slots=True)
class ConfigIssue:
    """One thing that is wrong in what the operator wrote, and what would be right.

    `line` counts from 1; 0 means that there is no line (an environment variable, a file that is missing).
    """

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}" if self.line else f"{self.file}: {self.what}"


class ConfigError(AggregatorError):
    """The operator's files hold mistakes; carries every one of them, not the first."""

    def __init__(self, mistakes: tuple[ConfigIssue, ...]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = mistakes


class Cause(StrEnum):
    """Why a source could not be read: a closed list, so that status and tests can tell them apart."""

    BAD_ADDRESS = "not a web address"
    DNS = "name not found"
    REFUSED = "connection refused"
    UNREACHABLE = "network unreachable"
    TIMEOUT = "timed out"
    TLS = "TLS failed"
    BROKEN_OFF = "connection broken off"
    TRUNCATED = "answer cut short"
    TOO_LARGE = "answer too large"
    ENCODING = "answer cannot be decompressed"
    REDIRECTS = "redirects do not end"
    GUARDED = "address inside our own network"
    ROBOTS = "robots.txt forbids it"
    STATUS = "error status"
    GONE = "gone"
    THROTTLED = "asked to slow down"
    NOT_RECORDED = "no recorded answer"
    MISSING_FILE = "file or folder missing"
    EMPTY = "empty answer"
    NOT_A_FEED = "not a feed"
    BROKEN_FEED = "broken feed"
    ENDED = "feed has ended"
    LAYOUT = "page layout has changed"
    LOGIN = "login refused"


class SourceError(AggregatorError):
    """A publisher's answer cannot be used: the cause, the detail seen, and what to try."""

    def __init__(self, cause: Cause, detail: str, hint: str) -> None:
        super().__init__(f"{cause}: {detail}")
        self.cause = cause
        self.detail = detail
        self.hint = hint


class StoreError(AggregatorError):
    """The store cannot be opened, read or written."""


class PublishError(AggregatorError):
    """A file of the output folder cannot be written; the version before it stays."""


class DeliveryError(AggregatorError):
    """A letter cannot be handed over."""
