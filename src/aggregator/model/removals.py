"""How a document can be taken away."""

from __future__ import annotations

from enum import StrEnum


class RemovalKind(StrEnum):
    """What became of a document, by what was seen."""

    WITHDRAWN = "withdrawn"
    """The page is there and says so."""
    GONE = "gone"
    """The publisher says that it was taken away (410, a GOV.UK `gone` item)."""
    MISSING = "missing"
    """It is no longer there, and nobody says why (404, left out of a complete listing)."""
    REDIRECTED = "redirected"
    """Its address leads elsewhere."""
