"""What a document is about, and why we say so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

SCHEME: Final = "urn:uuid:a4847917-e06a-51ab-aa04-9bb1dd89064f#"
"""Stands before `body`, `type`, `topic`, `plan` and `status` in a category's scheme. Every instance uses the
same ones, whatever its address, so that they understand each other's feeds."""


class Relevance(StrEnum):
    """Whether a document is about open government."""

    YES = "yes"
    """An observer of the process, or of one of the topics, would want it in the weekly letter."""
    BORDERLINE = "borderline"
    """A by-product of openness; published apart, so that a wrong "no" can be found."""
    NO = "no"


class Where(StrEnum):
    """Where a reason was found."""

    TITLE = "title"
    SUMMARY = "summary"
    TEXT = "text"
    ADDRESS = "address"
    HABIT = "usual there"
    """What documents at such an address, or called so, mostly are: where nothing else speaks."""
    SOURCE = "source"
    PUBLISHER = "publisher"
    """The publisher's own word, as GOV.UK's document type."""
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One thing that was found, where, and what it speaks for."""

    words: str
    """The phrase as it stands in the vocabulary; a host, a source's title, or the operator's words."""
    where: Where
    speaks_for: str
    """`topic:open-data`, `type:meeting-record`, `plan:uk-nap6`, `commitment:UK0108`, `body:glasgow`, or
    `relevance:yes`; `limit:borderline` for what keeps the relevance down."""
    points: int = 0
    """What it adds to the score; 0 for reasons that do not count towards relevance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelOverride:
    """The operator's correction of one document; what is None is left as the vocabulary has it."""

    why: str
    at: datetime
    relevance: Relevance | None = None
    type: str | None = None
    topics: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What an entry is about: how relevant, of what type, of which topics, and each with its reasons."""

    type: str
    relevance: Relevance
    score: int = 0
    topics: tuple[str, ...] = ()
    """Ids of the vocabulary's topics, the one with most points first; empty when the relevance is no."""
    plans: tuple[str, ...] = ()
    """Action plans that it names (`uk-nap6`)."""
    commitments: tuple[str, ...] = ()
    """Commitments that it names, by OGP's own numbers (`UK0108`, `GBGMC0001`)."""
    subjects: tuple[str, ...] = ()
    """Ids of the bodies that it is about: those that it names, else the one that published it. The carrier
    of a document and its subject are not the same thing."""
    why: tuple[Reason, ...] = ()
    marked: bool = False
    """Whether the operator corrected it."""

    @property
    def relevant(self) -> bool:
        """Whether it belongs in the main feed, the front page and the letter."""
        return self.relevance is Relevance.YES
