"""The type of a recorded document of GOV.UK as a person reads it."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.model import RemovalKind

GOVUK = "https://www.gov.uk"
FIRST = "First published."
PDF = "application/pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One document: dates as in the file, attachments as (address, type, length)."""

    path: str
    title: str | None
    type: str | None
    published: str | None = None
    updated: str | None = None
    opens: str | None = None
    closes: str | None = None
    state: RemovalKind | None = None
    since: str | None = None
    notes: int = 0
    note: str | None = None
    translations: tuple[tuple[str, str], ...] = ()
    attachments: tuple[tuple[str, str, str | None], ...] = ()
    categories: tuple[str, ...] = ()
    language: str = "en"
    members: int = 0
