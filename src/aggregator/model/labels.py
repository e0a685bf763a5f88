"""Labels: what a document is about, with the reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

# Prefix of the category schemes `body`, `type`, `topic`, `plan` and `status` in feeds. It is the same for
# every instance, so that instances understand each other's feeds.
SCHEME: Final = "urn:uuid:a4847917-e06a-51ab-aa04-9bb1dd89064f#"


# Stored: changing a value needs a migration.
class Relevance(StrEnum):
    """Whether a document is about open government."""

    # Somebody who follows the process or one of the topics would want it in the weekly email.
    YES = "yes"
    # A by-product of openness. Published separately, so that people can find a wrong "no".
    BORDERLINE = "borderline"
    NO = "no"


# Stored: changing a value needs a migration.
class ReasonSource(StrEnum):
    """Where a reason was found."""

    TITLE = "title"
    SUMMARY = "summary"
    TEXT = "text"
    ADDRESS = "address"
    # What documents with such an address or title usually are; used only when nothing else decides.
    TYPICAL = "typical"
    SOURCE = "source"
    # The publisher's own label, such as GOV.UK's document type.
    PUBLISHER = "publisher"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One match: what was found, where, and the label that it supports."""

    # The vocabulary's phrase, a host, a source's title, or the operator's words.
    text: str
    found_in: ReasonSource
    # `topic:open-data`, `type:meeting-record`, `plan:uk-nap6`, `commitment:UK0108`, `body:glasgow` or
    # `relevance:yes`; `limit:borderline` for a reason that limits the relevance.
    supports: str
    # What it adds to the relevance score; 0 if it does not count towards relevance.
    points: int = 0


# Stored as JSON: renaming a field needs a migration.
@dataclass(frozen=True, slots=True, kw_only=True)
class LabelOverride:
    """An operator's correction of one document's labels; fields that are None stay as the vocabulary has
    them."""

    why: str
    at: datetime
    relevance: Relevance | None = None
    type: str | None = None
    topics: tuple[str, ...] | None = None


# Stored as JSON: renaming a field needs a migration. Likewise Reason.
@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What a document is about: its relevance, type and topics, with the reasons for each."""

    type: str
    relevance: Relevance
    score: int = 0
    # Topic ids, most points first; empty when the relevance is no.
    topics: tuple[str, ...] = ()
    # Ids of the action plans that it names (`uk-nap6`).
    plans: tuple[str, ...] = ()
    # Commitments that it names, by OGP's numbers (`UK0108`, `GBGMC0001`).
    commitments: tuple[str, ...] = ()
    # Ids of the bodies that it is about: those that it names, else its publisher. A body can write about
    # another one.
    subjects: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    # Whether the operator corrected these labels.
    overridden: bool = False

    @property
    def relevant(self) -> bool:
        """Whether it belongs in the main feed, on the front page and in the digest."""
        return self.relevance is Relevance.YES
