"""Lists our corrections: labels that the operator overrode, and documents that were retracted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aggregator.model import LabelOverride, Relevance, Snapshot
from aggregator.publish.presentation.paths import document_page_path
from aggregator.publish.presentation.text import clean_line, clean_title, display_name

# Each relevance in words, for pages.
RELEVANCE_TEXTS: Final[Mapping[Relevance, str]] = {
    Relevance.YES: "about open government",
    Relevance.BORDERLINE: "perhaps about open government: a by-product of openness, or not enough said",
    Relevance.NO: "not about open government; kept so that a wrong decision can be found",
}
# The path of the page that lists every correction.
CORRECTIONS_PAGE: Final = "corrections.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One error of ours, and what we did about it."""

    # Names the document also when it was retracted and is no longer stored.
    document_id: str
    title: str
    language: str
    # The path of our page of the document; empty when the page no longer exists.
    page: str
    # When it was corrected.
    at: datetime
    retracted: bool
    what: str
    # The reason in the operator's words; empty for a retraction.
    why: str


def corrections_in(snapshot: Snapshot) -> tuple[Correction, ...]:
    """Every correction in the snapshot, the latest first."""
    corrections = (*_label_corrections(snapshot), *_retraction_corrections(snapshot))
    return tuple(
        sorted(corrections, key=lambda correction: (correction.at, correction.document_id), reverse=True)
    )


def _label_corrections(snapshot: Snapshot) -> Iterator[Correction]:
    entries = {document.entry.id: document.entry for document in snapshot.documents}
    for id, override in snapshot.label_overrides.items():
        entry = entries.get(id)
        yield Correction(
            document_id=id,
            title=clean_title(entry.title if entry else ""),
            language=entry.language if entry else "en",
            page=document_page_path(entry) if entry else "",
            at=override.at,
            retracted=False,
            what=f"Now {'; '.join(_override_texts(override, snapshot)) or 'as the words have it'}.",
            why=clean_line(override.why),
        )


def _retraction_corrections(snapshot: Snapshot) -> Iterator[Correction]:
    for retraction in snapshot.retractions:
        yield Correction(
            document_id=retraction.id,
            title=clean_line(retraction.id),
            language="en",
            page="",
            at=retraction.at,
            retracted=True,
            what="We took this document’s words out of our record for good.",
            why="",  # never published: the operator's reason may name the person whom the document was about
        )


def _override_texts(override: LabelOverride, snapshot: Snapshot) -> Iterator[str]:
    """A text for each label that the override sets; labels that it leaves to the vocabulary have none."""
    if override.relevance is not None:
        yield f"taken to be {RELEVANCE_TEXTS[override.relevance]}"
    if override.type is not None:
        yield f"type: {display_name(override.type, snapshot.types)}"
    if override.topics is not None:
        topics = (display_name(topic, snapshot.topics) for topic in override.topics)
        yield f"topics: {', '.join(topics) or 'none'}"
