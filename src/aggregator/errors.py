"""The program's exceptions, by where the fault lies.

AggregatorError
├── ConfigError      the operator's files or options: refused at the start; names file, line and remedy
├── SourceError      a publisher's response: stored with the source, the run goes on
├── StoreError       the store on this machine
├── PublishError     the output folder on this machine
└── DeliveryError    mail or webhooks: the server, a stored delivery, or a key

A poll that fails is normal, so it is a value (`model.Failed`). A SourceError is raised only inside a stage
that reads a publisher's response; the polling service turns it into that value.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AggregatorError(Exception):
    """Base class of the errors that this program expects; never raised itself."""


@dataclass(frozen=True, slots=True)
class ConfigIssue:
    """One thing that is wrong in the operator's files, and how to mend it.

    `line` counts from 1; 0 means that there is none (an environment variable, a missing file).
    """

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}" if self.line else f"{self.file}: {self.what}"


class ConfigError(AggregatorError):
    """The operator's files are not valid; `issues` has every issue, not only the first."""

    def __init__(self, issues: tuple[ConfigIssue, ...]) -> None:
        super().__init__("\n".join(str(issue) for issue in issues))
        self.issues = issues


class Cause(StrEnum):
    """Why a source could not be read: a closed list, so that `status` and tests can tell causes apart.

    The values are stored and published.
    """

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
    OTHER_FEED = "another feed"
    OTHER_PAGE = "another page"
    LAYOUT = "page layout has changed"
    LOGIN = "login refused"
    TOOK_TOO_LONG = "took too long to read"
    TOO_MUCH_MEMORY = "needed too much memory"
    READER_DIED = "reading ended without a result"
    UNEXPECTED = "unexpected error"


class SourceError(AggregatorError):
    """A publisher's response cannot be used: the cause, what we saw, and what to try."""

    def __init__(self, cause: Cause, detail: str, hint: str) -> None:
        super().__init__(f"{cause}: {detail}")
        self.cause = cause
        self.detail = detail
        self.hint = hint


class StoreError(AggregatorError):
    """The store cannot be opened, read or written."""


class PublishError(AggregatorError):
    """A file of the output folder cannot be written; its previous version stays."""


class DeliveryError(AggregatorError):
    """Mail or webhooks cannot be sent, or links in mail cannot be signed."""
