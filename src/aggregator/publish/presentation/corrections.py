"""Our own mistakes: what a person put right in the labels of documents, and what was taken out for good."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aggregator.model import LabelOverride, Relevance, Snapshot
from aggregator.publish.presentation.paths import entry_page
from aggregator.publish.presentation.text import line, named, titled

VERDICTS: Final[Mapping[Relevance, str]] = {
    Relevance.YES: "about open government",
    Relevance.BORDERLINE: "perhaps about open government: a by-product of openness, or not enough said",
    Relevance.NO: "not about open government; kept so that a wrong decision can be found",
}
"""What a relevance means to a reader."""
CORRECTIONS: Final = "corrections.html"
"""The page of all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One mistake, and what was done about it."""

    document: str
    """The id of the document."""
    title: str
    language: str
    page: str
    """Our page of the document; empty where there is none any more."""
    at: datetime
    """When it was put right."""
    retracted: bool
    what: str
    why: str
    """The operator's own words; empty where they are not for publication."""


def corrections_of(edition: Snapshot) -> tuple[Correction, ...]:
    """Every correction, the last one first."""
    every = (*_marked(edition), *_retracted(edition))
    return tuple(sorted(every, key=lambda one: (one.at, one.document), reverse=True))


def _marked(edition: Snapshot) -> Iterator[Correction]:
    held = {holding.entry.id: holding.entry for holding in edition.holdings}
    for id, mark in edition.marks.items():
        entry = held.get(id)
        yield Correction(
            document=id,
            title=titled(entry.title if entry else ""),
            language=entry.language if entry else "en",
            page=entry_page(entry) if entry else "",
            at=mark.at,
            retracted=False,
            what=f"Now {'; '.join(_said(mark, edition)) or 'as the words have it'}.",
            why=line(mark.why),
        )


def _retracted(edition: Snapshot) -> Iterator[Correction]:
    for gone in edition.retractions:
        yield Correction(
            document=gone.id,
            title=line(gone.id),
            language="en",
            page="",
            at=gone.at,
            retracted=True,
            what="We took this document’s words out of our record for good.",
            why="",  # it may say whom the words were about
        )


def _said(mark: LabelOverride, edition: Snapshot) -> Iterator[str]:
    """What the mark says, part by part; what it leaves to the vocabulary is not named."""
    if mark.relevance is not None:
        yield f"taken to be {VERDICTS[mark.relevance]}"
    if mark.type is not None:
        yield f"type: {named(mark.type, edition.types)}"
    if mark.topics is not None:
        yield f"topics: {', '.join(named(topic, edition.topics) for topic in mark.topics) or 'none'}"
