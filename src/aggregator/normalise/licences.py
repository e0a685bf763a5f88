"""Knows a licence by its address, for items that name theirs (RFC 4946) and need not share their feed's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aggregator.normalise.urls import canonical

LICENCES: Final[Mapping[str, str]] = {
    "https://nationalarchives.gov.uk/doc/open-government-licence/version/3": "OGL-3.0",
    "https://parliament.uk/site-information/copyright-parliament/open-parliament-licence": "OPL-3.0",
    "https://creativecommons.org/publicdomain/zero/1.0": "CC0-1.0",
}
"""By canonical address; `model/licences.py` says what each allows."""


def licence_at(address: str | None) -> str:
    """The licence whose address this is; `unknown` for any other, which lets us tell title and link only."""
    return LICENCES.get(canonical(address) or "", "unknown")
