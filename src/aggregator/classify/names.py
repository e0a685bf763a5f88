"""Which bodies, plans and commitments a document names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from aggregator.classify.evidence import Found
from aggregator.model import Entry, Reason, Where

COMMITMENT: Final = re.compile(r"(?<![^\W_])(?:UK|GB[A-Z]{3})\d{4}(?![^\W_])")
"""OGP numbers the commitments of the UK `UK0108` and those of its local members `GBGMC0001`, `GBGLA0003`
(opengovpartnership.org, commitment pages, seen in 2024 and 2026)."""


def named(entry: Entry, found: Found) -> tuple[Reason, ...]:
    """Every body and plan named in title or summary, and every commitment named anywhere; each once."""
    reasons: dict[str, Reason] = {}
    for reason in (*_phrased(found), *_numbered(entry)):
        reasons.setdefault(reason.speaks_for, reason)
    return tuple(reasons.values())


def ids(reasons: tuple[Reason, ...], kind: str) -> tuple[str, ...]:
    """What the reasons of one kind (`body`, `plan`, `commitment`) speak for."""
    split = (reason.speaks_for.partition(":") for reason in reasons)
    return tuple(id for its_kind, _, id in split if its_kind == kind)


def _phrased(found: Found) -> Iterator[Reason]:
    for place in found.near:
        for hit in place.names:
            if hit.meaning.role in {"body", "plan"}:
                speaks_for = f"{hit.meaning.role}:{hit.meaning.of}"
                yield Reason(words=hit.phrase, where=place.where, speaks_for=speaks_for)


def _numbered(entry: Entry) -> Iterator[Reason]:
    for where, text in (
        (Where.TITLE, entry.title),
        (Where.ADDRESS, entry.url or ""),
        (Where.TEXT, entry.text),
    ):
        # Two looks for letters are quicker than one for the pattern, and most texts have neither.
        for number in COMMITMENT.findall(text) if "UK" in text or "GB" in text else ():
            yield Reason(words=number, where=where, speaks_for=f"commitment:{number}")
