"""Questions about the identity of documents that only the operator can answer, stored with their source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


# Stored: changing a value needs a migration.
class QuestionKind(StrEnum):
    """What the operator is asked."""

    # Links of known documents lead to a host that is not their body's.
    OTHER_HOST = "other host"
    # Most of a source is new at once, with ids or titles that are known.
    MANY_AT_ONCE = "many at once"
    # Another feed answers at the address.
    OTHER_FEED = "other feed"


# Stored as JSON: renaming a field needs a migration.
@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityQuestion:
    """One question about a source; what it is about waits until it is answered."""

    kind: QuestionKind
    since: datetime
    # The host, or the title of the other feed; empty for MANY_AT_ONCE.
    subject: str = ""
    # By the key of each entry that waits, the document that it seems to be.
    moved: tuple[tuple[str, str], ...] = ()
    # Keys of the entries that wait and seem to be no known document.
    unknown: tuple[str, ...] = ()
    # Whether the operator refused: then it is not asked again, and waits on.
    refused: bool = False

    def name(self, source: str) -> str:
        """What the operator names the question by."""
        return f"{source}:{self.subject or 'items'}" if self.kind is not QuestionKind.OTHER_FEED else source

    @property
    def topic(self) -> tuple[QuestionKind, str]:
        """What makes it the same question at the next poll."""
        return self.kind, self.subject


# Stored as JSON: renaming a field needs a migration.
@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityAnswers:
    """What the operator decided about the documents of a source."""

    # Hosts to which links may lead, and those to which they may not.
    hosts: tuple[str, ...] = ()
    refused_hosts: tuple[str, ...] = ()
    # Keys of entries that are documents of their own, though they look like known ones.
    new: tuple[str, ...] = ()
    # The title of the feed that took the place of another one.
    feed: str | None = None
