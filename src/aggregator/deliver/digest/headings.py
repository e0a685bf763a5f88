"""The headings of a digest, and the heading and label of each document type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Heading(StrEnum):
    """The sections of a digest, in their order: what subscribers have to act on comes first."""

    CLOSING = "Closing soon"
    MEETINGS = "Meetings and decisions"
    PROGRESS = "Progress on commitments"
    DOCUMENTS = "Documents"
    CHANGED = "Changed and removed"
    OTHER = "Other"


@dataclass(frozen=True, slots=True)
class UpdateType:
    """How a digest shows one document type."""

    label: str
    heading: Heading


# Every type of the vocabulary. "Closing soon" and "Changed and removed" depend on dates, not on the type.
UPDATE_TYPES: Mapping[str, UpdateType] = {
    "meeting-record": UpdateType("Meeting record", Heading.MEETINGS),
    "statement-or-letter": UpdateType("Statement or letter", Heading.MEETINGS),
    "consultation-response": UpdateType("Response to a consultation", Heading.MEETINGS),
    "commitment-update": UpdateType("Update on commitments", Heading.PROGRESS),
    "self-assessment": UpdateType("Self-assessment", Heading.PROGRESS),
    "irm-report": UpdateType("IRM report", Heading.PROGRESS),
    "action-plan": UpdateType("Action plan", Heading.PROGRESS),
    "consultation": UpdateType("Consultation", Heading.DOCUMENTS),
    "data-release": UpdateType("Data release", Heading.DOCUMENTS),
    "foi-release": UpdateType("FOI release", Heading.DOCUMENTS),
    "policy-or-guidance": UpdateType("Policy or guidance", Heading.DOCUMENTS),
    "report": UpdateType("Report", Heading.DOCUMENTS),
    "statistics": UpdateType("Statistics", Heading.DOCUMENTS),
    "transparency-return": UpdateType("Transparency return", Heading.DOCUMENTS),
    "appointment": UpdateType("Appointment", Heading.OTHER),
    "blog-post": UpdateType("Blog post", Heading.OTHER),
    "event": UpdateType("Event", Heading.OTHER),
    "funding": UpdateType("Funding", Heading.OTHER),
    "news": UpdateType("News", Heading.OTHER),
}


def update_type(slug: str) -> UpdateType:
    """How a digest shows the type `slug`. A type that is not in the table goes under Other."""
    return UPDATE_TYPES.get(slug) or UpdateType(slug.replace("-", " ").capitalize(), Heading.OTHER)
